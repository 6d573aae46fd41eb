/* The stand-in's driver API: that work is put off and ordered, capture, contexts, errors and what is counted.
 */
#include "driver/ptxsim.h"
#include "ptx/ptx.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <omp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Adds a number to each of `count` words; without the check of bounds, `unchecked`. */
#define KERNEL(name, check)                                                                                  \
    ".visible .entry " name "(.param .u64 out, .param .u32 count, .param .u32 added)\n{\n"                   \
    ".reg .pred %p<2>;\n.reg .b32 %r<9>;\n.reg .b64 %d<4>;\nld.param.u64 %d1, [out];\n"                      \
    "ld.param.u32 %r1, [count];\nld.param.u32 %r2, [added];\nmov.u32 %r3, %ctaid.x;\n"                       \
    "mov.u32 %r4, %ntid.x;\nmov.u32 %r5, %tid.x;\nmad.lo.u32 %r6, %r3, %r4, %r5;\n"                          \
    "setp.ge.u32 %p1, %r6, %r1;\n" check "mul.wide.u32 %d2, %r6, 4;\nadd.u64 %d1, %d1, %d2;\n"               \
    "ld.global.u32 %r7, [%d1];\nadd.u32 %r7, %r7, %r2;\nst.global.u32 [%d1], %r7;\nret;\n}\n"

static const char image[] =
    ".version 9.0\n.target sm_90\n.address_size 64\n.global .align 4 .u32 variable = 12;\n" KERNEL(
        "add", "@%p1 ret;\n") KERNEL("unchecked", "");

typedef struct setup {
    CUcontext context;
    CUmodule module;
    CUfunction add, unchecked;
    CUstream stream;
    CUdeviceptr memory;
    uint32_t *pinned;
} setup;

#define WORDS 1000

static setup start(void)
{
    setup s;
    memset(&s, 0, sizeof s);
    cr_assert_eq(cuInit(0), CUDA_SUCCESS);
    cr_assert_eq(cuDevicePrimaryCtxRetain(&s.context, 0), CUDA_SUCCESS);
    cr_assert_eq(cuCtxSetCurrent(s.context), CUDA_SUCCESS);
    cr_assert_eq(cuModuleLoadData(&s.module, image), CUDA_SUCCESS, "%s", ptxsim_last_fault());
    cr_assert_eq(cuModuleGetFunction(&s.add, s.module, "add"), CUDA_SUCCESS);
    cr_assert_eq(cuModuleGetFunction(&s.unchecked, s.module, "unchecked"), CUDA_SUCCESS);
    cr_assert_eq(cuStreamCreate(&s.stream, 1), CUDA_SUCCESS);
    cr_assert_eq(cuMemAlloc_v2(&s.memory, 4 * WORDS), CUDA_SUCCESS);
    void *pinned = NULL;
    cr_assert_eq(cuMemHostAlloc(&pinned, 4 * WORDS, 0), CUDA_SUCCESS);
    s.pinned = pinned;
    return s;
}

static int live(const char *kind) { return inject_count_live(ptxsim_injector(), kind); }

static CUresult launch(const setup *s, CUfunction function, uint32_t added, CUstream stream)
{
    CUdeviceptr memory = s->memory;
    uint32_t count = WORDS;
    void *parameters[] = {&memory, &count, &added};
    return cuLaunchKernel(function, 8, 1, 1, 128, 1, 1, 0, stream, parameters, NULL);
}

static void all_equal(const uint32_t *words, uint32_t value)
{
    for (size_t i = 0; i < WORDS; i++) {
        cr_assert_eq(words[i], value, "word %zu: %u, not %u", i, words[i], value);
    }
}

Test(driver, work_is_done_when_it_is_waited_for)
{
    setup s = start();
    memset(s.pinned, 0, 4 * WORDS);
    cr_assert_eq(cuMemsetD32Async(s.memory, 5, WORDS, s.stream), CUDA_SUCCESS);
    cr_assert_eq(launch(&s, s.add, 2, s.stream), CUDA_SUCCESS);
    cr_assert_eq(cuMemcpyDtoHAsync_v2(s.pinned, s.memory, 4 * WORDS, s.stream), CUDA_SUCCESS);
    all_equal(s.pinned, 0);
    cr_assert_eq(live("work"), 3);
    cr_assert_eq(cuStreamQuery(s.stream), CUDA_ERROR_NOT_READY);
    cr_assert_eq(cuStreamSynchronize(s.stream), CUDA_SUCCESS);
    all_equal(s.pinned, 7);
    cr_assert_eq(cuStreamQuery(s.stream), CUDA_SUCCESS);
}

