/* Capture and graphs. While a stream captures, its work is written into the graph and not done. A graph's
   nodes keep the order in which they were captured, which is one that their dependencies allow. */
#include "state.h"

#include <stdlib.h>

#define CAPTURES (sizeof standin.captures / sizeof standin.captures[0])

uint64_t standin_thread(void)
{
    static _Thread_local char here;
    return (uint64_t)(uintptr_t)&here;
}

void standin_invalidate(standin_capture *capture) { capture->invalid = true; }

CUresult standin_unsafe_in_capture(void)
{
    CUresult result = CUDA_SUCCESS;
    for (size_t i = 0; i < CAPTURES; i++) {
        standin_capture *capture = standin.captures[i];
        /* Mode 0 forbids it to every thread, mode 1 to the capturing one, mode 2 to none. */
        if (capture != NULL &&
            (capture->mode == 0 || (capture->mode == 1 && capture->thread == standin_thread()))) {
            capture->invalid = true;
            result = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
        }
    }
    return result;
}

static CUresult begin(CUstream handle, int mode)
{
    CUstream stream = NULL;
    CUresult result = standin_stream(handle, &stream);
    if (result != CUDA_SUCCESS) {
        return result;
    }
    if (stream == stream->object.context->legacy || stream->capture != NULL) {
        return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    size_t place = 0;
    while (place < CAPTURES && standin.captures[place] != NULL) {
        place++;
    }
    if (mode < 0 || mode > 2 || place == CAPTURES) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    standin_capture *capture = calloc(1, sizeof *capture);
    CUgraph graph = standin_make(STANDIN_GRAPH, sizeof *graph, stream->object.context);
    if (capture == NULL || graph == NULL) {
        free(capture);
        standin_unmake(graph);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    *capture = (standin_capture){graph, stream, mode, standin_thread(), false};
    standin.captures[place] = capture;
    stream->capture = capture;
    return CUDA_SUCCESS;
}

CUresult cuStreamBeginCapture_v2(CUstream stream, int mode)
{
    CALL("cuStreamBeginCapture_v2", begin(stream, mode));
}

static void free_graph(CUgraph graph)
{
    standin_drop(&graph->queue);
    standin_unmake(graph);
}

void standin_end_capture(standin_capture *capture)
{
    for (standin_object *object = standin.objects; object != NULL; object = object->next) {
        CUstream stream = (CUstream)(void *)object;
        CUevent event = (CUevent)(void *)object;
        if (object->kind == STANDIN_STREAM && stream->capture == capture) {
            stream->capture = NULL;
            stream->is_forked = false;
        } else if (object->kind == STANDIN_EVENT && event->capture == capture) {
            event->capture = NULL;
            event->was_recorded = false;
        }
    }
    for (size_t i = 0; i < CAPTURES; i++) {
        standin.captures[i] = standin.captures[i] == capture ? NULL : standin.captures[i];
    }
    if (capture->invalid) {
        free_graph(capture->graph);
    }
    free(capture);
}

static bool is_unjoined(const standin_capture *capture)
{
    for (const standin_object *object = standin.objects; object != NULL; object = object->next) {
        const struct CUstream_st *stream = (const void *)object;
        if (object->kind == STANDIN_STREAM && stream->capture == capture && stream->is_forked) {
            return true;
        }
    }
    return false;
}

static CUresult end(CUstream handle, CUgraph *graph)
{
    *graph = NULL;
    if (!standin_is(handle, STANDIN_STREAM)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    standin_capture *capture = handle->capture;
    if (capture == NULL || capture->origin != handle) {
        return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
    }
    if (capture->mode != 2 && capture->thread != standin_thread()) {
        return CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD;
    }
    CUresult result = CUDA_SUCCESS;
    if (capture->invalid) {
        result = CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    } else if (is_unjoined(capture)) {
        capture->invalid = true;
        result = CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
    } else {
        *graph = capture->graph;
    }
    standin_end_capture(capture);
    return result;
}

CUresult cuStreamEndCapture(CUstream stream, CUgraph *graph)
{
    CALL("cuStreamEndCapture", end(stream, graph));
}

static CUresult give_status(CUstream handle, int *status)
{
    CUstream stream = NULL;
    CUresult result = standin_stream(handle, &stream);
    if (result == CUDA_SUCCESS) {
        *status = stream->capture == NULL ? 0 : stream->capture->invalid ? 2 : 1;
    }
    return result;
}

CUresult cuStreamIsCapturing(CUstream stream, int *status)
{
    CALL("cuStreamIsCapturing", give_status(stream, status));
}

static CUresult instantiate(CUgraphExec *exec, CUgraph graph)
{
    if (!standin_is(graph, STANDIN_GRAPH)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    CUgraphExec made = standin_make(STANDIN_GRAPH_EXEC, sizeof *made, graph->object.context);
    bool copied = made != NULL;
    for (const standin_work *work = graph->queue.first; copied && work != NULL; work = work->next) {
        copied = standin_append_copy(&made->queue, work);
    }
    if (!copied) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    *exec = made;
    return CUDA_SUCCESS;
}

CUresult cuGraphInstantiateWithFlags(CUgraphExec *exec, CUgraph graph, uint64_t flags)
{
    (void)flags;
    CALL("cuGraphInstantiateWithFlags", instantiate(exec, graph));
}

static CUresult launch(CUgraphExec exec, CUstream handle)
{
    CUstream stream = NULL;
    CUresult result = standin_stream(handle, &stream);
    if (result != CUDA_SUCCESS || !standin_is(exec, STANDIN_GRAPH_EXEC)) {
        return result != CUDA_SUCCESS ? result : CUDA_ERROR_INVALID_HANDLE;
    }
    for (const standin_work *work = exec->queue.first; work != NULL && result == CUDA_SUCCESS;
         work = work->next) {
        bool is_gone = work->kind == STANDIN_LAUNCH && !standin_is(work->function, STANDIN_FUNCTION);
        result = is_gone ? CUDA_ERROR_INVALID_HANDLE : standin_submit(stream, work);
    }
    return result;
}

CUresult cuGraphLaunch(CUgraphExec exec, CUstream stream) { CALL("cuGraphLaunch", launch(exec, stream)); }

static CUresult destroy(CUgraph graph)
{
    if (!standin_is(graph, STANDIN_GRAPH)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    free_graph(graph);
    return CUDA_SUCCESS;
}

CUresult cuGraphDestroy(CUgraph graph) { CALL("cuGraphDestroy", destroy(graph)); }

static CUresult destroy_exec(CUgraphExec exec)
{
    if (!standin_is(exec, STANDIN_GRAPH_EXEC)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    standin_drop(&exec->queue);
    standin_unmake(exec);
    return CUDA_SUCCESS;
}

CUresult cuGraphExecDestroy(CUgraphExec exec) { CALL("cuGraphExecDestroy", destroy_exec(exec)); }

static CUresult give_nodes(CUgraph graph, void **nodes, size_t *count)
{
    if (!standin_is(graph, STANDIN_GRAPH)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    size_t room = *count;
    *count = 0;
    for (standin_work *work = graph->queue.first; work != NULL; work = work->next) {
        if (nodes != NULL && *count < room) {
            nodes[*count] = work;
        }
        (*count)++;
    }
    return CUDA_SUCCESS;
}

CUresult cuGraphGetNodes(CUgraph graph, void **nodes, size_t *count)
{
    CALL("cuGraphGetNodes", give_nodes(graph, nodes, count));
}
