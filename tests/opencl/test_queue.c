/* Fills in the caller's own queue: order, kinds of memory, threads, large buffers. */
#include "support.h"

#include "support/golden.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 50021

static glr_device *prepare(test_cl cl)
{
    glr_device *device = NULL;
    cr_assert_eq(glr_opencl_open(cl.context, cl.device, &device), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_device_backend(device), GLR_BACKEND_OPENCL);
    return device;
}

static void expect_drawn(test_cl cl, cl_mem buffer, int64_t seed)
{
    static float drawn[COUNT], expected[COUNT];
    glr_initializer initializer = glr_glorot_normal(seed);
    glr_tensor tensor = test_vector(GLR_DTYPE_FLOAT32, COUNT);
    test_cpu_fill(&initializer, &tensor, expected, sizeof expected);
    test_cl_read(cl, buffer, 0, sizeof drawn, drawn);
    cr_assert_eq(memcmp(drawn, expected, sizeof drawn), 0, "seed %ld", (long)seed);
}

/* The fill waits for the caller's event, and the call does not wait. */
Test(queue, waits_for_events_and_does_not_block)
{
    test_cl cl = test_cl_open();
    glr_device *device = prepare(cl);
    glr_opencl_memory memory = {.buffer = test_cl_buffer(cl, CL_MEM_READ_WRITE, COUNT * sizeof(float))};
    glr_initializer initializer = glr_glorot_normal(1);
    glr_tensor tensor = test_vector(GLR_DTYPE_FLOAT32, COUNT);
    cl_int error = CL_SUCCESS, state = CL_COMPLETE;
    cl_event go = clCreateUserEvent(cl.context, &error), done = NULL;
    cr_assert_eq(error, CL_SUCCESS);
    cr_assert_eq(glr_opencl_fill(device, &initializer, &tensor, &memory, cl.queue, 1, &go, &done), GLR_OK,
                 "%s", glr_last_error());
    cr_assert_eq(clGetEventInfo(done, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL),
                 CL_SUCCESS);
    cr_expect_neq(state, CL_COMPLETE, "it has not waited");
    cr_assert_eq(clSetUserEventStatus(go, CL_COMPLETE), CL_SUCCESS);
    cr_assert_eq(clWaitForEvents(1, &done), CL_SUCCESS);
    expect_drawn(cl, memory.buffer, 1);
    (void)clReleaseEvent(go);
    (void)clReleaseEvent(done);
    (void)clReleaseMemObject(memory.buffer);
    glr_close(device);
    test_cl_close(cl);
}

/* A kernel that is still in the caller's queue outlives the device. */
Test(queue, outlives_the_device)
{
    test_cl cl = test_cl_open();
    glr_device *device = prepare(cl);
    glr_opencl_memory memory = {.buffer = test_cl_buffer(cl, CL_MEM_READ_WRITE, COUNT * sizeof(float))};
    glr_initializer initializer = glr_glorot_normal(6);
    glr_tensor tensor = test_vector(GLR_DTYPE_FLOAT32, COUNT);
    cl_int error = CL_SUCCESS;
    cl_event go = clCreateUserEvent(cl.context, &error);
    cr_assert_eq(glr_opencl_fill(device, &initializer, &tensor, &memory, cl.queue, 1, &go, NULL), GLR_OK);
    glr_close(device);
    cr_assert_eq(clSetUserEventStatus(go, CL_COMPLETE), CL_SUCCESS);
    expect_drawn(cl, memory.buffer, 6);
    (void)clReleaseEvent(go);
    (void)clReleaseMemObject(memory.buffer);
    test_cl_close(cl);
}

