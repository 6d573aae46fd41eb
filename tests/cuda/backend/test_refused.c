/* Refusals of glr_cuda_open and glr_cuda_fill, beside those of every backend. */
#include "support.h"

#include <criterion/criterion.h>

#define BYTES REFUSED_BYTES

Test(refused, addresses)
{
    float host[BYTES / 4];
    gpu_memory bad = {.buffer = host, .bytes = BYTES};
    refuse(bad, GLR_ERROR_ARGUMENT, " is not CUDA memory");
    bad = refused_memory;
    bad.offset = BYTES;
    refuse(bad, GLR_ERROR_ARGUMENT, " is not CUDA memory");
    bad.offset = 4;
    refuse(bad, GLR_ERROR_TOO_SMALL,
           "dst: the 3996 bytes from there to the end of its memory are fewer than the 4000");
    bad = refused_memory;
    bad.bytes--;
    refuse(bad, GLR_ERROR_TOO_SMALL, "bytes: 3999 bytes are fewer than the 4000 that the part needs");
}

/* Nor is there a need of memory for nothing. */
Test(refused, an_empty_part_without_memory_is_not)
{
    const glr_initializer initializer = glr_ones();
    const glr_tensor empty = test_vector(GLR_DTYPE_FLOAT32, 0);
    cr_expect_eq(glr_cuda_fill(refused_device, &initializer, &empty, 0, 0, refused_caller.queue), GLR_OK);
}

/* Of another device; and a context that is not current. */
Test(refused, other_devices_and_contexts)
{
    for (CUdevice device = 0; device < 2; device++) {
        test_cu other = test_cu_create(device);
        gpu_memory foreign = {.buffer = (void *)(uintptr_t)test_memory(BYTES), .bytes = BYTES}; /* NOLINT */
        DRIVER(cuCtxPopCurrent_v2(NULL));
        refuse(foreign, GLR_ERROR_ARGUMENT, "dst: belongs to another context than the device");
        refuse_at(refused_device, &refused_vector, refused_memory, other.stream, GLR_ERROR_ARGUMENT,
                  "stream: belongs to another context than the device");
        DRIVER(cuCtxPushCurrent_v2(other.context));
        refuse(refused_memory, GLR_ERROR_ARGUMENT, "device: its context is not the thread's current one");
        DRIVER(cuCtxPopCurrent_v2(NULL));
        DRIVER(cuCtxDestroy_v2(other.context));
    }
    DRIVER(cuCtxSetCurrent(NULL));
    refuse(refused_memory, GLR_ERROR_ARGUMENT, "device: its context is not the thread's current one");
    gpu_enter(refused_caller);
    refuse_at(refused_device, &refused_vector, refused_memory, &refused_device, GLR_ERROR_ARGUMENT,
              " is not a CUDA stream");
}

Test(refused, contexts)
{
    glr_device *none = refused_device;
    cr_expect_eq(glr_cuda_open(refused_caller.context, NULL), GLR_ERROR_ARGUMENT);
    DRIVER(cuCtxSetCurrent(NULL));
    cr_expect_eq(glr_cuda_open(NULL, &none), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "context: NULL, but the thread has no current context");
    cr_expect_null(none);
    gpu_enter(refused_caller);
}
