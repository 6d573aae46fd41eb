/* Fills in the caller's own stream: what a call asks of the driver, capture, kinds of memory, contexts,
   devices, threads, large buffers. */
#include "support.h"

#include "support/golden.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 50021

/* Calls of the driver in a fill, for a stream that is an object. */
#define ONE_LAUNCH "cuCtxGetCurrent cuStreamGetCtx cuPointerGetAttributes cuLaunchKernel "

/* A fill of every kernel: packed by each sampler, with strides, float64, constants. */
typedef struct fill_case {
    glr_initializer initializer;
    glr_tensor tensor;
} fill_case;

#define CASES 8

static void make_cases(fill_case cases[CASES])
{
    for (int i = 0; i < CASES; i++) {
        cases[i].initializer = glr_truncated_normal(0.1, 0.7, i);
        cases[i].tensor = test_vector(GLR_DTYPE_FLOAT32, 3001);
    }
    cases[1].initializer.method = GLR_METHOD_ICDF;
    cases[2].initializer = glr_random_normal(0.1, 0.7, 2);
    cases[3].initializer = glr_random_uniform(-1.0, 1.0, 3);
    cases[4].initializer = glr_ones();
    cases[4].tensor.dtype = GLR_DTYPE_INT16;
    cases[5].tensor.dtype = GLR_DTYPE_FLOAT64;
    cases[6].tensor.dtype = GLR_DTYPE_BFLOAT16;
    glr_tensor box = {.dtype = GLR_DTYPE_FLOAT16, .rank = 2, .shape = {70, 61}, .part = GLR_PART_BOX};
    box.start[1] = 5;
    box.extent[0] = 70;
    box.extent[1] = 40;
    cases[7].tensor = box;
}

/* As glorand/cuda.h says, from the stand-in's list of calls. */
Test(stream, a_fill_is_one_launch_and_queries)
{
    fill_case cases[CASES];
    test_cu cu = test_cu_open();
    glr_device *device = test_prepare(NULL);
    CUdeviceptr memory = test_memory(COUNT * sizeof(float));
    make_cases(cases);
    for (int i = 0; i < CASES; i++) {
        char before[GPU_LIST];
        const int work = inject_count_live(ptxsim_injector(), "work");
        gpu_list_live(before);
        inject_clear_trace(ptxsim_injector());
        cr_assert_eq(glr_cuda_fill(device, &cases[i].initializer, &cases[i].tensor, memory,
                                   COUNT * sizeof(float), cu.stream),
                     GLR_OK, "%s", glr_last_error());
        test_expect_calls(ONE_LAUNCH);
        test_expect_pending(work + 1); /* the kernel, which nobody has waited for */
        test_expect(cu.stream, memory, &cases[i].initializer, &cases[i].tensor);
        gpu_expect_live(before, "a fill");
    }
    DRIVER(cuMemFree_v2(memory));
    glr_close(device);
    test_cu_close(cu);
    gpu_expect_live("", "all");
}

/* The special streams, which are not objects: the legacy one, its other name, and the thread's. */
Test(stream, a_fill_in_a_default_stream)
{
    fill_case cases[CASES];
    test_cu cu = test_cu_open();
    glr_device *device = test_prepare(NULL);
    CUdeviceptr memory = test_memory(COUNT * sizeof(float));
    make_cases(cases);
    for (uintptr_t special = 0; special <= 2; special++) {
        const CUstream stream = (CUstream)special; /* NOLINT(performance-no-int-to-ptr) */
        const fill_case *one = &cases[special];
        inject_clear_trace(ptxsim_injector());
        cr_assert_eq(
            glr_cuda_fill(device, &one->initializer, &one->tensor, memory, COUNT * sizeof(float), stream),
            GLR_OK, "%s", glr_last_error());
        test_expect_calls("cuCtxGetCurrent cuPointerGetAttributes cuLaunchKernel ");
        test_expect_pending(1);
        DRIVER(cuStreamSynchronize(special == 2 ? (CUstream)1 : (CUstream)2)); /* NOLINT */
        test_expect_pending(1);                                                /* it is in another stream */
        test_expect(stream, memory, &one->initializer, &one->tensor);
    }
    DRIVER(cuMemFree_v2(memory));
    glr_close(device);
    test_cu_close(cu);
    gpu_expect_live("", "all");
}

