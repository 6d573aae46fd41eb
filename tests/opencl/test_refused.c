/* What glr_opencl_prepare and glr_opencl_fill refuse, and with which message; what the handle's own memory
 * does. */
#include "support.h"

#include "support/golden.h"

#include <criterion/criterion.h>
#include <string.h>

#define BYTES 4000

static glr_device *handle;
static test_cl cl;
static glr_opencl_memory good;
static const glr_tensor vector = {.dtype = GLR_FLOAT32, .rank = 1, .shape = {BYTES / 4}};

static void set_up(void)
{
    cl = test_cl_open();
    cr_assert_eq(glr_opencl_prepare(cl.context, cl.device, &handle), GLR_OK, "%s", glr_last_error());
    good.buffer = test_cl_buffer(cl, CL_MEM_READ_WRITE, BYTES);
}

static void tear_down(void)
{
    (void)clReleaseMemObject(good.buffer);
    glr_close(handle);
    test_cl_close(cl);
}

TestSuite(refused, .init = set_up, .fini = tear_down);

static void refuse_at(glr_device *device, const glr_tensor *tensor, const glr_opencl_memory *memory,
                      cl_command_queue queue, glr_status status, const char *text)
{
    static const glr_initializer zero;
    glr_initializer initializer = glr_he_normal(1);
    cl_event event = NULL;
    cr_expect_eq(glr_opencl_fill(device, &initializer, tensor, memory, queue, 0, NULL, &event), status,
                 "%s: %s", text, glr_last_error());
    cr_expect_not_null(strstr(glr_last_error(), text), "%s, not %s", glr_last_error(), text);
    cr_expect_null(event);
    cr_expect_eq(glr_opencl_fill(device, &zero, tensor, memory, queue, 0, NULL, NULL) == GLR_OK, 0);
}

static void refuse(glr_opencl_memory memory, glr_status status, const char *text)
{
    refuse_at(handle, &vector, &memory, cl.queue, status, text);
}

Test(refused, memory)
{
    test_cl other = test_cl_open();
    glr_opencl_memory bad = good;
    bad.size = 3;
    refuse(bad, GLR_ERROR_ARGUMENT, "memory.size: 3 is neither 0 nor");
    bad = good;
    bad.kind = (glr_opencl_memory_kind)7;
    refuse(bad, GLR_ERROR_ARGUMENT, "memory.kind: 7 is none of buffer (0), SVM (1), USM (2)");
    bad.kind = GLR_OPENCL_SVM;
    refuse(bad, GLR_ERROR_ARGUMENT, "memory.pointer: is NULL");
    bad.kind = GLR_OPENCL_USM;
    bad.pointer = &bad;
    refuse(bad, GLR_ERROR_UNSUPPORTED, "has no cl_intel_unified_shared_memory");
    bad = good;
    bad.buffer = NULL;
    refuse(bad, GLR_ERROR_ARGUMENT, "memory.buffer: is NULL");
    bad.buffer = test_cl_buffer(other, CL_MEM_READ_WRITE, BYTES);
    refuse(bad, GLR_ERROR_ARGUMENT, "memory.buffer: is of another context than the handle");
    (void)clReleaseMemObject(bad.buffer);
    bad.buffer = test_cl_buffer(cl, CL_MEM_READ_ONLY, BYTES);
    refuse(bad, GLR_ERROR_ARGUMENT, "memory.buffer: is read-only for kernels");
    (void)clReleaseMemObject(bad.buffer);
    bad.buffer = test_cl_buffer(cl, CL_MEM_READ_WRITE, BYTES - 1);
    refuse(bad, GLR_ERROR_TOO_SMALL, "3999 bytes from offset 0 are fewer than the 4000");
    (void)clReleaseMemObject(bad.buffer);
    bad = good;
    bad.offset = 2;
    refuse(bad, GLR_ERROR_ARGUMENT, "memory.offset: 2 is not a multiple of the 4 bytes of an element");
    bad.offset = 4;
    refuse(bad, GLR_ERROR_TOO_SMALL, "3996 bytes from offset 4 are fewer than the 4000");
    bad.offset = UINT64_MAX - 3;
    refuse(bad, GLR_ERROR_TOO_SMALL, "0 bytes from offset 18446744073709551612");
    test_cl_close(other);
}

