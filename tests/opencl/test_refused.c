/* Refusals of glr_opencl_open and glr_opencl_fill, beside those of every backend. */
#include "support.h"

#include "gpu/backend/backend.h"

#include <criterion/criterion.h>
#include <string.h>

#define BYTES REFUSED_BYTES

static glr_status fill(const glr_opencl_memory *memory, cl_command_queue queue, cl_uint waits,
                       const cl_event *events, cl_event *event)
{
    const glr_initializer initializer = glr_he_normal(1);
    return glr_opencl_fill(refused_device, &initializer, &refused_vector, memory, queue, waits, events,
                           event);
}

static void refuse_memory(glr_opencl_memory memory, glr_status status, const char *text)
{
    cl_event event = NULL;
    cr_expect_eq(fill(&memory, refused_caller.queue, 0, NULL, &event), status, "%s: %s", text,
                 glr_last_error());
    cr_expect_not_null(strstr(glr_last_error(), text), "%s, not %s", glr_last_error(), text);
    cr_expect_null(event);
}

static glr_opencl_memory good(void) { return (glr_opencl_memory){.buffer = refused_memory.buffer}; }

Test(refused, kinds_of_memory)
{
    glr_opencl_memory bad = good();
    bad.reserved[4] = 3;
    refuse_memory(bad, GLR_ERROR_ARGUMENT, "memory.reserved[4]: 3 is not 0");
    bad = good();
    bad.kind = (glr_opencl_memory_kind)7;
    refuse_memory(bad, GLR_ERROR_ARGUMENT, "memory.kind: must be buffer (0), SVM (1) or USM (2), not 7");
    bad.kind = GLR_OPENCL_MEMORY_SVM;
    refuse_memory(bad, GLR_ERROR_ARGUMENT, "memory.pointer: must not be NULL");
    bad.kind = GLR_OPENCL_MEMORY_USM;
    bad.pointer = &bad;
    refuse_memory(bad, GLR_ERROR_UNSUPPORTED, "has no cl_intel_unified_shared_memory");
}

Test(refused, buffers)
{
    const test_cl cl = test_cl_of(refused_caller);
    const cl_image_format format = {CL_RGBA, CL_FLOAT};
    const cl_image_desc description = {
        .image_type = CL_MEM_OBJECT_IMAGE2D, .image_width = 64, .image_height = 64};
    cl_int error = CL_SUCCESS;
    glr_opencl_memory bad = {.buffer = test_cl_buffer(cl, CL_MEM_READ_ONLY, BYTES)};
    refuse_memory(bad, GLR_ERROR_ARGUMENT, "memory.buffer: read-only for kernels");
    (void)clReleaseMemObject(bad.buffer);
    bad.buffer = test_cl_buffer(cl, CL_MEM_READ_WRITE, BYTES - 1);
    refuse_memory(bad, GLR_ERROR_TOO_SMALL, "3999 bytes from offset 0 are fewer than the 4000");
    (void)clReleaseMemObject(bad.buffer);
    bad.buffer = clCreateImage(cl.context, CL_MEM_READ_WRITE, &format, &description, NULL, &error);
    cr_assert_eq(error, CL_SUCCESS);
    refuse_memory(bad, GLR_ERROR_ARGUMENT, "memory.buffer: must be a buffer, not an image or a pipe");
    (void)clReleaseMemObject(bad.buffer);
    bad = good();
    bad.offset = 2;
    refuse_memory(bad, GLR_ERROR_ARGUMENT, "memory.offset: 2 is not a multiple of the 4 bytes of an element");
    bad.offset = 4;
    refuse_memory(bad, GLR_ERROR_TOO_SMALL, "3996 bytes from offset 4 are fewer than the 4000");
    bad.offset = UINT64_MAX - 3;
    refuse_memory(bad, GLR_ERROR_TOO_SMALL, "0 bytes from offset 18446744073709551612");
}

Test(refused, queues_and_events)
{
    const glr_opencl_memory memory = good();
    cl_event none = NULL, event = (cl_event)(void *)&none;
    const glr_initializer initializer = glr_ones();
    const glr_tensor empty = test_vector(GLR_DTYPE_FLOAT32, 0);
    cr_expect_eq(fill(&memory, NULL, 0, NULL, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "queue: must not be NULL");
    cr_expect_eq(fill(NULL, refused_caller.queue, 0, NULL, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "memory: must not be NULL");
    cr_expect_eq(fill(&memory, refused_caller.queue, 1, NULL, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "wait_list: NULL, but wait_count is 1");
    cr_expect_eq(fill(&memory, refused_caller.queue, 0, &none, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(
        glr_opencl_fill(refused_device, &initializer, &empty, &memory, refused_caller.queue, 0, NULL, &event),
        GLR_OK);
    cr_expect_null(event, "nothing is enqueued");
}

Test(refused, contexts_and_devices)
{
    const gpu_caller c = refused_caller;
    glr_device *none = refused_device;
    cr_expect_eq(glr_opencl_open(NULL, c.device, &none), GLR_ERROR_ARGUMENT);
    cr_expect_null(none);
    cr_expect_eq(glr_opencl_open(c.context, NULL, &none), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_opencl_open(c.context, c.device, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_opencl_open(c.context, (cl_device_id)(void *)&none, &none), GLR_ERROR_ARGUMENT);
    cr_expect_not_null(strstr(glr_last_error(), " is not a device of the context"), "%s", glr_last_error());
}

/* glr_fill takes what glr_alloc gave, alone. */
Test(refused, memory_of_the_caller)
{
    const glr_initializer initializer = glr_ones();
    float host = 0;
    cr_expect_eq(glr_fill(refused_device, &initializer, &refused_vector, &host, BYTES), GLR_ERROR_ARGUMENT);
    cr_expect_not_null(strstr(glr_last_error(), " was not allocated by glr_alloc on this handle"), "%s",
                       glr_last_error());
}

/* An empty part is not a command, and so makes no event. */
Test(refused, an_empty_part_has_no_event)
{
    const glr_initializer initializer = glr_ones();
    const glr_tensor empty = test_vector(GLR_DTYPE_FLOAT32, 0);
    void *event = &refused_device;
    cr_expect_eq(
        gpu_fill(refused_device, &initializer, &empty, refused_memory, refused_caller.queue, NULL, &event),
        GLR_OK);
    cr_expect_null(event);
}
