/* Streams and events. */
#include "state.h"

/* The handles that are not objects. */
#define LEGACY     ((uintptr_t)1)
#define PER_THREAD ((uintptr_t)2)

/* The calling thread's default stream, which is made when it is used first. */
static CUstream stream_of_thread(CUcontext context)
{
    for (ptxsim_object *object = ptxsim.objects; object != NULL; object = object->next) {
        CUstream stream = (CUstream)(void *)object;
        if (object->kind == PTXSIM_STREAM && object->context == context &&
            stream->thread == ptxsim_thread()) {
            return stream;
        }
    }
    CUstream made = ptxsim_make(PTXSIM_STREAM, sizeof *made, context);
    if (made != NULL) {
        ptxsim_count_as(made, NULL);
        made->is_blocking = true;
        made->thread = ptxsim_thread();
    }
    return made;
}

CUresult ptxsim_stream(CUstream handle, CUstream *stream)
{
    uintptr_t special = (uintptr_t)handle;
    CUcontext context = NULL;
    CUresult result = ptxsim_current(&context);
    if (special <= PER_THREAD) {
        if (result != CUDA_SUCCESS) {
            return result;
        }
        *stream = special <= LEGACY ? context->legacy : stream_of_thread(context);
        return *stream == NULL ? CUDA_ERROR_OUT_OF_MEMORY : CUDA_SUCCESS;
    }
    if (!ptxsim_is(handle, PTXSIM_STREAM)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    *stream = handle;
    return handle->object.context->failed;
}

static CUresult create(CUstream *stream, unsigned flags)
{
    CUcontext context = NULL;
    CUresult result = ptxsim_current(&context);
    if (result != CUDA_SUCCESS || flags > 1) {
        return result != CUDA_SUCCESS ? result : CUDA_ERROR_INVALID_VALUE;
    }
    CUstream made = ptxsim_make(PTXSIM_STREAM, sizeof *made, context);
    if (made == NULL) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    made->is_blocking = flags == 0;
    *stream = made;
    return CUDA_SUCCESS;
}

CUresult cuStreamCreate(CUstream *stream, unsigned flags) { CALL("cuStreamCreate", create(stream, flags)); }

CUresult cuStreamCreateWithPriority(CUstream *stream, unsigned flags, int priority)
{
    (void)priority;
    CALL("cuStreamCreateWithPriority", create(stream, flags));
}

void ptxsim_free_stream(CUstream stream)
{
    if (stream->capture != NULL) {
        ptxsim_invalidate(stream->capture);
        if (stream->capture->origin == stream) {
            ptxsim_end_capture(stream->capture);
        }
    }
    inject_live(&ptxsim.calls, "work", -ptxsim_drop(&stream->queue));
    ptxsim_unmake(stream);
}

static CUresult destroy(CUstream stream)
{
    if (!ptxsim_is(stream, PTXSIM_STREAM)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    (void)ptxsim_finish(stream, NULL);
    ptxsim_free_stream(stream);
    return CUDA_SUCCESS;
}

CUresult cuStreamDestroy_v2(CUstream stream) { CALL("cuStreamDestroy_v2", destroy(stream)); }

static CUresult unsafe_on(CUstream stream)
{
    if (stream->capture != NULL) {
        ptxsim_invalidate(stream->capture);
        return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    return CUDA_SUCCESS;
}

static CUresult synchronize(CUstream handle)
{
    CUstream stream = NULL;
    CUresult result = ptxsim_stream(handle, &stream);
    result = result == CUDA_SUCCESS ? unsafe_on(stream) : result;
    return result == CUDA_SUCCESS ? ptxsim_finish(stream, NULL) : result;
}

CUresult cuStreamSynchronize(CUstream stream) { CALL("cuStreamSynchronize", synchronize(stream)); }

/* Asking makes work go on, one piece at a time. */
static CUresult query(CUstream handle)
{
    CUstream stream = NULL;
    CUresult result = ptxsim_stream(handle, &stream);
    result = result == CUDA_SUCCESS ? unsafe_on(stream) : result;
    if (result != CUDA_SUCCESS || stream->queue.first == NULL) {
        return result;
    }
    ptxsim_do_one(stream);
    result = stream->object.context->failed;
    return result == CUDA_SUCCESS ? CUDA_ERROR_NOT_READY : result;
}

CUresult cuStreamQuery(CUstream stream) { CALL("cuStreamQuery", query(stream)); }

static CUresult give_context(CUstream handle, CUcontext *context)
{
    CUstream stream = NULL;
    CUresult result = ptxsim_stream(handle, &stream);
    if (stream != NULL) {
        *context = stream->object.context;
    }
    return result;
}

CUresult cuStreamGetCtx(CUstream stream, CUcontext *context)
{
    CALL("cuStreamGetCtx", give_context(stream, context));
}

static CUresult wait_event(CUstream handle, CUevent event)
{
    CUstream stream = NULL;
    CUresult result = ptxsim_stream(handle, &stream);
    if (result != CUDA_SUCCESS || !ptxsim_is(event, PTXSIM_EVENT)) {
        return result != CUDA_SUCCESS ? result : CUDA_ERROR_INVALID_HANDLE;
    }
    if (event->capture != NULL) {
        if (stream->capture != NULL && stream->capture != event->capture) {
            return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
        }
        if (stream->capture == NULL) { /* a fork: this stream captures, too */
            stream->capture = event->capture;
            stream->is_forked = true;
        } else if (ptxsim_is(event->capture_stream, PTXSIM_STREAM) && event->capture_stream != stream) {
            event->capture_stream->is_forked = false; /* a join */
        }
        return CUDA_SUCCESS;
    }
    if (event->pending == NULL) {
        return CUDA_SUCCESS;
    }
    ptxsim_work work = {.kind = PTXSIM_WAIT, .context = stream->object.context};
    work.awaited = event->pending;
    work.awaited_stream = event->stream;
    return stream->capture != NULL ? CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED : ptxsim_submit(stream, &work);
}

CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags)
{
    (void)flags;
    CALL("cuStreamWaitEvent", wait_event(stream, event));
}