Test(driver, events_order_streams)
{
    setup s = start();
    CUstream other = NULL;
    CUevent event = NULL, end = NULL;
    cr_assert_eq(cuStreamCreate(&other, 1), CUDA_SUCCESS);
    cr_assert_eq(cuEventCreate(&event, 0), CUDA_SUCCESS);
    cr_assert_eq(cuEventCreate(&end, 0), CUDA_SUCCESS);
    cr_assert_eq(cuMemsetD32Async(s.memory, 5, WORDS, s.stream), CUDA_SUCCESS);
    cr_assert_eq(cuEventRecord(event, s.stream), CUDA_SUCCESS);
    cr_assert_eq(launch(&s, s.add, 1000, s.stream), CUDA_SUCCESS);
    cr_assert_eq(cuStreamWaitEvent(other, event, 0), CUDA_SUCCESS);
    cr_assert_eq(launch(&s, s.add, 2, other), CUDA_SUCCESS);
    cr_assert_eq(cuMemcpyDtoHAsync_v2(s.pinned, s.memory, 4 * WORDS, other), CUDA_SUCCESS);
    cr_assert_eq(cuEventRecord(end, other), CUDA_SUCCESS);
    float milliseconds = -1;
    cr_assert_eq(cuEventElapsedTime(&milliseconds, event, end), CUDA_ERROR_NOT_READY);
    cr_assert_eq(cuEventSynchronize(end), CUDA_SUCCESS);
    all_equal(s.pinned, 7); /* what came after the event was not waited for */
    cr_assert_eq(cuEventElapsedTime(&milliseconds, event, end), CUDA_SUCCESS);
    cr_assert_geq(milliseconds, 0);
    cr_assert_eq(live("work"), 1);
    cr_assert_eq(cuCtxSynchronize(), CUDA_SUCCESS);
}

/* Each thread's is another, and no thread's is the legacy one; that and these wait for each other. */
Test(driver, each_thread_has_a_default_stream)
{
    setup s = start();
    const CUstream legacy = (CUstream)1, per_thread = (CUstream)2; /* NOLINT(performance-no-int-to-ptr) */
    uint32_t words[WORDS];
    const int work = live("work"), streams = live("stream");
    cr_assert_eq(cuMemsetD32Async(s.memory, 5, WORDS, per_thread), CUDA_SUCCESS);
#pragma omp parallel num_threads(2)
    {
        if (omp_get_thread_num() == 1) {
            (void)cuCtxSetCurrent(s.context);
            (void)cuStreamSynchronize(per_thread);
        }
    }
    cr_assert_eq(live("work"), work + 1);
    cr_assert_eq(cuStreamSynchronize(per_thread), CUDA_SUCCESS);
    cr_assert_eq(live("work"), work);
    cr_assert_eq(launch(&s, s.add, 1, per_thread), CUDA_SUCCESS);
    cr_assert_eq(launch(&s, s.add, 1, legacy), CUDA_SUCCESS);
    cr_assert_eq(live("work"), work + 1);
    cr_assert_eq(cuMemcpyDtoH_v2(words, s.memory, sizeof words), CUDA_SUCCESS);
    all_equal(words, 7);
    cr_assert_eq(live("stream"), streams);
}

Test(driver, the_default_stream_waits_for_blocking_ones)
{
    setup s = start();
    CUstream blocking = NULL;
    uint32_t words[WORDS];
    cr_assert_eq(cuStreamCreate(&blocking, 0), CUDA_SUCCESS);
    cr_assert_eq(cuMemsetD32Async(s.memory, 5, WORDS, blocking), CUDA_SUCCESS);
    cr_assert_eq(launch(&s, s.add, 1, NULL), CUDA_SUCCESS);
    cr_assert_eq(launch(&s, s.add, 1, blocking), CUDA_SUCCESS);
    cr_assert_eq(cuMemcpyDtoH_v2(words, s.memory, sizeof words), CUDA_SUCCESS);
    all_equal(words, 7);
}

