/* Copies and memsets. */
#include "state.h"

#include <string.h>

/* Whether all of these bytes are memory that the device of this context reaches. */
static bool is_reached(CUcontext context, CUdeviceptr address, size_t bytes)
{
    return ptx_memory_find(&ptxsim.memory[context->device], address, bytes) != NULL;
}

static CUresult submit(CUstream handle, ptxsim_work work, bool waits)
{
    CUstream stream = NULL;
    CUresult result = ptxsim_stream(handle, &stream);
    if (result == CUDA_SUCCESS && waits) {
        result = ptxsim_unsafe_in_capture();
    }
    if (result != CUDA_SUCCESS || work.bytes == 0) {
        return result;
    }
    work.context = stream->object.context;
    if (!is_reached(work.context, work.address, work.bytes)) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    result = ptxsim_submit(stream, &work);
    return result == CUDA_SUCCESS && waits ? ptxsim_finish(stream, NULL) : result;
}

/* Only copies from and to pinned memory are put off: others have passed through the driver's own. */
static CUresult copy(ptxsim_work_kind kind, CUdeviceptr address, void *host, size_t bytes, CUstream stream,
                     bool waits)
{
    ptxsim_work work = {.kind = kind, .address = address, .host = host, .bytes = bytes};
    bool is_pinned = ptxsim_allocation_at((uint64_t)(uintptr_t)host) != NULL;
    CUstream found = NULL;
    CUresult result = submit(stream, work, waits);
    if (result == CUDA_SUCCESS && !waits && !is_pinned && ptxsim_stream(stream, &found) == CUDA_SUCCESS &&
        found->capture == NULL) {
        result = ptxsim_finish(found, NULL);
    }
    return result;
}

CUresult cuMemcpyDtoH_v2(void *to, CUdeviceptr from, size_t bytes)
{
    CALL("cuMemcpyDtoH_v2", copy(PTXSIM_TO_HOST, from, to, bytes, NULL, true));
}

CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, CUstream stream)
{
    CALL("cuMemcpyDtoHAsync_v2", copy(PTXSIM_TO_HOST, from, to, bytes, stream, false));
}

/* The work's pointer is not const, though this direction only reads. */
static void *unconst(const void *pointer)
{
    void *same = NULL;
    memcpy(&same, &pointer, sizeof same);
    return same;
}

CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void *from, size_t bytes)
{
    CALL("cuMemcpyHtoD_v2", copy(PTXSIM_TO_DEVICE, to, unconst(from), bytes, NULL, true));
}

CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, CUstream stream)
{
    CALL("cuMemcpyHtoDAsync_v2", copy(PTXSIM_TO_DEVICE, to, unconst(from), bytes, stream, false));
}

static CUresult set(CUdeviceptr to, uint32_t value, uint32_t width, size_t count, CUstream stream)
{
    ptxsim_work work = {.kind = PTXSIM_SET, .address = to, .bytes = count * width};
    work.value = value;
    work.width = width;
    return to % width != 0 ? CUDA_ERROR_INVALID_VALUE : submit(stream, work, false);
}

CUresult cuMemsetD8_v2(CUdeviceptr to, unsigned char value, size_t count)
{
    CALL("cuMemsetD8_v2", set(to, value, 1, count, NULL));
}

CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t count, CUstream stream)
{
    CALL("cuMemsetD8Async", set(to, value, 1, count, stream));
}

CUresult cuMemsetD32_v2(CUdeviceptr to, unsigned value, size_t count)
{
    CALL("cuMemsetD32_v2", set(to, value, 4, count, NULL));
}

CUresult cuMemsetD32Async(CUdeviceptr to, unsigned value, size_t count, CUstream stream)
{
    CALL("cuMemsetD32Async", set(to, value, 4, count, stream));
}
