/* The check at opening, run. */
#include "api/error.h"
#include "device.h"
#include "gpu/expect.h"
#include "gpu/host.h"

static glr_status read_words(const glr_cuda_device *cu_dev, CUdeviceptr from, uint32_t *words, size_t count)
{
    CUresult error = cu_dev->cu->cuMemcpyDtoHAsync_v2(words, from, count * sizeof *words, cu_dev->stream);
    return error == CUDA_SUCCESS ? glr_cuda_wait(cu_dev, cu_dev->stream)
                                 : glr_cu_fail("cuMemcpyDtoHAsync", error);
}

static glr_status check_operations(const glr_cuda_device *cu_dev, CUdeviceptr memory, const glr_plan *plan)
{
    glr_gpu_args args = glr_gpu_args_of(plan, 0);
    glr_check_arguments with = glr_check_arguments_given;
    void *parameters[] = {&memory, &args, &with.a, &with.b, &with.c, &with.tiny};
    CUresult error = cu_dev->cu->cuLaunchKernel(cu_dev->kernels[KERNEL_CHECK], 1, 1, 1, 1, 1, 1, 0,
                                                cu_dev->stream, parameters, NULL);
    if (error != CUDA_SUCCESS) {
        return glr_cu_fail("cuLaunchKernel", error);
    }
    uint32_t words[GLR_CHECK_WORDS];
    glr_status status = read_words(cu_dev, memory, words, GLR_CHECK_WORDS);
    return status == GLR_OK ? glr_check_operations("CUDA", words, plan) : status;
}

/* A fill as callers will have it. */
static glr_status check_fill(const glr_cuda_device *cu_dev, CUdeviceptr memory, uint64_t place)
{
    const glr_plan plan = glr_check_plan(place);
    uint32_t words[GLR_CHECK_DRAWN];
    glr_status status = glr_cuda_launch(cu_dev, cu_dev->stream, &plan, memory);
    if (status == GLR_OK) {
        status = read_words(cu_dev, memory, words, GLR_CHECK_DRAWN);
    }
    return status == GLR_OK ? glr_check_fill("CUDA", words, &plan) : status;
}

glr_status glr_cuda_check(const glr_cuda_device *cu_dev)
{
    const glr_plan plan = glr_check_plan(0);
    CUdeviceptr memory = 0;
    CUresult error = cu_dev->cu->cuMemAlloc_v2(&memory, GLR_CHECK_DRAWN * sizeof(float));
    if (error != CUDA_SUCCESS) {
        return glr_cu_fail("cuMemAlloc", error);
    }
    glr_status status = check_operations(cu_dev, memory, &plan);
    for (int i = 0; status == GLR_OK && i < GLR_CHECK_PLACES; i++) {
        status = check_fill(cu_dev, memory, glr_check_places[i]);
    }
    (void)cu_dev->cu->cuMemFree_v2(memory);
    return status;
}
