/* One use of a backend, from opening to closing, for tests that let calls within it fail; and one that is not
   there; and what the CPU draws, which each must draw. */
#ifndef TEST_SUPPORT_USE_BACKEND_H
#define TEST_SUPPORT_USE_BACKEND_H

#include "glorand/glorand.h"

glr_tensor test_vector(glr_dtype dtype, int64_t count);

/* Draws on the CPU. */
void test_cpu_fill(const glr_initializer *initializer, const glr_tensor *tensor, void *dst, uint64_t bytes);

/* Opens the backend's first device, draws a tensor of so many bytes in its memory and copies it to `drawn`.
   Returns the first status that is not GLR_OK; the handle is closed in any case. */
glr_status test_use_backend(glr_backend_kind backend, const glr_initializer *initializer,
                            const glr_tensor *tensor, void *drawn, uint64_t bytes);

/* Expects that a backend is not there, for a reason that contains this text: glr_open of it and glr_devices
   say so, and auto goes on to the CPU. Returns its place among the devices. */
size_t test_expect_unavailable(glr_backend_kind backend, const char *reason);

#endif