/* Strictest capture: no unsafe call by any thread. The graph holds one node for each fill, and draws again
   whenever it is launched. */
Test(stream, is_captured_into_a_graph)
{
    fill_case cases[CASES];
    test_cu cu = test_cu_open();
    glr_device *device = test_prepare(cu.context);
    const size_t room = 16384;
    CUdeviceptr memory = test_memory(CASES * room);
    CUgraph graph = NULL;
    CUgraphExec exec = NULL;
    size_t nodes = 0;
    make_cases(cases);
    DRIVER(cuStreamBeginCapture_v2(cu.stream, 0));
    for (int i = 0; i < CASES; i++) {
        cases[i].tensor.shape[0] = cases[i].tensor.rank == 1 ? 1999 : 70;
        inject_clear_trace(ptxsim_injector());
        cr_assert_eq(glr_cuda_fill(device, &cases[i].initializer, &cases[i].tensor, memory + (size_t)i * room,
                                   room, cu.stream),
                     GLR_OK, "%s", glr_last_error());
        test_expect_calls(ONE_LAUNCH);
    }
    /* A refused fill leaves the capture as it is. */
    cr_assert_eq(glr_cuda_fill(device, &cases[0].initializer, &cases[0].tensor, memory + 1, room, cu.stream),
                 GLR_ERROR_ARGUMENT);
    DRIVER(cuStreamEndCapture(cu.stream, &graph));
    DRIVER(cuGraphGetNodes(graph, NULL, &nodes));
    cr_expect_eq(nodes, CASES, "%zu", nodes);
    DRIVER(cuGraphInstantiateWithFlags(&exec, graph, 0));
    for (int launch = 0; launch < 3; launch++) {
        DRIVER(cuMemsetD8Async(memory, 0x77, CASES * room, cu.stream));
        DRIVER(cuGraphLaunch(exec, cu.stream));
        for (int i = 0; i < CASES; i++) {
            test_expect(cu.stream, memory + (size_t)i * room, &cases[i].initializer, &cases[i].tensor);
        }
    }
    DRIVER(cuGraphExecDestroy(exec));
    DRIVER(cuGraphDestroy(graph));
    DRIVER(cuMemFree_v2(memory));
    glr_close(device);
    test_cu_close(cu);
    gpu_expect_live("", "all");
}

Test(stream, into_managed_and_mapped_memory)
{
    test_cu cu = test_cu_open();
    glr_device *device = test_prepare(NULL);
    glr_tensor tensor = test_vector(GLR_DTYPE_BFLOAT16, COUNT);
    glr_initializer initializer = glr_he_uniform(1);
    CUdeviceptr managed = 0;
    void *host = NULL;
    unsigned char *expected = malloc(2 * (size_t)COUNT);
    test_cpu_fill(&initializer, &tensor, expected, 2 * (uint64_t)COUNT);
    DRIVER(cuMemAllocManaged(&managed, 2 * (size_t)COUNT, 1));
    DRIVER(cuMemHostAlloc(&host, 2 * (size_t)COUNT + 6, 0));
    inject_clear_trace(ptxsim_injector());
    cr_assert_eq(glr_cuda_fill(device, &initializer, &tensor, managed, 2 * (uint64_t)COUNT, cu.stream),
                 GLR_OK, "%s", glr_last_error());
    cr_assert_eq(
        glr_cuda_fill(device, &initializer, &tensor, (uintptr_t)host + 6, 2 * (uint64_t)COUNT, cu.stream),
        GLR_OK, "%s", glr_last_error());
    test_expect_calls(ONE_LAUNCH ONE_LAUNCH);
    test_expect(cu.stream, managed, &initializer, &tensor);
    cr_expect_eq(memcmp((unsigned char *)host + 6, expected, 2 * (size_t)COUNT), 0);
    cr_expect_eq(
        glr_cuda_fill(device, &initializer, &tensor, (uintptr_t)host + 8, 2 * (uint64_t)COUNT, cu.stream),
        GLR_ERROR_TOO_SMALL);
    DRIVER(cuMemFreeHost(host));
    DRIVER(cuMemFree_v2(managed));
    free(expected);
    glr_close(device);
    test_cu_close(cu);
}

