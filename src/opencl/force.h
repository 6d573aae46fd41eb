/* GLORAND_OPENCL_FORCE: words that take from devices what they have. */
#ifndef GLR_OPENCL_FORCE_H
#define GLR_OPENCL_FORCE_H

#include "glorand/glorand.h"

/* Fails with GLR_ERROR_ARGUMENT where the variable holds a word that is not known. */
glr_status glr_opencl_check_force(void);

/* Whether it holds a word. */
int glr_opencl_forces(const char *word);

#endif
