/* From a plan to a kernel in a stream. */
#include "device.h"
#include "gpu/host.h"

glr_cuda_kernel glr_cuda_kernel_of(const glr_plan *plan, int *takes_runs)
{
    *takes_runs = 1;
    if (plan->sampler == GLR_SAMPLE_CONSTANT) {
        return KERNEL_CONSTANT;
    }
    if (plan->dtype == GLR_DTYPE_FLOAT64) {
        return KERNEL_ANY_F64;
    }
    if (!glr_gpu_is_packed(plan)) {
        return KERNEL_ANY;
    }
    *takes_runs = 0;
    return (glr_cuda_kernel)(plan->sampler - GLR_SAMPLE_UNIFORM + KERNEL_UNIFORM);
}

unsigned glr_cuda_grid_size(const glr_cuda_device *cu_dev, glr_cuda_kernel kernel, const glr_gpu_args *args)
{
    const uint64_t tiles = (args->units + GLR_GPU_UNITS - 1) / GLR_GPU_UNITS;
    return tiles < cu_dev->max_resident_blocks[kernel] ? (unsigned)tiles
                                                       : cu_dev->max_resident_blocks[kernel];
}

glr_status glr_cuda_launch(const glr_cuda_device *cu_dev, CUstream stream, const glr_plan *plan,
                           CUdeviceptr address)
{
    int takes_runs;
    const glr_cuda_kernel kernel = glr_cuda_kernel_of(plan, &takes_runs);
    glr_gpu_args args = glr_gpu_args_of(plan, 0);
    glr_runs runs = plan->runs;
    const unsigned grid = glr_cuda_grid_size(cu_dev, kernel, &args);
    void *parameters[] = {&address, &args, takes_runs ? &runs : NULL};
    CUresult error = cu_dev->cu->cuLaunchKernel(cu_dev->kernels[kernel], grid, 1, 1, GLR_GPU_ITEMS, 1, 1, 0,
                                                stream, parameters, NULL);
    return error == CUDA_SUCCESS ? GLR_OK : glr_cu_fail("cuLaunchKernel", error);
}

glr_status glr_cuda_wait(const glr_cuda_device *cu_dev, CUstream stream)
{
    CUresult error = cu_dev->cu->cuStreamSynchronize(stream);
    return error == CUDA_SUCCESS ? GLR_OK : glr_cu_fail("cuStreamSynchronize", error);
}
