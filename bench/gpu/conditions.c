#include "conditions.h"

#include "glorand/cuda.h"
#include "gpu_case.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS 8 /* fills side by side in a stream's memory */

enum {
    STREAM_BLOCKING = 0,
    CAPTURE_GLOBAL = 0,
    ATTACH_GLOBAL = 1,
    REGISTER_DEVICEMAP = 2,
    HOST_DEVICEMAP = 2
};

static const struct {
    const char *method;
    glr_dtype dtype;
} kinds[] = {{"resample", GLR_DTYPE_FLOAT32},       {"icdf", GLR_DTYPE_BFLOAT16},
             {"random_normal", GLR_DTYPE_FLOAT16},  {"random_uniform", GLR_DTYPE_FLOAT64},
             {"resample", GLR_DTYPE_FLOAT8_E4M3FN}, {"icdf", GLR_DTYPE_FLOAT32},
             {"resample", GLR_DTYPE_FLOAT64},       {"random_uniform", GLR_DTYPE_FLOAT32}};

static outcome skip(char why[GPU_REASON], const char *reason)
{
    (void)snprintf(why, GPU_REASON, "%s", reason);
    return OUTCOME_SKIPPED;
}

static outcome failed(char why[GPU_REASON], const char *reason)
{
    (void)snprintf(why, GPU_REASON, "%s", reason);
    return OUTCOME_DIFFERENT;
}

static gpu_case case_of(size_t slot, uint64_t bytes, int64_t seed)
{
    gpu_case c = {0};
    (void)gpu_case_named(kinds[slot % SLOTS].method, kinds[slot % SLOTS].dtype, bytes, &c);
    c.initializer.seed = seed;
    return c;
}

static bool fill(glr_device *device, const gpu_case *c, CUdeviceptr memory, CUstream stream)
{
    return glr_cuda_fill(device, &c->initializer, &c->tensor, memory, c->bytes, stream) == GLR_OK;
}

/* Compares all slots of some memory; each was filled last with a seed of `seed` and its number. */
static outcome compare_slots(const gpu *g, CUdeviceptr memory, uint64_t bytes, int64_t seed, FILE *details,
                             char why[GPU_REASON])
{
    unsigned char *drawn = malloc((size_t)bytes);
    outcome result = drawn == NULL ? failed(why, "no memory on the host") : OUTCOME_EQUAL;
    for (size_t i = 0; result == OUTCOME_EQUAL && i < SLOTS; i++) {
        const gpu_case c = case_of(i, bytes, seed + (int64_t)i);
        if (!gpu_read(g, drawn, memory + i * bytes, (size_t)bytes)) {
            result = failed(why, "the memory cannot be read");
        } else if (!gpu_compare(g, &c, drawn, details, why)) {
            result = OUTCOME_DIFFERENT;
        }
    }
    free(drawn);
    return result;
}

/* ---- Busy streams ------------------------------------------------------------------------------- */

/* Two streams at once, each over and over into slots of its own, which lie side by side. */
static outcome keep_busy(const gpu *g, const effort *e, CUdeviceptr memory, CUstream streams[2],
                         char why[GPU_REASON])
{
    for (unsigned i = 0; i < e->fills; i++) {
        for (size_t k = 0; k < 2; k++) {
            const size_t slot = i % SLOTS;
            const int64_t seed =
                (int64_t)(i + SLOTS < e->fills ? i : 1000 * (k + 1) + slot); /* the last ones: known */
            const gpu_case c = case_of(slot, e->bytes, seed);
            if (!fill(g->device, &c, memory + (k * SLOTS + slot) * e->bytes, streams[k])) {
                return failed(why, glr_last_error());
            }
        }
    }
    return g->cuStreamSynchronize(streams[0]) == CUDA_SUCCESS &&
                   g->cuStreamSynchronize(streams[1]) == CUDA_SUCCESS
               ? OUTCOME_EQUAL
               : failed(why, "the streams failed");
}

static outcome busy_streams(const gpu *g, const effort *e, FILE *details, char why[GPU_REASON])
{
    CUstream streams[2] = {NULL, NULL};
    CUdeviceptr memory = 0;
    outcome result = OUTCOME_DIFFERENT;
    if (g->cuMemAlloc_v2(&memory, (size_t)(2 * SLOTS * e->bytes)) != CUDA_SUCCESS) {
        return skip(why, "the device has no room");
    }
    if (g->cuStreamCreate(&streams[0], CU_STREAM_NON_BLOCKING) == CUDA_SUCCESS &&
        g->cuStreamCreate(&streams[1], CU_STREAM_NON_BLOCKING) == CUDA_SUCCESS) {
        result = keep_busy(g, e, memory, streams, why);
    } else {
        (void)failed(why, "a stream cannot be made");
    }
    for (size_t k = 0; result == OUTCOME_EQUAL && k < 2; k++) {
        result = compare_slots(g, memory + k * SLOTS * e->bytes, e->bytes, (int64_t)(1000 * (k + 1)), details,
                               why);
    }
    for (size_t k = 0; k < 2; k++) {
        if (streams[k] != NULL) {
            (void)g->cuStreamDestroy_v2(streams[k]);
        }
    }
    (void)g->cuMemFree_v2(memory);
    return result;
}

