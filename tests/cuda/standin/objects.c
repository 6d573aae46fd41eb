/* The list of all objects. */
#include "state.h"

#include <pthread.h>
#include <stdlib.h>

void *standin_make(standin_kind kind, size_t bytes, CUcontext context)
{
    standin_object *object = calloc(1, bytes);
    if (object != NULL) {
        object->kind = kind;
        object->context = context;
        object->next = standin.objects;
        standin.objects = object;
    }
    return object;
}

void standin_unmake(void *object)
{
    for (standin_object **at = &standin.objects; *at != NULL; at = &(*at)->next) {
        if (*at == object) {
            *at = (*at)->next;
            free(object);
            return;
        }
    }
}

bool standin_is(const void *object, standin_kind kind)
{
    const standin_object *at = standin.objects;
    while (at != NULL && at != object) {
        at = at->next;
    }
    return at != NULL && at->kind == kind;
}

void *standin_find(standin_kind kind, const struct CUctx_st *context)
{
    standin_object *at = standin.objects;
    while (at != NULL && (at->kind != kind || at->context != context)) {
        at = at->next;
    }
    return at;
}

static void count(standin_live *live, const standin_object *object)
{
    switch (object->kind) {
    case STANDIN_CONTEXT: live->contexts++; break;
    case STANDIN_MODULE: live->modules++; break;
    case STANDIN_EVENT: live->events++; break;
    case STANDIN_GRAPH: live->graphs++; break;
    case STANDIN_GRAPH_EXEC: live->graph_execs++; break;
    case STANDIN_ALLOCATION:
        if (((const standin_allocation *)(const void *)object)->kind == STANDIN_HOST) {
            live->host_allocations++;
        } else {
            live->device_allocations++;
        }
        break;
    case STANDIN_STREAM: {
        const struct CUstream_st *stream = (const void *)object;
        live->streams += object->context->legacy == stream || stream->thread != 0 ? 0 : 1;
        for (const standin_work *work = stream->queue.first; work != NULL; work = work->next) {
            live->work++;
        }
        break;
    }
    default: break;
    }
}

standin_live standin_count_live(void)
{
    standin_live live = {0};
    (void)standin_enter("", false);
    for (const standin_object *object = standin.objects; object != NULL; object = object->next) {
        count(&live, object);
    }
    standin_leave();
    return live;
}