Test(driver, a_captured_launch_runs_when_the_graph_does)
{
    setup s = start();
    CUgraph graph = NULL;
    CUgraphExec exec = NULL;
    size_t nodes = 0;
    int status = -1;
    uint32_t words[WORDS];
    cr_assert_eq(cuMemsetD32_v2(s.memory, 0, WORDS), CUDA_SUCCESS);
    cr_assert_eq(cuCtxSynchronize(), CUDA_SUCCESS);
    cr_assert_eq(cuStreamBeginCapture_v2(s.stream, 1), CUDA_SUCCESS);
    cr_assert_eq(cuStreamIsCapturing(s.stream, &status), CUDA_SUCCESS);
    cr_assert_eq(status, 1);
    cr_assert_eq(launch(&s, s.add, 3, s.stream), CUDA_SUCCESS);
    cr_assert_eq(cuStreamEndCapture(s.stream, &graph), CUDA_SUCCESS);
    cr_assert_eq(cuGraphGetNodes(graph, NULL, &nodes), CUDA_SUCCESS);
    cr_assert_eq(nodes, 1);
    cr_assert_eq(cuMemcpyDtoH_v2(words, s.memory, sizeof words), CUDA_SUCCESS);
    all_equal(words, 0);
    cr_assert_eq(cuGraphInstantiateWithFlags(&exec, graph, 0), CUDA_SUCCESS);
    cr_assert_eq(cuGraphDestroy(graph), CUDA_SUCCESS);
    cr_assert_eq(cuGraphLaunch(exec, s.stream), CUDA_SUCCESS);
    cr_assert_eq(cuGraphLaunch(exec, s.stream), CUDA_SUCCESS);
    cr_assert_eq(cuStreamSynchronize(s.stream), CUDA_SUCCESS);
    cr_assert_eq(cuMemcpyDtoH_v2(words, s.memory, sizeof words), CUDA_SUCCESS);
    all_equal(words, 6);
    cr_assert_eq(cuGraphExecDestroy(exec), CUDA_SUCCESS);
    cr_assert_eq(live("graph") + live("graph exec"), 0);
}