Test(queue, shared_virtual_memory)
{
    test_cl cl = test_cl_open();
    cl_device_svm_capabilities svm = 0;
    (void)clGetDeviceInfo(cl.device, CL_DEVICE_SVM_CAPABILITIES, sizeof svm, &svm, NULL);
    cr_assert_neq(svm, 0, "PoCL has it");
    glr_device *device = prepare(cl);
    glr_initializer initializer = glr_he_uniform(1);
    glr_tensor tensor = test_vector(GLR_DTYPE_BFLOAT16, COUNT);
    const size_t bytes = 2 * COUNT;
    unsigned char *pointer = clSVMAlloc(cl.context, CL_MEM_READ_WRITE, bytes + 6, 0),
                  *expected = malloc(bytes);
    cr_assert_not_null(pointer);
    glr_opencl_memory memory = {
        .kind = GLR_OPENCL_MEMORY_SVM, .pointer = pointer + 2, .bytes = bytes + 4, .offset = 4};
    cr_assert_eq(glr_opencl_fill(device, &initializer, &tensor, &memory, cl.queue, 0, NULL, NULL), GLR_OK,
                 "%s", glr_last_error());
    cr_assert_eq(clEnqueueSVMMap(cl.queue, CL_TRUE, CL_MAP_READ, pointer, bytes + 6, 0, NULL, NULL),
                 CL_SUCCESS);
    test_cpu_fill(&initializer, &tensor, expected, bytes);
    cr_expect_eq(memcmp(pointer + 6, expected, bytes), 0);
    cr_assert_eq(clEnqueueSVMUnmap(cl.queue, pointer, 0, NULL, NULL), CL_SUCCESS);
    cr_assert_eq(clFinish(cl.queue), CL_SUCCESS);
    memory.pointer = pointer + 1;
    cr_expect_eq(glr_opencl_fill(device, &initializer, &tensor, &memory, cl.queue, 0, NULL, NULL),
                 GLR_ERROR_ARGUMENT);
    cr_expect_not_null(strstr(glr_last_error(), "is not a multiple of the 2 bytes of an element"), "%s",
                       glr_last_error());
    clSVMFree(cl.context, pointer);
    free(expected);
    glr_close(device);
    test_cl_close(cl);
}

/* Compares elements about the byte 2^32 of a buffer, which holds a vector from `offset` bytes on. */
static void expect_window(test_cl cl, const glr_opencl_memory *memory, glr_initializer initializer,
                          glr_tensor vector)
{
    enum { WINDOW = 4000 };
    const size_t size = glr_dtype_size(vector.dtype);
    unsigned char drawn[WINDOW * sizeof(float)], expected[WINDOW * sizeof(float)];
    const uint64_t edge = UINT64_C(1) << 32;
    glr_tensor window = vector;
    window.part = GLR_PART_RANGE;
    window.first = memory->offset < edge ? (int64_t)((edge - memory->offset) / size) - WINDOW / 2 : 0;
    window.count = WINDOW;
    test_cpu_fill(&initializer, &window, expected, sizeof expected);
    test_cl_read(cl, memory->buffer, memory->offset + (uint64_t)window.first * size, WINDOW * size, drawn);
    cr_expect_eq(memcmp(drawn, expected, WINDOW * size), 0, "%s", glr_dtype_name(vector.dtype));
}

/* Types of 1, 2 and 4 bytes across and past byte 2^32: one fill of all of it in float32, and in the long form
   in each. */
Test(queue, more_than_4_gib, .timeout = 1000)
{
    const uint64_t edge = (uint64_t)1 << 32;
    const size_t bytes = (size_t)edge + ((size_t)16 << 20);
    static const glr_dtype dtypes[] = {GLR_DTYPE_FLOAT8_E4M3FN, GLR_DTYPE_BFLOAT16, GLR_DTYPE_FLOAT32};
    test_cl cl = test_cl_open();
    cl_ulong max = 0;
    (void)clGetDeviceInfo(cl.device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof max, &max, NULL);
    if (test_is_light() || max < bytes) {
        (void)printf("left out: buffers of %zu bytes\n", bytes);
        return;
    }
    glr_device *device = prepare(cl);
    glr_opencl_memory memory = {.buffer = test_cl_buffer(cl, CL_MEM_READ_WRITE, bytes)};
    for (size_t i = 0; i < 3; i++) {
        const int is_whole = dtypes[i] == GLR_DTYPE_FLOAT32 || test_is_long();
        const uint64_t size = glr_dtype_size(dtypes[i]), before = is_whole ? 0 : edge - (8 << 20);
        glr_initializer initializer = glr_truncated_normal(0.0, 1.0, (int64_t)i);
        initializer.method = i == 2 ? GLR_METHOD_RESAMPLE : GLR_METHOD_ICDF;
        glr_tensor vector = test_vector(dtypes[i], (int64_t)((bytes - before) / size));
        memory.offset = before;
        cr_assert_eq(glr_opencl_fill(device, &initializer, &vector, &memory, cl.queue, 0, NULL, NULL), GLR_OK,
                     "%s", glr_last_error());
        expect_window(cl, &memory, initializer, vector);
        memory.offset = edge + 8 * size; /* all of it beyond */
        vector.shape[0] = 100001;
        cr_assert_eq(glr_opencl_fill(device, &initializer, &vector, &memory, cl.queue, 0, NULL, NULL),
                     GLR_OK);
        expect_window(cl, &memory, initializer, vector);
    }
    (void)clReleaseMemObject(memory.buffer);
    glr_close(device);
    test_cl_close(cl);
}