/* Memory of the caller's that the driver was told of, by the address that kernels find it at and by the
   host's, which may be another one. Its bounds hold by either. */
static void fill_registered(void)
{
    enum { BYTES = 4 * COUNT, PAGE = 4096 };
    test_cu cu = test_cu_open();
    glr_device *device = test_prepare(NULL);
    const glr_tensor tensor = test_vector(GLR_DTYPE_FLOAT32, COUNT);
    const glr_initializer initializer = glr_he_normal(1);
    unsigned char *host = aligned_alloc(PAGE, (BYTES + 2 * PAGE - 1) / PAGE * PAGE);
    unsigned char *expected = malloc(BYTES);
    CUdeviceptr registered = 0;
    cr_assert(host != NULL && expected != NULL);
    test_cpu_fill(&initializer, &tensor, expected, BYTES);
    DRIVER(cuMemHostRegister_v2(host, BYTES + 8, 2)); /* CU_MEMHOSTREGISTER_DEVICEMAP */
    DRIVER(cuMemHostGetDevicePointer_v2(&registered, host, 0));
    const CUdeviceptr addresses[] = {registered, (uintptr_t)host};
    for (size_t i = 0; i < 2; i++) {
        const CUdeviceptr dst = addresses[i];
        memset(host, 0, BYTES + 8);
        cr_assert_eq(glr_cuda_fill(device, &initializer, &tensor, dst + 8, BYTES, cu.stream), GLR_OK, "%s",
                     glr_last_error());
        DRIVER(cuStreamSynchronize(cu.stream));
        cr_expect_eq(memcmp(host + 8, expected, BYTES), 0);
        cr_expect_eq(glr_cuda_fill(device, &initializer, &tensor, dst + 12, BYTES, cu.stream),
                     GLR_ERROR_TOO_SMALL);
        cr_expect_eq(glr_cuda_fill(device, &initializer, &tensor, dst + 2, BYTES, cu.stream),
                     GLR_ERROR_ARGUMENT);
    }
    DRIVER(cuMemHostUnregister(host));
    cr_expect_eq(glr_cuda_fill(device, &initializer, &tensor, registered, BYTES, cu.stream),
                 GLR_ERROR_ARGUMENT);
    free(expected);
    free(host);
    glr_close(device);
    test_cu_close(cu);
}

Test(stream, into_registered_memory) { fill_registered(); }

Test(stream, into_registered_memory_at_another_address)
{
    cr_assert_eq(setenv("PTXSIM_REGISTERED", "apart", 1), 0);
    fill_registered();
}

/* Every device, by its primary context and by one of the caller's, each with a handle; the thread's current
   context stays what it was. */
Test(stream, several_devices_and_contexts)
{
    enum { DEVICES = 3 };
    cr_assert_eq(setenv("PTXSIM_DEVICES", "3", 1), 0);
    test_cu main_one = test_cu_open(), own[DEVICES];
    glr_device *primary[DEVICES], *handles[DEVICES];
    glr_tensor tensor = test_vector(GLR_DTYPE_FLOAT32, 4001);
    CUdeviceptr memory[DEVICES];
    CUcontext current = NULL;
    for (int i = 0; i < DEVICES; i++) {
        own[i] = test_cu_create(i);
        memory[i] = test_memory(16004);
        DRIVER(cuCtxPopCurrent_v2(&current));
        handles[i] = test_prepare(own[i].context);
        primary[i] = test_open_cuda((uint32_t)i);
        DRIVER(cuCtxGetCurrent(&current));
        cr_expect_eq(current, main_one.context);
    }
    for (int i = 0; i < DEVICES; i++) {
        glr_initializer initializer = glr_he_normal(i), other = glr_he_uniform(i);
        float host[4001], expected[4001];
        void *own_memory = NULL;
        cr_assert_eq(glr_alloc(primary[i], 16004, &own_memory), GLR_OK);
        cr_assert_eq(glr_fill(primary[i], &other, &tensor, own_memory, 16004), GLR_OK, "%s",
                     glr_last_error());
        cr_assert_eq(glr_copy_to_host(primary[i], host, own_memory, 16004), GLR_OK);
        test_cpu_fill(&other, &tensor, expected, 16004);
        cr_expect_eq(memcmp(host, expected, sizeof host), 0);
        DRIVER(cuCtxPushCurrent_v2(own[i].context));
        cr_assert_eq(glr_cuda_fill(handles[i], &initializer, &tensor, memory[i], 16004, own[i].stream),
                     GLR_OK, "%s", glr_last_error());
        test_expect(own[i].stream, memory[i], &initializer, &tensor);
        cr_expect_eq(
            glr_cuda_fill(handles[i], &initializer, &tensor, memory[(i + 1) % DEVICES], 16004, own[i].stream),
            GLR_ERROR_ARGUMENT);
        DRIVER(cuCtxPopCurrent_v2(&current));
    }
    for (int i = 0; i < DEVICES; i++) {
        glr_close(primary[i]);
        glr_close(handles[i]);
        (void)cuCtxDestroy_v2(own[i].context);
    }
    test_cu_close(main_one);
    gpu_expect_live("", "all");
}