/* ---- Graphs ------------------------------------------------------------------------------------- */

static bool capture(const gpu *g, const effort *e, CUdeviceptr memory, CUstream stream, CUgraph *graph)
{
    bool is_fine = g->cuStreamBeginCapture_v2(stream, CAPTURE_GLOBAL) == CUDA_SUCCESS;
    for (size_t i = 0; is_fine && i < SLOTS; i++) {
        const gpu_case c = case_of(i, e->bytes, (int64_t)(100 + i));
        is_fine = fill(g->device, &c, memory + i * e->bytes, stream);
    }
    return g->cuStreamEndCapture(stream, graph) == CUDA_SUCCESS && is_fine;
}

/* Right after the first replay and after the last one, before which the memory is overwritten. */
static outcome replay(const gpu *g, const effort *e, CUgraphExec exec, CUdeviceptr memory, CUstream stream,
                      FILE *details, char why[GPU_REASON])
{
    for (unsigned i = 0; i < e->replays; i++) {
        if (i + 1 == e->replays && g->cuMemsetD32Async(memory, 0xdeadbeefU, (size_t)(SLOTS * e->bytes / 4),
                                                       stream) != CUDA_SUCCESS) {
            return failed(why, "the memory cannot be set");
        }
        if (g->cuGraphLaunch(exec, stream) != CUDA_SUCCESS) {
            return failed(why, "the graph cannot be launched");
        }
        if ((i == 0 || i + 1 == e->replays)) {
            outcome result = g->cuStreamSynchronize(stream) == CUDA_SUCCESS
                                 ? compare_slots(g, memory, e->bytes, 100, details, why)
                                 : failed(why, "the stream failed");
            if (result != OUTCOME_EQUAL) {
                return result;
            }
        }
    }
    return OUTCOME_EQUAL;
}

static outcome graph_of(const gpu *g, const effort *e, unsigned flags, FILE *details, char why[GPU_REASON])
{
    CUstream stream = NULL;
    CUgraph graph = NULL;
    CUgraphExec exec = NULL;
    CUdeviceptr memory = 0;
    outcome result;
    if (g->cuMemAlloc_v2(&memory, (size_t)(SLOTS * e->bytes)) != CUDA_SUCCESS) {
        return skip(why, "the device has no room");
    }
    if (g->cuStreamCreate(&stream, flags) != CUDA_SUCCESS) {
        result = failed(why, "a stream cannot be made");
    } else if (!capture(g, e, memory, stream, &graph)) {
        result = failed(why, "the fills cannot be captured");
    } else if (g->cuGraphInstantiateWithFlags(&exec, graph, 0) != CUDA_SUCCESS) {
        result = failed(why, "the graph cannot be instantiated");
    } else {
        result = replay(g, e, exec, memory, stream, details, why);
    }
    (void)(exec != NULL ? g->cuGraphExecDestroy(exec) : CUDA_SUCCESS);
    (void)(graph != NULL ? g->cuGraphDestroy(graph) : CUDA_SUCCESS);
    (void)(stream != NULL ? g->cuStreamDestroy_v2(stream) : CUDA_SUCCESS);
    (void)g->cuMemFree_v2(memory);
    return result;
}

static outcome ordinary_graph(const gpu *g, const effort *e, FILE *details, char why[GPU_REASON])
{
    return graph_of(g, e, STREAM_BLOCKING, details, why);
}

static outcome non_blocking_graph(const gpu *g, const effort *e, FILE *details, char why[GPU_REASON])
{
    return graph_of(g, e, CU_STREAM_NON_BLOCKING, details, why);
}

/* ---- Memory that the host reaches, too ---------------------------------------------------------- */

/* Fills memory by an address, and compares what the host finds at another one. */
static outcome fill_reachable(const gpu *g, const effort *e, CUdeviceptr address, unsigned char *host,
                              FILE *details, char why[GPU_REASON])
{
    for (size_t i = 0; i < SLOTS; i++) {
        const gpu_case c = case_of(i, e->bytes, (int64_t)(200 + i));
        memset(host, 0xa5, (size_t)e->bytes);
        if (!fill(g->device, &c, address, g->stream)) {
            return failed(why, glr_last_error());
        }
        if (g->cuStreamSynchronize(g->stream) != CUDA_SUCCESS) {
            return failed(why, "the stream failed");
        }
        if (!gpu_compare(g, &c, host, details, why)) {
            return OUTCOME_DIFFERENT;
        }
    }
    return OUTCOME_EQUAL;
}

