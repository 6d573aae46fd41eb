/* Capture and graphs. While a stream captures, its work is written into the graph and not done. A graph's
   nodes keep the order in which they were captured, which is one that their dependencies allow. */
#include "state.h"

#include <stdlib.h>

#define CAPTURES (sizeof ptxsim.captures / sizeof ptxsim.captures[0])

uint64_t ptxsim_thread(void)
{
    static _Thread_local char here;
    return (uint64_t)(uintptr_t)&here;
}

void ptxsim_invalidate(ptxsim_capture *capture) { capture->invalid = true; }

CUresult ptxsim_unsafe_in_capture(void)
{
    CUresult result = CUDA_SUCCESS;
    for (size_t i = 0; i < CAPTURES; i++) {
        ptxsim_capture *capture = ptxsim.captures[i];
        /* Mode 0 forbids it to every thread, mode 1 to the capturing one, mode 2 to none. */
        if (capture != NULL &&
            (capture->mode == 0 || (capture->mode == 1 && capture->thread == ptxsim_thread()))) {
            capture->invalid = true;
            result = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
        }
    }
    return result;
}

static CUresult begin(CUstream handle, int mode)
{
    CUstream stream = NULL;
    CUresult result = ptxsim_stream(handle, &stream);
    if (result != CUDA_SUCCESS) {
        return result;
    }
    if (stream == stream->object.context->legacy || stream->capture != NULL) {
        return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    size_t place = 0;
    while (place < CAPTURES && ptxsim.captures[place] != NULL) {
        place++;
    }
    if (mode < 0 || mode > 2 || place == CAPTURES) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    ptxsim_capture *capture = calloc(1, sizeof *capture);
    CUgraph graph = ptxsim_make(PTXSIM_GRAPH, sizeof *graph, stream->object.context);
    if (capture == NULL || graph == NULL) {
        free(capture);
        ptxsim_unmake(graph);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    *capture = (ptxsim_capture){graph, stream, mode, ptxsim_thread(), false};
    ptxsim.captures[place] = capture;
    stream->capture = capture;
    return CUDA_SUCCESS;
}

CUresult cuStreamBeginCapture_v2(CUstream stream, int mode)
{
    CALL("cuStreamBeginCapture_v2", begin(stream, mode));
}

static void free_graph(CUgraph graph)
{
    (void)ptxsim_drop(&graph->queue);
    ptxsim_unmake(graph);
}

void ptxsim_end_capture(ptxsim_capture *capture)
{
    for (ptxsim_object *object = ptxsim.objects; object != NULL; object = object->next) {
        CUstream stream = (CUstream)(void *)object;
        CUevent event = (CUevent)(void *)object;
        if (object->kind == PTXSIM_STREAM && stream->capture == capture) {
            stream->capture = NULL;
            stream->is_forked = false;
        } else if (object->kind == PTXSIM_EVENT && event->capture == capture) {
            event->capture = NULL;
            event->was_recorded = false;
        }
    }
    for (size_t i = 0; i < CAPTURES; i++) {
        ptxsim.captures[i] = ptxsim.captures[i] == capture ? NULL : ptxsim.captures[i];
    }
    if (capture->invalid) {
        free_graph(capture->graph);
    }
    free(capture);
}

static bool is_unjoined(const ptxsim_capture *capture)
{
    for (const ptxsim_object *object = ptxsim.objects; object != NULL; object = object->next) {
        const struct CUstream_st *stream = (const void *)object;
        if (object->kind == PTXSIM_STREAM && stream->capture == capture && stream->is_forked) {
            return true;
        }
    }
    return false;
}

static CUresult end(CUstream handle, CUgraph *graph)
{
    *graph = NULL;
    if (!ptxsim_is(handle, PTXSIM_STREAM)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    ptxsim_capture *capture = handle->capture;
    if (capture == NULL || capture->origin != handle) {
        return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
    }
    if (capture->mode != 2 && capture->thread != ptxsim_thread()) {
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
    ptxsim_end_capture(capture);
    return result;
}

CUresult cuStreamEndCapture(CUstream stream, CUgraph *graph)
{
    CALL("cuStreamEndCapture", end(stream, graph));
}

static CUresult give_status(CUstream handle, int *status)
{
    CUstream stream = NULL;
    CUresult result = ptxsim_stream(handle, &stream);
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
    if (!ptxsim_is(graph, PTXSIM_GRAPH)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    CUgraphExec made = ptxsim_make(PTXSIM_GRAPH_EXEC, sizeof *made, graph->object.context);
    bool copied = made != NULL;
    for (const ptxsim_work *work = graph->queue.first; copied && work != NULL; work = work->next) {
        copied = ptxsim_append_copy(&made->queue, work);
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
    CUresult result = ptxsim_stream(handle, &stream);
    if (result != CUDA_SUCCESS || !ptxsim_is(exec, PTXSIM_GRAPH_EXEC)) {
        return result != CUDA_SUCCESS ? result : CUDA_ERROR_INVALID_HANDLE;
    }
    for (const ptxsim_work *work = exec->queue.first; work != NULL && result == CUDA_SUCCESS;
         work = work->next) {
        bool is_gone = work->kind == PTXSIM_LAUNCH && !ptxsim_is(work->function, PTXSIM_FUNCTION);
        result = is_gone ? CUDA_ERROR_INVALID_HANDLE : ptxsim_submit(stream, work);
    }
    return result;
}

CUresult cuGraphLaunch(CUgraphExec exec, CUstream stream) { CALL("cuGraphLaunch", launch(exec, stream)); }

static CUresult destroy(CUgraph graph)
{
    if (!ptxsim_is(graph, PTXSIM_GRAPH)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    free_graph(graph);
    return CUDA_SUCCESS;
}

CUresult cuGraphDestroy(CUgraph graph) { CALL("cuGraphDestroy", destroy(graph)); }

static CUresult destroy_exec(CUgraphExec exec)
{
    if (!ptxsim_is(exec, PTXSIM_GRAPH_EXEC)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    (void)ptxsim_drop(&exec->queue);
    ptxsim_unmake(exec);
    return CUDA_SUCCESS;
}

CUresult cuGraphExecDestroy(CUgraphExec exec) { CALL("cuGraphExecDestroy", destroy_exec(exec)); }

static CUresult give_nodes(CUgraph graph, void **nodes, size_t *count)
{
    if (!ptxsim_is(graph, PTXSIM_GRAPH)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    size_t room = *count;
    *count = 0;
    for (ptxsim_work *work = graph->queue.first; work != NULL; work = work->next) {
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