/* glr_fill takes the caller's memory, too, in a thread that has no context, and returns when it is filled. */
Test(stream, glr_fill_into_the_callers_memory)
{
    test_cu cu = test_cu_open();
    glr_device *device = test_open_cuda(0);
    glr_tensor tensor = test_vector(GLR_DTYPE_FLOAT32, COUNT);
    glr_initializer initializer = glr_glorot_normal(8);
    CUdeviceptr memory = test_memory(COUNT * sizeof(float));
    void *pointer = NULL;
    memcpy(&pointer, &memory, sizeof pointer);
    DRIVER(cuCtxSetCurrent(NULL));
    inject_clear_trace(ptxsim_injector());
    cr_assert_eq(glr_fill(device, &initializer, &tensor, pointer, COUNT * sizeof(float)), GLR_OK, "%s",
                 glr_last_error());
    /* One entry into the context, and one look at the pointer. */
    test_expect_calls("cuCtxGetCurrent cuCtxPushCurrent_v2 cuPointerGetAttributes cuLaunchKernel "
                      "cuStreamSynchronize cuCtxPopCurrent_v2 ");
    test_expect_pending(0);
    DRIVER(cuCtxSetCurrent(cu.context));
    test_expect(cu.stream, memory, &initializer, &tensor);
    DRIVER(cuMemFree_v2(memory));
    glr_close(device);
    test_cu_close(cu);
}

/* Every thread in a context and a stream of its own, on one of several devices, all at once; each of them
   captures its fills in a graph, too, while the others fill. */
static int fill_on_a_device_of_its_own(int thread, int devices)
{
    enum { LENGTH = 1001, FILLS = 10 };
    const size_t bytes = LENGTH * sizeof(float);
    float drawn[LENGTH], expected[LENGTH];
    const glr_tensor tensor = test_vector(GLR_DTYPE_FLOAT32, LENGTH);
    const test_cu cu = test_cu_create(thread % devices);
    glr_device *device = test_prepare(NULL);
    CUdeviceptr memory = 0;
    CUgraph graph = NULL;
    CUgraphExec exec = NULL;
    int failures = cuMemAlloc_v2(&memory, FILLS * bytes) != CUDA_SUCCESS;
    for (int round = 0; round < 2; round++) { /* the second is captured */
        failures += round == 1 && cuStreamBeginCapture_v2(cu.stream, 1) != CUDA_SUCCESS;
        for (int i = 0; i < FILLS; i++) {
            const glr_initializer initializer = glr_he_normal(100 * thread + 10 * round + i);
            failures += glr_cuda_fill(device, &initializer, &tensor, memory + (size_t)i * bytes, bytes,
                                      cu.stream) != GLR_OK;
        }
        failures += round == 1 && (cuStreamEndCapture(cu.stream, &graph) != CUDA_SUCCESS ||
                                   cuGraphInstantiateWithFlags(&exec, graph, 0) != CUDA_SUCCESS ||
                                   cuGraphLaunch(exec, cu.stream) != CUDA_SUCCESS);
        failures += cuStreamSynchronize(cu.stream) != CUDA_SUCCESS;
        for (int i = 0; i < FILLS; i++) {
            const glr_initializer initializer = glr_he_normal(100 * thread + 10 * round + i);
            test_cpu_fill(&initializer, &tensor, expected, sizeof expected);
            failures +=
                cuMemcpyDtoHAsync_v2(drawn, memory + (size_t)i * bytes, bytes, cu.stream) != CUDA_SUCCESS ||
                memcmp(drawn, expected, sizeof drawn) != 0;
        }
    }
    failures += cuGraphExecDestroy(exec) != CUDA_SUCCESS || cuGraphDestroy(graph) != CUDA_SUCCESS;
    glr_close(device);
    test_cu_close(cu);
    return failures;
}

