/* Work: kept in the order of its stream until somebody waits for it, then done. */
#include "state.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void discard(ptxsim_work *work)
{
    free(work->parameters);
    free(work);
}

int ptxsim_drop(ptxsim_queue *queue)
{
    int dropped = 0;
    while (queue->first != NULL) {
        ptxsim_work *work = queue->first;
        queue->first = work->next;
        discard(work);
        dropped++;
    }
    queue->last = NULL;
    return dropped;
}

static size_t parameter_bytes(const ptxsim_work *work)
{
    size_t bytes = 0;
    for (unsigned i = 0; work->kind == PTXSIM_LAUNCH && ptx_parameter_size(work->function->kernel, i) > 0;
         i++) {
        bytes += ptx_parameter_size(work->function->kernel, i);
    }
    return bytes;
}

bool ptxsim_append_copy(ptxsim_queue *queue, const ptxsim_work *work)
{
    ptxsim_work *copy = malloc(sizeof *copy);
    size_t bytes = parameter_bytes(work);
    unsigned char *parameters = bytes == 0 ? NULL : malloc(bytes);
    if (copy == NULL || (bytes > 0 && parameters == NULL)) {
        free(copy);
        free(parameters);
        return false;
    }
    *copy = *work;
    copy->next = NULL;
    copy->parameters = parameters;
    if (bytes > 0) {
        memcpy(parameters, work->parameters, bytes);
    }
    if (queue->last == NULL) {
        queue->first = copy;
    } else {
        queue->last->next = copy;
    }
    queue->last = copy;
    return true;
}

/* Where the host holds device memory of this context, or NULL. */
static unsigned char *host_of(CUcontext context, CUdeviceptr address, size_t bytes)
{
    const ptx_region *region = ptx_memory_find(&ptxsim.memory[context->device], address, bytes);
    return region == NULL ? NULL : region->host + (address - region->base);
}

static CUresult run_transfer(ptxsim_work *work)
{
    unsigned char *device = host_of(work->context, work->address, work->bytes);
    if (device == NULL) {
        return CUDA_ERROR_ILLEGAL_ADDRESS;
    }
    if (work->kind == PTXSIM_TO_HOST) {
        memcpy(work->host, device, work->bytes);
    } else if (work->kind == PTXSIM_TO_DEVICE) {
        memcpy(device, work->host, work->bytes);
    } else {
        for (size_t i = 0; i < work->bytes; i += work->width) {
            memcpy(device + i, &work->value, work->width);
        }
    }
    return CUDA_SUCCESS;
}

CUresult ptxsim_run(ptxsim_work *work)
{
    CUresult result = CUDA_SUCCESS;
    if (work->context->failed != CUDA_SUCCESS) {
        return work->context->failed;
    }
    switch (work->kind) {
    case PTXSIM_LAUNCH: result = ptxsim_run_launch(work); break;
    case PTXSIM_RECORD:
        if (ptxsim_is(work->event, PTXSIM_EVENT) && work->event->pending == work) {
            work->event->pending = NULL;
            work->event->done_at = now();
        }
        break;
    case PTXSIM_WAIT:
        if (ptxsim_is(work->awaited_stream, PTXSIM_STREAM)) {
            result = ptxsim_finish(work->awaited_stream, work->awaited);
        }
        break;
    default: result = run_transfer(work); break;
    }
    if (result != CUDA_SUCCESS) {
        ptxsim_fail_context(work->context, result);
    }
    return result;
}

void ptxsim_do_one(CUstream stream)
{
    ptxsim_work *work = stream->queue.first;
    if (work != NULL) {
        stream->queue.first = work->next;
        stream->queue.last = work->next == NULL ? NULL : stream->queue.last;
        inject_live(&ptxsim.calls, "work", -1);
        (void)ptxsim_run(work);
        discard(work);
    }
}

static bool holds(const ptxsim_queue *queue, const ptxsim_work *work)
{
    const ptxsim_work *at = queue->first;
    while (at != NULL && at != work) {
        at = at->next;
    }
    return at != NULL;
}

CUresult ptxsim_finish(CUstream stream, const ptxsim_work *last)
{
    while (last == NULL ? stream->queue.first != NULL : holds(&stream->queue, last)) {
        ptxsim_do_one(stream);
    }
    return stream->object.context->failed;
}

CUresult ptxsim_finish_context(CUcontext context)
{
    for (ptxsim_object *object = ptxsim.objects; object != NULL; object = object->next) {
        if (object->kind == PTXSIM_STREAM && object->context == context) {
            (void)ptxsim_finish((CUstream)(void *)object, NULL);
        }
    }
    return context->failed;
}

/* The legacy stream and the blocking ones wait for each other. */
static void wait_for_others(CUstream stream)
{
    CUcontext context = stream->object.context;
    if (stream != context->legacy) {
        if (stream->is_blocking) {
            (void)ptxsim_finish(context->legacy, NULL);
        }
        return;
    }
    for (ptxsim_object *object = ptxsim.objects; object != NULL; object = object->next) {
        CUstream other = (CUstream)(void *)object;
        if (object->kind == PTXSIM_STREAM && object->context == context && other->is_blocking) {
            (void)ptxsim_finish(other, NULL);
        }
    }
}

CUresult ptxsim_submit(CUstream stream, const ptxsim_work *work)
{
    if (stream->capture != NULL) {
        if (stream->capture->invalid) {
            return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
        }
        return ptxsim_append_copy(&stream->capture->graph->queue, work) ? CUDA_SUCCESS
                                                                        : CUDA_ERROR_OUT_OF_MEMORY;
    }
    wait_for_others(stream);
    if (!ptxsim_append_copy(&stream->queue, work)) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    inject_live(&ptxsim.calls, "work", 1);
    return ptxsim.eager ? ptxsim_finish(stream, NULL) : CUDA_SUCCESS;
}
