/* Code that the CUDA backend's tests share. They call the stand-in's driver API, and glorand loads the same
 * library. */
#ifndef TEST_CUDA_SUPPORT_H
#define TEST_CUDA_SUPPORT_H

#include "glorand/cuda.h"
#include "gpu/backend/backend.h"
#include "ptxsim/driver/ptxsim.h"
#include "support/use_backend.h"

#include <stdbool.h>

/* Aborts the test unless a driver's function succeeds. */
#define DRIVER(call) cr_assert_eq((call), CUDA_SUCCESS, "%s", #call)

/* A context that is current, and a stream in it. */
typedef struct test_cu {
    CUcontext context;
    CUstream stream;
    bool is_primary;
} test_cu;

/* Device 0's primary context. */
test_cu test_cu_open(void);

/* A context of the caller's on a device. */
test_cu test_cu_create(CUdevice device);
void test_cu_close(test_cu cu);

/* Prepares a context, or the current one if it is NULL. */
glr_device *test_prepare(CUcontext context);

/* The address of memory that is fresh and of exactly this size. */
CUdeviceptr test_memory(size_t bytes);

/* Whether so much memory of the current context's device is free, as on small GPUs it may not be. */
bool test_has_room(uint64_t bytes);

/* Opens the cuda backend's device by glr_open. */
glr_device *test_open_cuda(uint32_t number);

/* Waits for the stream and compares memory with what the CPU draws of a vector. */
void test_expect(CUstream stream, CUdeviceptr memory, const glr_initializer *initializer,
                 const glr_tensor *vector);

/* Expects that these functions were called since the list was cleared, and that so many kernels and copies
   are not waited for yet; by a driver that is not the stand-in, which does not tell, nothing. */
void test_expect_calls(const char *calls);
void test_expect_pending(int work);

#endif
