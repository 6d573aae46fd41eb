/* Stages: a stream and pinned host memory for each, so that a kernel runs while another stage's values are
   copied, and neither waits for the host. */
#include "api/error.h"
#include "device.h"

glr_status glr_cuda_open_stage(glr_stage *stage)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)stage->device;
    const glr_cu *cu = cu_dev->cu;
    CUstream stream = NULL;
    int pushed;
    glr_status status = glr_cuda_enter(cu, cu_dev->context, &pushed);
    if (status == GLR_OK) {
        CUresult error = cu->cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING);
        status = error == CUDA_SUCCESS ? GLR_OK : glr_cu_fail("cuStreamCreate", error);
    }
    if (status == GLR_OK) {
        stage->queue = stream;
        /* Where memory cannot be pinned, any will do: the driver copies through its own, and waits. */
        stage->is_pinned = cu->cuMemHostAlloc(&stage->host, (size_t)stage->bytes, 0) == CUDA_SUCCESS;
        stage->host = stage->is_pinned ? stage->host : NULL;
    }
    glr_cuda_leave(cu, pushed);
    return status;
}

glr_status glr_cuda_copy_stage(glr_stage *stage, uint64_t bytes)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)stage->device;
    const CUdeviceptr memory = (CUdeviceptr)(uintptr_t)stage->memory;
    CUresult error = cu_dev->cu->cuMemcpyDtoHAsync_v2(stage->host, memory, (size_t)bytes, stage->queue);
    return error == CUDA_SUCCESS ? GLR_OK : glr_cu_fail("cuMemcpyDtoHAsync", error);
}

glr_status glr_cuda_wait_stage(glr_stage *stage)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)stage->device;
    int pushed;
    glr_status status = glr_cuda_enter(cu_dev->cu, cu_dev->context, &pushed);
    if (status == GLR_OK) {
        status = glr_cuda_wait(cu_dev, stage->queue);
    }
    glr_cuda_leave(cu_dev->cu, pushed);
    return status;
}

void glr_cuda_close_stage(glr_stage *stage)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)stage->device;
    const glr_cu *cu = cu_dev->cu;
    char before[GLR_MESSAGE];
    int pushed;
    glr_keep_error(before); /* of what made the stage fail, maybe */
    if (glr_cuda_enter(cu, cu_dev->context, &pushed) == GLR_OK && stage->queue != NULL) {
        (void)cu->cuStreamSynchronize(stage->queue);
        (void)cu->cuStreamDestroy_v2(stage->queue);
    }
    if (stage->is_pinned) {
        (void)cu->cuMemFreeHost(stage->host);
    }
    glr_cuda_leave(cu, pushed);
    glr_put_back_error(before);
}
