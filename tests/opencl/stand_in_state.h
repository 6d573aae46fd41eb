/* State that the files of the stand-in share. */
#ifndef TEST_STAND_IN_STATE_H
#define TEST_STAND_IN_STATE_H

#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include "ptxsim/inject/inject.h"

#include <CL/cl.h>

/* A function of the real library. Aborts if it has none of that name. */
void *real(const char *name);

extern injector calls;

/* Whether the extension cl_intel_unified_shared_memory is offered. */
int offers_usm(void);

#endif