Test(stream, threads_on_devices_of_their_own)
{
    enum { THREADS = 6 };
    cr_assert_eq(setenv("PTXSIM_DEVICES", "3", 1), 0);
    int failures = 0;
#pragma omp parallel for num_threads(THREADS) schedule(static, 1) reduction(+ : failures)
    for (int thread = 0; thread < THREADS; thread++) {
        failures += fill_on_a_device_of_its_own(thread, 3);
    }
    cr_expect_eq(failures, 0, "%d", failures);
    gpu_expect_live("", "all");
}

/* Rows that lie 6 GiB apart, in 13 GiB: offsets beyond 2^32 in bytes and in elements. */
Test(stream, places_beyond_4_GiB)
{
    enum { COLUMNS = 1003 };
    static const glr_dtype dtypes[] = {GLR_DTYPE_FLOAT32, GLR_DTYPE_FLOAT16, GLR_DTYPE_FLOAT8_E5M2,
                                       GLR_DTYPE_FLOAT64, GLR_DTYPE_INT8};
    test_cu cu = test_cu_open();
    glr_device *device = test_prepare(NULL);
    const uint64_t apart = UINT64_C(6) << 30, all = 2 * apart + (UINT64_C(1) << 30);
    if (!test_has_room(all)) {
        cr_skip_test("the device has less than 13 GiB");
    }
    CUdeviceptr memory = test_memory(all);
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
        glr_initializer initializer =
            dtypes[i] == GLR_DTYPE_INT8 ? glr_ones() : glr_truncated_normal(0.0, 1.0, (int64_t)i);
        const uint64_t size = glr_dtype_size(dtypes[i]);
        glr_tensor matrix = {.dtype = dtypes[i], .rank = 2, .shape = {3, COLUMNS}};
        matrix.strides[0] = (int64_t)(apart / size);
        matrix.strides[1] = 1;
        cr_assert_eq(glr_cuda_fill(device, &initializer, &matrix, memory, all, cu.stream), GLR_OK, "%s",
                     glr_last_error());
        for (int64_t row = 0; row < 3; row++) {
            glr_tensor range = {.dtype = dtypes[i], .rank = 2, .shape = {3, COLUMNS}, .part = GLR_PART_RANGE};
            range.first = row * COLUMNS;
            range.count = COLUMNS;
            test_expect(cu.stream, memory + (uint64_t)row * apart, &initializer, &range);
        }
    }
    DRIVER(cuMemFree_v2(memory));
    glr_close(device);
    test_cu_close(cu);
}

/* One adjacent fill across byte 2^32, which takes the interpreter minutes. */
Test(stream, a_packed_fill_beyond_4_GiB, .timeout = 3000)
{
    if (!test_is_long()) {
        return;
    }
    test_cu cu = test_cu_open();
    glr_device *device = test_prepare(NULL);
    const int64_t count = (INT64_C(1) << 30) + 100003;
    glr_initializer initializer = glr_random_uniform(0.0, 1.0, 1);
    glr_tensor tensor = test_vector(GLR_DTYPE_FLOAT32, count), window = tensor;
    if (!test_has_room((uint64_t)count * 4)) {
        cr_skip_test("the device has less than 4 GiB");
    }
    CUdeviceptr memory = test_memory((size_t)count * 4);
    cr_assert_eq(glr_cuda_fill(device, &initializer, &tensor, memory, (uint64_t)count * 4, cu.stream),
                 GLR_OK);
    window.part = GLR_PART_RANGE;
    window.first = (INT64_C(1) << 30) - 50000;
    window.count = 150003;
    test_expect(cu.stream, memory + (uint64_t)window.first * 4, &initializer, &window);
    DRIVER(cuMemFree_v2(memory));
    glr_close(device);
    test_cu_close(cu);
}