Test(refused, an_image)
{
    const cl_image_format format = {CL_RGBA, CL_FLOAT};
    const cl_image_desc description = {
        .image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 64, .image_height = 64};
    cl_int error = CL_SUCCESS;
    glr_opencl_memory bad = {
        .buffer = clCreateImage(cl.context, CL_MEM_READ_WRITE, &format, &description, NULL, &error)};
    cr_assert_eq(error, CL_SUCCESS);
    refuse(bad, GLR_ERROR_ARGUMENT, "memory.buffer: is an image or a pipe");
    (void)clReleaseMemObject(bad.buffer);
}

Test(refused, queues_handles_and_events)
{
    test_cl other = test_cl_open();
    glr_device *cpu = open_cpu(1);
    refuse_at(handle, &vector, &good, other.queue, GLR_ERROR_ARGUMENT, "queue: is of another context");
    refuse_at(handle, &vector, &good, NULL, GLR_ERROR_ARGUMENT, "queue: is NULL");
    refuse_at(handle, &vector, NULL, cl.queue, GLR_ERROR_ARGUMENT, "memory: is NULL");
    refuse_at(handle, NULL, &good, cl.queue, GLR_ERROR_ARGUMENT, "tensor: is NULL");
    refuse_at(NULL, &vector, &good, cl.queue, GLR_ERROR_ARGUMENT, "handle: is NULL");
    refuse_at(cpu, &vector, &good, cl.queue, GLR_ERROR_ARGUMENT,
              "handle: is of the cpu backend and was not prepared by glr_opencl_prepare");
    glr_close(cpu);
    glr_initializer initializer = glr_ones();
    cl_event none = NULL;
    cr_expect_eq(glr_opencl_fill(handle, &initializer, &vector, &good, cl.queue, 1, NULL, NULL),
                 GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "wait_list: is NULL, but wait_count is 1");
    cr_expect_eq(glr_opencl_fill(handle, &initializer, &vector, &good, cl.queue, 0, &none, NULL),
                 GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_opencl_fill(handle, NULL, &vector, &good, cl.queue, 0, NULL, NULL), GLR_ERROR_ARGUMENT);
    test_cl_close(other);
}

Test(refused, contexts_and_devices)
{
    glr_device *none = handle;
    cl_device_id foreign = (cl_device_id)(void *)&cl;
    cr_expect_eq(glr_opencl_prepare(NULL, cl.device, &none), GLR_ERROR_ARGUMENT);
    cr_expect_null(none);
    cr_expect_eq(glr_opencl_prepare(cl.context, NULL, &none), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_opencl_prepare(cl.context, cl.device, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_opencl_prepare(cl.context, foreign, &none), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "device: is none of the context's");
}

Test(refused, an_empty_part_is_not)
{
    glr_initializer initializer = glr_ones();
    glr_tensor empty = {.dtype = GLR_FLOAT32, .rank = 1, .shape = {0}};
    cl_event event = (cl_event)(void *)&empty;
    cr_expect_eq(glr_opencl_fill(handle, &initializer, &empty, &good, cl.queue, 0, NULL, &event), GLR_OK);
    cr_expect_null(event);
}

/* A handle's own memory: only what glr_alloc gave. */
Test(refused, memory_of_others)
{
    glr_initializer initializer = glr_he_normal(2);
    float drawn[BYTES / 4], expected[BYTES / 4], host = 0;
    void *memory = NULL;
    cr_assert_eq(glr_alloc(handle, BYTES, &memory), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_fill(handle, &initializer, &vector, memory, BYTES), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_sync(handle), GLR_OK);
    cr_assert_eq(glr_copy_to_host(handle, drawn, memory, BYTES), GLR_OK);
    test_cpu_fill(&initializer, &vector, expected, sizeof expected);
    cr_expect_arr_eq(drawn, expected, sizeof drawn);
    cr_expect_eq(glr_fill(handle, &initializer, &vector, &host, BYTES), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "dst: not what glr_alloc gave on this handle");
    glr_tensor longer = vector;
    longer.shape[0]++;
    cr_expect_eq(glr_fill(handle, &initializer, &longer, memory, BYTES + 4), GLR_ERROR_TOO_SMALL);
    cr_expect_eq(glr_copy_to_host(handle, drawn, memory, BYTES + 1), GLR_ERROR_TOO_SMALL);
    cr_expect_eq(glr_copy_to_host(handle, drawn, &host, 1), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_free(handle, &host), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_free(handle, memory), GLR_OK);
    cr_expect_eq(glr_free(handle, memory), GLR_ERROR_ARGUMENT, "twice");
    cr_expect_eq(glr_alloc(handle, UINT64_MAX, &memory), GLR_ERROR_MEMORY);
    cr_expect_null(memory);
    cr_assert_eq(glr_alloc(handle, 16, &memory), GLR_OK, "closing frees it");
}
