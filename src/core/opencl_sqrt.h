/* The square root of both lane layers for OpenCL C, at the end of each. GLR_SOFTWARE_SQRT is set where the
   device's is not correctly rounded. */
#ifndef GLR_CORE_OPENCL_SQRT_H
#define GLR_CORE_OPENCL_SQRT_H

#ifdef GLR_SOFTWARE_SQRT
#include "software_sqrt.h"
GLR_FN glr_f32 glr_sqrt(glr_f32 a) { return glr_software_sqrt(a); }
#else
GLR_FN glr_f32 glr_sqrt(glr_f32 a) { return sqrt(a); }
#endif

#endif