/* By the address that kernels have, and by the host's. */
static outcome fill_by_both(const gpu *g, const effort *e, void *host, FILE *details, char why[GPU_REASON])
{
    CUdeviceptr device = 0;
    if (g->cuMemHostGetDevicePointer_v2(&device, host, 0) != CUDA_SUCCESS) {
        return skip(why, "the device does not reach it");
    }
    const outcome result = fill_reachable(g, e, device, host, details, why);
    return result == OUTCOME_EQUAL ? fill_reachable(g, e, (CUdeviceptr)(uintptr_t)host, host, details, why)
                                   : result;
}

static outcome mapped_memory(const gpu *g, const effort *e, FILE *details, char why[GPU_REASON])
{
    void *host = NULL;
    if (g->cuMemHostAlloc(&host, (size_t)e->bytes, HOST_DEVICEMAP) != CUDA_SUCCESS) {
        return skip(why, "none can be allocated");
    }
    const outcome result = fill_by_both(g, e, host, details, why);
    (void)g->cuMemFreeHost(host);
    return result;
}

static outcome registered_memory(const gpu *g, const effort *e, FILE *details, char why[GPU_REASON])
{
    void *host = aligned_alloc(4096, (size_t)e->bytes);
    outcome result;
    if (host == NULL || g->cuMemHostRegister_v2(host, (size_t)e->bytes, REGISTER_DEVICEMAP) != CUDA_SUCCESS) {
        result = skip(why, "none can be registered");
    } else {
        result = fill_by_both(g, e, host, details, why);
        (void)g->cuMemHostUnregister(host);
    }
    free(host);
    return result;
}

static outcome managed_memory(const gpu *g, const effort *e, FILE *details, char why[GPU_REASON])
{
    CUdeviceptr memory = 0;
    unsigned char *host = NULL; /* at the same address */
    if (g->cuMemAllocManaged(&memory, (size_t)e->bytes, ATTACH_GLOBAL) != CUDA_SUCCESS) {
        return skip(why, "none can be allocated");
    }
    memcpy(&host, &memory, sizeof host);
    const outcome result = fill_reachable(g, e, memory, host, details, why);
    (void)g->cuMemFree_v2(memory);
    return result;
}

/* ---- Contexts ----------------------------------------------------------------------------------- */

static outcome fill_in(const gpu *g, const effort *e, CUcontext context, FILE *details, char why[GPU_REASON])
{
    gpu there = *g;
    CUdeviceptr memory = 0;
    outcome result = OUTCOME_EQUAL;
    there.context = context;
    there.stream = NULL; /* the context's default one */
    if (glr_cuda_open(context, &there.device) != GLR_OK) {
        return failed(why, glr_last_error());
    }
    if (g->cuMemAlloc_v2(&memory, (size_t)(SLOTS * e->bytes)) != CUDA_SUCCESS) {
        result = skip(why, "the device has no room");
    }
    for (size_t i = 0; result == OUTCOME_EQUAL && i < SLOTS; i++) {
        const gpu_case c = case_of(i, e->bytes, (int64_t)(300 + i));
        result = fill(there.device, &c, memory + i * e->bytes, NULL) ? result : failed(why, glr_last_error());
    }
    if (result == OUTCOME_EQUAL) {
        result = compare_slots(&there, memory, e->bytes, 300, details, why);
    }
    (void)(memory != 0 ? g->cuMemFree_v2(memory) : CUDA_SUCCESS);
    glr_close(there.device);
    return result;
}

static outcome own_context(const gpu *g, const effort *e, FILE *details, char why[GPU_REASON])
{
    CUcontext context = NULL;
    if (g->cuCtxCreate_v2(&context, 0, g->id) != CUDA_SUCCESS) {
        return skip(why, "no second context can be made");
    }
    const outcome result = fill_in(g, e, context, details, why);
    (void)g->cuCtxDestroy_v2(context);
    (void)g->cuCtxSetCurrent(g->context);
    return result;
}

const condition conditions[] = {
    {"the fills of tests/data/hashes.txt", hashed_fills},
    {"two busy streams", busy_streams},
    {"a graph captured on an ordinary stream and replayed", ordinary_graph},
    {"a graph captured on a non-blocking stream and replayed", non_blocking_graph},
    {"mapped host memory, by both addresses", mapped_memory},
    {"registered host memory, by both addresses", registered_memory},
    {"managed memory", managed_memory},
    {"the caller's own context", own_context},
};

const size_t condition_count = sizeof conditions / sizeof conditions[0];
