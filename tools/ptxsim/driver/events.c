/* Events: places in a stream's work, and the time when they were passed. */
#include "state.h"

static CUresult create(CUevent *event, unsigned flags)
{
    CUcontext context = NULL;
    CUresult result = ptxsim_current(&context);
    if (result != CUDA_SUCCESS) {
        return result;
    }
    CUevent made = ptxsim_make(PTXSIM_EVENT, sizeof *made, context);
    if (made == NULL) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    made->has_time = (flags & 2U) == 0; /* CU_EVENT_DISABLE_TIMING */
    *event = made;
    return CUDA_SUCCESS;
}

CUresult cuEventCreate(CUevent *event, unsigned flags) { CALL("cuEventCreate", create(event, flags)); }

static CUresult destroy(CUevent event)
{
    if (!ptxsim_is(event, PTXSIM_EVENT)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    ptxsim_unmake(event);
    return CUDA_SUCCESS;
}

CUresult cuEventDestroy_v2(CUevent event) { CALL("cuEventDestroy_v2", destroy(event)); }

static CUresult record(CUevent event, CUstream handle)
{
    CUstream stream = NULL;
    CUresult result = ptxsim_stream(handle, &stream);
    if (result != CUDA_SUCCESS || !ptxsim_is(event, PTXSIM_EVENT)) {
        return result != CUDA_SUCCESS ? result : CUDA_ERROR_INVALID_HANDLE;
    }
    if (event->object.context != stream->object.context) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    event->was_recorded = true;
    event->capture = stream->capture;
    event->capture_stream = stream;
    event->pending = NULL;
    if (stream->capture != NULL) {
        return CUDA_SUCCESS;
    }
    ptxsim_work work = {.kind = PTXSIM_RECORD, .context = stream->object.context, .event = event};
    bool eager = ptxsim.eager;
    ptxsim.eager = false;
    result = ptxsim_submit(stream, &work);
    ptxsim.eager = eager;
    if (result == CUDA_SUCCESS) {
        event->pending = stream->queue.last;
        event->stream = stream;
    }
    return result != CUDA_SUCCESS || !eager ? result : ptxsim_finish(stream, NULL);
}

CUresult cuEventRecord(CUevent event, CUstream stream) { CALL("cuEventRecord", record(event, stream)); }

static CUresult check(CUevent event)
{
    if (!ptxsim_is(event, PTXSIM_EVENT)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    return event->capture != NULL ? CUDA_ERROR_CAPTURED_EVENT : event->object.context->failed;
}

static CUresult synchronize(CUevent event)
{
    CUresult result = check(event);
    if (result == CUDA_SUCCESS && event->pending != NULL) {
        result = ptxsim_finish(event->stream, event->pending);
    }
    return result;
}

CUresult cuEventSynchronize(CUevent event) { CALL("cuEventSynchronize", synchronize(event)); }

static CUresult query(CUevent event)
{
    CUresult result = check(event);
    if (result != CUDA_SUCCESS || event->pending == NULL) {
        return result;
    }
    ptxsim_do_one(event->stream);
    result = event->object.context->failed;
    return result == CUDA_SUCCESS ? CUDA_ERROR_NOT_READY : result;
}

CUresult cuEventQuery(CUevent event) { CALL("cuEventQuery", query(event)); }

static CUresult elapsed(float *milliseconds, CUevent start, CUevent end)
{
    CUresult first = check(start), second = check(end);
    if (first != CUDA_SUCCESS || second != CUDA_SUCCESS) {
        return first != CUDA_SUCCESS ? first : second;
    }
    if (!start->was_recorded || !end->was_recorded || !start->has_time || !end->has_time) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    if (start->pending != NULL || end->pending != NULL) {
        return CUDA_ERROR_NOT_READY;
    }
    *milliseconds = (float)(1e3 * (end->done_at - start->done_at));
    return CUDA_SUCCESS;
}

CUresult cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end)
{
    CALL("cuEventElapsedTime", elapsed(milliseconds, start, end));
}

CUresult cuEventElapsedTime_v2(float *milliseconds, CUevent start, CUevent end)
{
    CALL("cuEventElapsedTime_v2", elapsed(milliseconds, start, end));
}
