/* Fills by the backend that the environment variable GLORAND_TEST_BACKEND names, the CPU by default, so that
   the same tests hold each of them. Without Criterion: other programs use it, too. */
#ifndef GLR_TEST_ANY_FILL_H
#define GLR_TEST_ANY_FILL_H

#include "glorand/glorand.h"

/* Opens a device of that backend; the number of threads is the CPU's. OpenCL's and CUDA's are prepared in
   a context of the process. */
glr_status any_open(uint32_t threads, glr_device **device);

/* As glr_fill into host memory. On OpenCL and CUDA through memory that holds those bytes, at an offset that
   differs from call to call, between margins of which every byte must stay: otherwise GLR_ERROR_SYSTEM. */
glr_status any_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                    void *dst, uint64_t bytes);

/* Whether the backend draws float64 here. */
int any_has_f64(void);

/* Whether the backend is the CPU. */
int any_is_cpu(void);

/* Whether kernels are run by an interpreter, which takes its time. */
int any_is_interpreted(void);

/* Why the last fill failed. */
const char *any_error(void);

#endif