Test(driver, what_a_capture_forbids)
{
    setup s = start();
    CUgraph graph = NULL;
    CUdeviceptr more = 0;
    CUevent event = NULL;
    CUstream other = NULL;
    cr_assert_eq(cuStreamBeginCapture_v2(NULL, 0), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    cr_assert_eq(cuStreamBeginCapture_v2(s.stream, 0), CUDA_SUCCESS);
    cr_assert_eq(cuMemAlloc_v2(&more, 4), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    cr_assert_eq(launch(&s, s.add, 3, s.stream), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    cr_assert_eq(cuStreamEndCapture(s.stream, &graph), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    cr_assert_null(graph);
    cr_assert_eq(cuStreamBeginCapture_v2(s.stream, 2), CUDA_SUCCESS);
    cr_assert_eq(cuMemAlloc_v2(&more, 4), CUDA_SUCCESS);
    cr_assert_eq(cuStreamSynchronize(s.stream), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    cr_assert_eq(cuStreamEndCapture(s.stream, &graph), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    /* A fork that is not joined. */
    cr_assert_eq(cuEventCreate(&event, 2), CUDA_SUCCESS);
    cr_assert_eq(cuStreamCreate(&other, 1), CUDA_SUCCESS);
    cr_assert_eq(cuStreamBeginCapture_v2(s.stream, 1), CUDA_SUCCESS);
    cr_assert_eq(cuEventRecord(event, s.stream), CUDA_SUCCESS);
    cr_assert_eq(cuStreamWaitEvent(other, event, 0), CUDA_SUCCESS);
    cr_assert_eq(launch(&s, s.add, 3, other), CUDA_SUCCESS);
    cr_assert_eq(cuEventQuery(event), CUDA_ERROR_CAPTURED_EVENT);
    cr_assert_eq(cuStreamEndCapture(s.stream, &graph), CUDA_ERROR_STREAM_CAPTURE_UNJOINED);
    cr_assert_eq(live("graph"), 0);
}

Test(driver, a_store_outside_breaks_the_context)
{
    setup s = start();
    cr_assert_eq(cuMemsetD32_v2(s.memory, 0, WORDS), CUDA_SUCCESS);
    cr_assert_eq(launch(&s, s.unchecked, 1, s.stream), CUDA_SUCCESS);
    cr_assert_eq(cuStreamSynchronize(s.stream), CUDA_ERROR_ILLEGAL_ADDRESS);
    cr_assert_not_null(strstr(ptxsim_last_fault(), "unchecked: 4 bytes at global address"), "%s",
                       ptxsim_last_fault());
    cr_assert_not_null(strstr(ptxsim_last_fault(), "in block (7, 0, 0) thread 104"), "%s",
                       ptxsim_last_fault());
    CUdeviceptr more = 0;
    cr_assert_eq(cuMemAlloc_v2(&more, 4), CUDA_ERROR_ILLEGAL_ADDRESS);
    cr_assert_eq(launch(&s, s.add, 1, s.stream), CUDA_ERROR_ILLEGAL_ADDRESS);
    cr_assert_eq(cuCtxSynchronize(), CUDA_ERROR_ILLEGAL_ADDRESS);
}

/* Managed memory as the host sees it. */
static uint32_t *host_view(CUdeviceptr address)
{
    uint32_t *view = NULL;
    memcpy(&view, &address, sizeof(void *));
    return view;
}

Test(driver, memory_has_its_kinds_and_limits)
{
    setup s = start();
    CUdeviceptr managed = 0, huge = 0, device = 0;
    unsigned type = 9, is_managed = 9;
    int ordinal = 9;
    int attributes[] = {2, 8, 9};
    void *values[] = {&type, &is_managed, &ordinal};
    cr_assert_eq(cuMemAllocManaged(&managed, 4 * WORDS, 1), CUDA_SUCCESS);
    *host_view(managed) = 41; /* the host reaches it */
    setup on_managed = s;
    on_managed.memory = managed;
    cr_assert_eq(launch(&on_managed, s.add, 1, NULL), CUDA_SUCCESS);
    cr_assert_eq(cuCtxSynchronize(), CUDA_SUCCESS);
    cr_assert_eq(*host_view(managed), 42);
    cr_assert_eq(cuPointerGetAttributes(3, attributes, values, managed + 8), CUDA_SUCCESS);
    cr_assert(type == 2 && is_managed == 1 && ordinal == 0);
    cr_assert_eq(cuPointerGetAttributes(3, attributes, values, (CUdeviceptr)(uintptr_t)s.pinned),
                 CUDA_SUCCESS);
    cr_assert(type == 1 && is_managed == 0);
    cr_assert_eq(cuPointerGetAttributes(3, attributes, values, (CUdeviceptr)(uintptr_t)&s), CUDA_SUCCESS);
    cr_assert(type == 0 && ordinal == -2);
    cr_assert_eq(cuPointerGetAttribute(&type, 2, (CUdeviceptr)(uintptr_t)&s), CUDA_ERROR_INVALID_VALUE);
    cr_assert_eq(cuMemHostGetDevicePointer_v2(&device, s.pinned, 0), CUDA_SUCCESS);
    /* 16 GiB, of which only what is touched exists; and more than the device has. */
    cr_assert_eq(cuMemAlloc_v2(&huge, (size_t)16 << 30), CUDA_SUCCESS);
    cr_assert_eq(cuMemsetD8_v2(huge + ((CUdeviceptr)16 << 30) - 4, 7, 4), CUDA_SUCCESS);
    uint32_t last = 0;
    cr_assert_eq(cuMemcpyDtoH_v2(&last, huge + ((CUdeviceptr)16 << 30) - 4, 4), CUDA_SUCCESS);
    cr_assert_eq(last, 0x07070707U);
    cr_assert_eq(cuMemcpyDtoH_v2(&last, huge + ((CUdeviceptr)16 << 30) - 3, 4), CUDA_ERROR_INVALID_VALUE);
    cr_assert_eq(cuMemAlloc_v2(&device, (size_t)80 << 30), CUDA_ERROR_OUT_OF_MEMORY);
    cr_assert_eq(cuMemFree_v2(huge), CUDA_SUCCESS);
    cr_assert_eq(cuMemFree_v2(huge), CUDA_ERROR_INVALID_VALUE);
}

Test(driver, what_is_wrong_is_refused)
{
    setup s = start();
    CUfunction none = NULL;
    CUmodule module = NULL;
    uint32_t count = WORDS;
    void *parameters[] = {&s.memory, &count, &count};
    cr_assert_eq(cuModuleGetFunction(&none, s.module, "absent"), CUDA_ERROR_NOT_FOUND);
    cr_assert_eq(cuModuleLoadData(&module, "no image"), CUDA_ERROR_INVALID_IMAGE);
    cr_assert_eq(cuModuleLoadData(&module, ".version 9.0\n.visible .entry k() { frob; }"),
                 CUDA_ERROR_INVALID_PTX);
    cr_assert_not_null(strstr(ptxsim_last_fault(), "frob"));
    cr_assert_eq(cuLaunchKernel(s.add, 0, 1, 1, 32, 1, 1, 0, NULL, parameters, NULL),
                 CUDA_ERROR_INVALID_VALUE);
    cr_assert_eq(cuLaunchKernel(s.add, 1, 1, 1, 1025, 1, 1, 0, NULL, parameters, NULL),
                 CUDA_ERROR_INVALID_VALUE);
    cr_assert_eq(cuLaunchKernel(s.add, 1, 65536, 1, 32, 1, 1, 0, NULL, parameters, NULL),
                 CUDA_ERROR_INVALID_VALUE);
    cr_assert_eq(cuLaunchKernel(s.add, 1, 1, 1, 32, 1, 1, 50000, NULL, parameters, NULL),
                 CUDA_ERROR_INVALID_VALUE);
    cr_assert_eq(cuLaunchKernel(s.add, 1, 1, 1, 32, 1, 1, 0, NULL, NULL, NULL), CUDA_ERROR_INVALID_VALUE);
    cr_assert_eq(cuStreamSynchronize((CUstream)(void *)&s), CUDA_ERROR_INVALID_HANDLE);
    cr_assert_eq(cuStreamDestroy_v2(s.stream), CUDA_SUCCESS);
    cr_assert_eq(launch(&s, s.add, 1, s.stream), CUDA_ERROR_INVALID_HANDLE);
    cr_assert_eq(cuModuleUnload(s.module), CUDA_SUCCESS);
    cr_assert_eq(launch(&s, s.add, 1, NULL), CUDA_ERROR_INVALID_HANDLE);
    const char *name = NULL;
    cr_assert_eq(cuGetErrorName(CUDA_ERROR_ILLEGAL_ADDRESS, &name), CUDA_SUCCESS);
    cr_assert_str_eq(name, "CUDA_ERROR_ILLEGAL_ADDRESS");
}

Test(driver, contexts_belong_to_threads_and_devices)
{
    (void)setenv("PTXSIM_DEVICES", "2", 1);
    setup s = start();
    CUcontext second = NULL, current = NULL;
    CUdeviceptr there = 0;
    int count = 0, active = 0;
    unsigned flags = 0;
    cr_assert_eq(cuDeviceGetCount(&count), CUDA_SUCCESS);
    cr_assert_eq(count, 2);
    cr_assert_eq(cuCtxCreate_v2(&second, 0, 1), CUDA_SUCCESS);
    cr_assert_eq(cuCtxGetCurrent(&current), CUDA_SUCCESS);
    cr_assert_eq(current, second);
    cr_assert_eq(cuMemAlloc_v2(&there, 4 * WORDS), CUDA_SUCCESS);
    /* Another device's kernel, and another device's memory. */
    cr_assert_eq(launch(&s, s.add, 1, NULL), CUDA_ERROR_INVALID_HANDLE);
    cr_assert_eq(cuCtxPopCurrent_v2(&current), CUDA_SUCCESS);
    cr_assert_eq(cuMemsetD8_v2(there, 0, 4), CUDA_ERROR_INVALID_VALUE);
    setup wrong = s;
    wrong.memory = there;
    cr_assert_eq(launch(&wrong, s.add, 1, s.stream), CUDA_SUCCESS);
    cr_assert_eq(cuStreamSynchronize(s.stream), CUDA_ERROR_ILLEGAL_ADDRESS);
    cr_assert_eq(cuCtxDestroy_v2(second), CUDA_SUCCESS);
    cr_assert_eq(cuCtxPushCurrent_v2(second), CUDA_ERROR_INVALID_CONTEXT);
    cr_assert_eq(cuDevicePrimaryCtxGetState(1, &flags, &active), CUDA_SUCCESS);
    cr_assert_eq(active, 0);
}

static void *without_context(void *result)
{
    CUdeviceptr memory = 0;
    *(CUresult *)result = cuMemAlloc_v2(&memory, 4);
    return NULL;
}

Test(driver, calls_are_listed_and_contexts_are_each_threads_own)
{
    setup s = start();
    pthread_t thread;
    CUresult result = CUDA_SUCCESS;
    char calls[INJECT_TEXT];
    inject_clear_trace(ptxsim_injector());
    cr_assert_eq(pthread_create(&thread, NULL, without_context, &result), 0);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_assert_eq(result, CUDA_ERROR_INVALID_CONTEXT);
    cr_assert_eq(launch(&s, s.add, 1, s.stream), CUDA_SUCCESS);
    inject_trace(ptxsim_injector(), calls);
    cr_assert_str_eq(calls, "cuMemAlloc_v2 cuLaunchKernel ");
}

Test(driver, faults_on_demand)
{
    CUdeviceptr memory = 0;
    int devices = 0;
    cr_assert_eq(cuDeviceGetCount(&devices), CUDA_ERROR_NOT_INITIALIZED);
    setup s = start();
    inject_fail(ptxsim_injector(), "cuMemAlloc_v2", 2, CUDA_ERROR_OUT_OF_MEMORY);
    cr_assert_eq(cuMemAlloc_v2(&memory, 4), CUDA_SUCCESS);
    const int before = live("device allocation");
    cr_assert_eq(cuMemAlloc_v2(&memory, 4), CUDA_ERROR_OUT_OF_MEMORY);
    cr_assert_eq(live("device allocation"), before);
    cr_assert_eq(cuMemAlloc_v2(&memory, 4), CUDA_SUCCESS);
    inject_fail(ptxsim_injector(), "cuLaunchKernel", 1, CUDA_ERROR_LAUNCH_FAILED);
    cr_assert_eq(launch(&s, s.add, 1, s.stream), CUDA_ERROR_LAUNCH_FAILED);
    cr_assert_eq(cuCtxSynchronize(), CUDA_ERROR_LAUNCH_FAILED); /* this one breaks the context */
}

Test(driver, what_was_made_is_counted_until_it_is_destroyed)
{
    setup s = start();
    char left[INJECT_TEXT];
    cr_assert(live("context") == 1 && live("module") == 1 && live("stream") == 1 &&
              live("device allocation") == 1 && live("host allocation") == 1);
    cr_assert_eq(cuMemFree_v2(s.memory), CUDA_SUCCESS);
    cr_assert_eq(cuMemFreeHost(s.pinned), CUDA_SUCCESS);
    cr_assert_eq(cuStreamDestroy_v2(s.stream), CUDA_SUCCESS);
    cr_assert_eq(cuModuleUnload(s.module), CUDA_SUCCESS);
    cr_assert_eq(cuDevicePrimaryCtxRelease_v2(0), CUDA_SUCCESS);
    inject_list_live(ptxsim_injector(), left);
    cr_assert_str_eq(left, "");
}

Test(driver, a_late_launch_of_an_unloaded_module_fails)
{
    setup s = start();
    cr_assert_eq(launch(&s, s.add, 1, s.stream), CUDA_SUCCESS);
    cr_assert_eq(cuModuleUnload(s.module), CUDA_SUCCESS);
    cr_assert_eq(cuStreamSynchronize(s.stream), CUDA_ERROR_LAUNCH_FAILED);
}

Test(driver, variables_and_functions)
{
    setup s = start();
    CUdeviceptr address = 0;
    size_t bytes = 0;
    uint32_t value = 0;
    int number = 0, grid = 0, block = 0;
    void *found = NULL;
    cr_assert_eq(cuModuleGetGlobal_v2(&address, &bytes, s.module, "variable"), CUDA_SUCCESS);
    cr_assert_eq(bytes, 4);
    cr_assert_eq(cuMemcpyDtoH_v2(&value, address, 4), CUDA_SUCCESS);
    cr_assert_eq(value, 12);
    cr_assert_eq(cuFuncGetAttribute(&number, 0, s.add), CUDA_SUCCESS);
    cr_assert_eq(number, 1024);
    cr_assert_eq(cuOccupancyMaxActiveBlocksPerMultiprocessor(&number, s.add, 256, 0), CUDA_SUCCESS);
    cr_assert_gt(number, 0);
    cr_assert_eq(cuOccupancyMaxPotentialBlockSize(&grid, &block, s.add, NULL, 0, 256), CUDA_SUCCESS);
    cr_assert(grid > 0 && block > 0 && block <= 256 && block % 32 == 0);
    cr_assert_eq(cuGetProcAddress_v2("cuMemAlloc", &found, 12000, 0, NULL), CUDA_SUCCESS);
    cr_assert_not_null(found);
    cr_assert_eq(cuGetProcAddress_v2("cuFrobnicate", &found, 12000, 0, NULL), CUDA_ERROR_NOT_FOUND);
}

/* Each lane's number in the order in which they run; the atomic is in line 7. */
static const char in_order[] =
    ".version 9.0\n.target sm_90\n.address_size 64\n.visible .entry k(.param .u64 out) { .reg .b64 %d<4>;\n"
    ".reg .b32 %r<4>;\nld.param.u64 %d1, [out]; mov.u32 %r1, %tid.x; mul.wide.u32 %d2, %r1, 4;\n"
    "atom.global.add.u32 %r2, [%d1], 1;\nadd.u64 %d3, %d1, %d2; st.global.u32 [%d3+4], %r2; ret; }\n";

static uint32_t place_of_lane_0(void)
{
    CUmodule module;
    CUfunction function;
    setup s = start();
    void *parameters[] = {&s.memory};
    cr_assert_eq(cuModuleLoadData(&module, in_order), CUDA_SUCCESS, "%s", ptxsim_last_fault());
    cr_assert_eq(cuModuleGetFunction(&function, module, "k"), CUDA_SUCCESS);
    cr_assert_eq(cuMemsetD32Async(s.memory, 0, WORDS, NULL), CUDA_SUCCESS);
    cr_assert_eq(cuLaunchKernel(function, 1, 1, 1, 32, 1, 1, 0, NULL, parameters, NULL), CUDA_SUCCESS);
    cr_assert_eq(cuMemcpyDtoH_v2(s.pinned, s.memory, 4 * WORDS), CUDA_SUCCESS);
    return s.pinned[1];
}

Test(driver, the_environment_chooses_a_schedule)
{
    cr_assert_eq(setenv("PTXSIM_SCHEDULE", "backwards", 1), 0);
    cr_assert_eq(place_of_lane_0(), 31);
    cr_assert(ptxsim_set_schedule("forwards"));
    cr_assert_eq(place_of_lane_0(), 0);
    cr_assert_not(ptxsim_set_schedule("sideways"));
}

Test(driver, a_schedule_that_is_not_there_is_refused)
{
    cr_assert_eq(setenv("PTXSIM_SCHEDULE", "sideways", 1), 0);
    cr_assert_eq(cuInit(0), CUDA_ERROR_UNKNOWN);
    cr_assert_eq(unsetenv("PTXSIM_SCHEDULE"), 0);
    cr_assert_eq(setenv("PTXSIM_RACES", "find", 1), 0);
    cr_assert_eq(cuInit(0), CUDA_ERROR_UNKNOWN);
}

Test(driver, a_fault_that_cannot_be_read_is_refused)
{
    cr_assert_eq(setenv("PTXSIM_FAIL", "cuMemAlloc_v2", 1), 0);
    cr_assert_eq(cuInit(0), CUDA_ERROR_UNKNOWN);
}

Test(driver, lines_are_counted)
{
    uint64_t counts[9] = {0};
    ptxsim_count_lines(counts, 9);
    (void)place_of_lane_0();
    cr_assert_eq(counts[7], 1);
    cr_assert(ptxsim_set_schedule("random:3"));
    (void)place_of_lane_0();
    cr_assert_eq(counts[7], 33);
    ptxsim_count_lines(NULL, 0);
    (void)place_of_lane_0();
    cr_assert_eq(counts[7], 33);
}

/* For tests of how a program bears an old driver. */
Test(driver, a_stand_in_can_lack_functions)
{
    void *library = dlopen(WITHOUT_LAUNCH, RTLD_NOW | RTLD_LOCAL);
    cr_assert_not_null(library, "%s", dlerror());
    cr_assert_not_null(dlsym(library, "cuMemAlloc_v2"));
    cr_assert_not_null(dlsym(library, "ptxsim_injector"));
    cr_assert_null(dlsym(library, "cuLaunchKernel"));
    cr_assert_eq(dlclose(library), 0);
}

/* ---- PTX that is too new ------------------------------------------------------------------------ */

#define KERNEL_OF(version, name)                                                                             \
    ".version " version "\n.target sm_75\n.address_size 64\n.visible .entry " name "()\n{\nret;\n}\n"

static void start_version(const char *version)
{
    CUcontext context = NULL;
    cr_assert_eq(setenv("PTXSIM_VERSION", version, 1), 0);
    cr_assert_eq(cuInit(0), CUDA_SUCCESS);
    cr_assert_eq(cuDevicePrimaryCtxRetain(&context, 0), CUDA_SUCCESS);
    cr_assert_eq(cuCtxSetCurrent(context), CUDA_SUCCESS);
}

static CUresult load_text(const char *text)
{
    CUmodule module = NULL;
    CUresult result = cuModuleLoadData(&module, text);
    cr_assert(result != CUDA_SUCCESS || cuModuleUnload(module) == CUDA_SUCCESS);
    return result;
}

Test(driver, a_driver_reads_ptx_no_newer_than_itself)
{
    start_version("12060"); /* which has no ISA of its own: that of 12.5 */
    cr_expect_eq(load_text(KERNEL_OF("6.3", "k")), CUDA_SUCCESS);
    cr_expect_eq(load_text(KERNEL_OF("8.5", "k")), CUDA_SUCCESS);
    cr_expect_eq(load_text(KERNEL_OF("8.6", "k")), CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
    cr_expect_eq(load_text(KERNEL_OF("10.0", "k")), CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
}

/* A fat binary's entry: its header's kind, size, bytes and capability are what the stand-in looks at. */
static size_t add_entry(unsigned char *at, const char *text, uint32_t capability)
{
    const uint16_t kind = 1;
    const uint32_t header = 64;
    const uint64_t bytes = strlen(text) + 1;
    memset(at, 0, header);
    memcpy(at, &kind, sizeof kind);
    memcpy(at + 4, &header, sizeof header);
    memcpy(at + 8, &bytes, sizeof bytes);
    memcpy(at + 28, &capability, sizeof capability);
    memcpy(at + header, text, (size_t)bytes);
    return header + (size_t)bytes;
}

/* Of compute capability 7.5 and 8.0, whose texts have ISAs. */
static const unsigned char *two_texts(const char *first, const char *second)
{
    static unsigned char made[1024];
    const uint32_t magic = 0xba55ed50U;
    const uint16_t version = 1, header = 16;
    size_t used = header;
    used += add_entry(made + used, first, 75);
    used += add_entry(made + used, second, 80);
    const uint64_t bytes = used - header;
    memcpy(made, &magic, sizeof magic);
    memcpy(made + 4, &version, sizeof version);
    memcpy(made + 6, &header, sizeof header);
    memcpy(made + 8, &bytes, sizeof bytes);
    return made;
}

Test(driver, of_a_fat_binary_the_newest_readable_ptx_is_run)
{
    CUmodule module = NULL;
    CUfunction function = NULL;
    start_version("12000");
    cr_assert_eq(cuModuleLoadData(&module, two_texts(KERNEL_OF("6.3", "old"), KERNEL_OF("8.1", "new"))),
                 CUDA_SUCCESS);
    cr_expect_eq(cuModuleGetFunction(&function, module, "old"), CUDA_SUCCESS);
    cr_assert_eq(cuModuleLoadData(&module, two_texts(KERNEL_OF("6.3", "old"), KERNEL_OF("8.0", "new"))),
                 CUDA_SUCCESS);
    cr_expect_eq(cuModuleGetFunction(&function, module, "new"), CUDA_SUCCESS);
    cr_expect_eq(cuModuleLoadData(&module, two_texts(KERNEL_OF("9.0", "old"), KERNEL_OF("9.0", "new"))),
                 CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
}
