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

static void discard(standin_work *work)
{
    free(work->parameters);
    free(work);
}

void standin_drop(standin_queue *queue)
{
    while (queue->first != NULL) {
        standin_work *work = queue->first;
        queue->first = work->next;
        discard(work);
    }
    queue->last = NULL;
}

static size_t parameter_bytes(const standin_work *work)
{
    size_t bytes = 0;
    for (unsigned i = 0; work->kind == STANDIN_LAUNCH && ptx_parameter_size(work->function->kernel, i) > 0;
         i++) {
        bytes += ptx_parameter_size(work->function->kernel, i);
    }
    return bytes;
}

bool standin_append_copy(standin_queue *queue, const standin_work *work)
{
    standin_work *copy = malloc(sizeof *copy);
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
    const ptx_region *region = ptx_memory_find(&standin.memory[context->device], address, bytes);
    return region == NULL ? NULL : region->host + (address - region->base);
}

static CUresult run_transfer(standin_work *work)
{
    unsigned char *device = host_of(work->context, work->address, work->bytes);
    if (device == NULL) {
        return CUDA_ERROR_ILLEGAL_ADDRESS;
    }
    if (work->kind == STANDIN_TO_HOST) {
        memcpy(work->host, device, work->bytes);
    } else if (work->kind == STANDIN_TO_DEVICE) {
        memcpy(device, work->host, work->bytes);
    } else {
        for (size_t i = 0; i < work->bytes; i += work->width) {
            memcpy(device + i, &work->value, work->width);
        }
    }
    return CUDA_SUCCESS;
}

CUresult standin_run(standin_work *work)
{
    CUresult result = CUDA_SUCCESS;
    if (work->context->failed != CUDA_SUCCESS) {
        return work->context->failed;
    }
    switch (work->kind) {
    case STANDIN_LAUNCH: result = standin_run_launch(work); break;
    case STANDIN_RECORD:
        if (standin_is(work->event, STANDIN_EVENT) && work->event->pending == work) {
            work->event->pending = NULL;
            work->event->done_at = now();
        }
        break;
    case STANDIN_WAIT:
        if (standin_is(work->awaited_stream, STANDIN_STREAM)) {
            result = standin_finish(work->awaited_stream, work->awaited);
        }
        break;
    default: result = run_transfer(work); break;
    }
    if (result != CUDA_SUCCESS) {
        standin_fail_context(work->context, result);
    }
    return result;
}

void standin_do_one(CUstream stream)
{
    standin_work *work = stream->queue.first;
    if (work != NULL) {
        stream->queue.first = work->next;
        stream->queue.last = work->next == NULL ? NULL : stream->queue.last;
        (void)standin_run(work);
        discard(work);
    }
}

static bool holds(const standin_queue *queue, const standin_work *work)
{
    const standin_work *at = queue->first;
    while (at != NULL && at != work) {
        at = at->next;
    }
    return at != NULL;
}

CUresult standin_finish(CUstream stream, const standin_work *last)
{
    while (last == NULL ? stream->queue.first != NULL : holds(&stream->queue, last)) {
        standin_do_one(stream);
    }
    return stream->object.context->failed;
}

CUresult standin_finish_context(CUcontext context)
{
    for (standin_object *object = standin.objects; object != NULL; object = object->next) {
        if (object->kind == STANDIN_STREAM && object->context == context) {
            (void)standin_finish((CUstream)(void *)object, NULL);
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
            (void)standin_finish(context->legacy, NULL);
        }
        return;
    }
    for (standin_object *object = standin.objects; object != NULL; object = object->next) {
        CUstream other = (CUstream)(void *)object;
        if (object->kind == STANDIN_STREAM && object->context == context && other->is_blocking) {
            (void)standin_finish(other, NULL);
        }
    }
}

CUresult standin_submit(CUstream stream, const standin_work *work)
{
    if (stream->capture != NULL) {
        if (stream->capture->invalid) {
            return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
        }
        return standin_append_copy(&stream->capture->graph->queue, work) ? CUDA_SUCCESS
                                                                         : CUDA_ERROR_OUT_OF_MEMORY;
    }
    wait_for_others(stream);
    if (!standin_append_copy(&stream->queue, work)) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    return standin.eager ? standin_finish(stream, NULL) : CUDA_SUCCESS;
}
