#define _GNU_SOURCE /* memmem */
#include "launch.h"

#include "cuda/device.h"
#include "cuda/image.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <string.h>

static const glr_cu *cu;
static glr_cuda_device cu_dev;

void shipped_start(void)
{
    cr_assert_eq(glr_cu_load(&cu), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(cu->cuInit(0), CUDA_SUCCESS);
}

/* Where PTX number `number` of the fat binary has its target, or NULL. */
static const unsigned char *target(unsigned number, const unsigned char **end)
{
    static const char word[] = "\n.target sm_";
    uint64_t bytes;
    memcpy(&bytes, glr_cuda_fat_binary + 8, sizeof bytes); /* after the fat binary's header */
    *end = glr_cuda_fat_binary + 16 + bytes;
    const unsigned char *at = glr_cuda_fat_binary;
    for (unsigned i = 0; at != NULL && i <= number; i++) {
        at++;
        at = memmem(at, (size_t)(*end - at), word, strlen(word));
    }
    return at;
}

unsigned shipped_count(void)
{
    const unsigned char *end;
    unsigned count = 0;
    while (target(count, &end) != NULL) {
        count++;
    }
    return count + 1; /* the last one is the portable PTX */
}

char *shipped_ptx(unsigned number)
{
    const unsigned char *end, *at = target(number, &end);
    if (number == shipped_count() - 1) {
        char *portable = strdup((const char *)glr_cuda_portable);
        cr_assert_not_null(portable);
        return portable;
    }
    cr_assert_not_null(at);
    while (memcmp(at, ".version", 8) != 0) {
        at--;
    }
    char *text = strndup((const char *)at, (size_t)(end - at));
    cr_assert_not_null(text);
    return text;
}

int kernel_named(const char *name)
{
    const size_t length = strcspn(name, "(");
    for (int kernel = 0; kernel < GLR_GPU_KERNELS; kernel++) {
        const char *known = glr_gpu_kernel_names[kernel];
        if (strlen(known) == length && memcmp(known, name, length) == 0) {
            return kernel;
        }
    }
    return -1;
}

size_t fill_room(const fill *f) { return (size_t)(f->before + f->bytes); }

static bool copy(unsigned char *values, CUdeviceptr memory, size_t room)
{
    return cu->cuMemcpyDtoHAsync_v2(values, memory, room, cu_dev.stream) == CUDA_SUCCESS &&
           cu->cuStreamSynchronize(cu_dev.stream) == CUDA_SUCCESS;
}

bool run_fill(const fill *f, unsigned char *fresh, unsigned char *values)
{
    CUdeviceptr memory = 0;
    const size_t room = fill_room(f);
    cr_assert_eq(cu->cuMemAlloc_v2(&memory, room), CUDA_SUCCESS);
    bool fine = (fresh == NULL || copy(fresh, memory, room)) &&
                glr_cuda_launch(&cu_dev, cu_dev.stream, &f->plan, memory + f->before) == GLR_OK &&
                copy(values, memory, room);
    (void)cu->cuMemFree_v2(memory);
    return fine;
}

bool open_kernel(int kernel, const char *ptx, unsigned max_resident_blocks)
{
    memset(&cu_dev, 0, sizeof cu_dev);
    cu_dev.cu = cu;
    cu_dev.max_resident_blocks[kernel] = max_resident_blocks;
    cr_assert_eq(cu->cuDevicePrimaryCtxRetain(&cu_dev.context, 0), CUDA_SUCCESS);
    cr_assert_eq(cu->cuCtxPushCurrent_v2(cu_dev.context), CUDA_SUCCESS);
    return cu->cuModuleLoadData(&cu_dev.module, ptx) == CUDA_SUCCESS &&
           cu->cuModuleGetFunction(&cu_dev.kernels[kernel], cu_dev.module, glr_gpu_kernel_names[kernel]) ==
               CUDA_SUCCESS &&
           cu->cuStreamCreate(&cu_dev.stream, CU_STREAM_NON_BLOCKING) == CUDA_SUCCESS;
}

void close_kernel(void)
{
    cr_assert_eq(cu->cuCtxPopCurrent_v2(&(CUcontext){NULL}), CUDA_SUCCESS);
    cr_assert_eq(cu->cuDevicePrimaryCtxRelease_v2(0), CUDA_SUCCESS);
}
