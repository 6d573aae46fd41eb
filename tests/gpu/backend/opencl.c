/* OpenCL on the real driver, through a stand-in for its library, whose calls can fail and texts be changed.
 */
#include "backend.h"

#include "opencl/host_memory.h"
#include "opencl/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Functions that release, and those of the cache. */
static const char *const harmless[] = {
    "clRelease*",     "clGetProgramInfo", "clCreateProgramWithBinary", "clFinish",
    "clBuildProgram", "clGetDeviceInfo",  "clGetProgramBuildInfo",     NULL};

static const int errors[] = {CL_OUT_OF_RESOURCES, 0};

static const glr_status statuses[] = {GLR_ERROR_DEVICE, GLR_ERROR_UNAVAILABLE, GLR_OK};

static const gpu_fault faults[] = {
    {"clGetPlatformIDs", 1, -1001, GLR_ERROR_UNAVAILABLE, "OpenCL has no platform: no driver is installed"},
    {"clGetPlatformIDs", 1, CL_OUT_OF_HOST_MEMORY, GLR_ERROR_UNAVAILABLE, "clGetPlatformIDs returned -6"},
    {"clGetDeviceIDs", 1, CL_DEVICE_NOT_FOUND, GLR_ERROR_UNAVAILABLE, "OpenCL has no device"},
    {"clCreateContext", 1, CL_DEVICE_NOT_AVAILABLE, GLR_ERROR_UNAVAILABLE,
     "OpenCL: clCreateContext returned CL_DEVICE_NOT_AVAILABLE (-2)"},
    {"clCreateContext", 1, CL_OUT_OF_HOST_MEMORY, GLR_ERROR_MEMORY,
     "OpenCL: clCreateContext returned CL_OUT_OF_HOST_MEMORY (-6)"},
    {"clBuildProgram", 1, CL_OUT_OF_RESOURCES, GLR_ERROR_DEVICE,
     "OpenCL: clBuildProgram returned CL_OUT_OF_RESOURCES (-5)"},
    {"clCreateBuffer", 2, CL_MEM_OBJECT_ALLOCATION_FAILURE, GLR_ERROR_MEMORY,
     "OpenCL: clCreateBuffer returned CL_MEM_OBJECT_ALLOCATION_FAILURE (-4)"},
    {"clEnqueueNDRangeKernel", 3, CL_OUT_OF_RESOURCES, GLR_ERROR_DEVICE,
     "OpenCL: clEnqueueNDRangeKernel returned CL_OUT_OF_RESOURCES (-5)"},
    {"clWaitForEvents", 1, CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST, GLR_ERROR_DEVICE,
     "OpenCL: clWaitForEvents returned CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST (-14)"},
    {"clEnqueueReadBuffer", 3, CL_OUT_OF_RESOURCES, GLR_ERROR_DEVICE,
     "OpenCL: clEnqueueReadBuffer returned CL_OUT_OF_RESOURCES (-5)"},
    {NULL, 0, 0, GLR_OK, NULL},
};

/* The last is by the real loader, without a driver. */
static const gpu_absence absences[] = {
    {"GLORAND_OPENCL_LIBRARY", "/nowhere/libOpenCL.so.1", "no OpenCL: /nowhere/libOpenCL.so.1"},
    {"GLORAND_OPENCL_LIBRARY", "libm.so.6", "libm.so.6 has no clGetPlatformIDs"},
    {"OCL_ICD_VENDORS", "/nowhere", "OpenCL has no platform: no driver is installed"},
    {NULL, NULL, NULL},
};

/* As by a compiler that contracts, has no true fma, a square root that is not correctly rounded, flushes
   subnormals, or multiplies wrongly; also where a fill alone flushes them, or goes wrong far into a tensor
   only. */
#define SCALED "values.value[j] = glr_scaled(raw->value[j], args->scale, args->shift);"

static const struct {
    const char *from, *to;
} changes[] = {
    {"return product + shift;", "return fma(raw, scale, shift);"},
    {"return fma(a, b, c); }", "float d = a * b; return d + c; }"},
    {"return sqrt(a); }\n#endif", "return sqrt(a) * 1.00000012f; }\n#endif"},
    {"float subnormal = tiny * 0.5f;", "float subnormal = tiny * 0.0f;"},
    {"0xd2511f53U", "0xd2511f51U"},
    {"glr_gpu_group(fill, number), 2,", "glr_gpu_group(fill, number), 3,"},
    {"unit.group * GLR_BLOCKS_PER_GROUP", "(uint32_t)unit.group * GLR_BLOCKS_PER_GROUP"},
    {SCALED, SCALED " if (fabs(values.value[j]) < 0x1p-126f) values.value[j] = 0.0f;"},
};

static const char *const mistakes[] = {"contraction: 0x",
                                       "fma: 0x",
                                       "sqrt: 0x",
                                       "denormals: 0x",
                                       "the stream's first block: 0x",
                                       "a fill, element ",
                                       "a fill, element ",
                                       "a fill, element ",
                                       NULL};

const gpu_backend gpu = {
    .kind = GLR_BACKEND_OPENCL,
    .name = "OpenCL",
    .prepare = "glr_opencl_open",
    .memory = "memory.buffer",
    .queue = "queue",
    .launch = "clEnqueueNDRangeKernel",
    .harmless = harmless,
    .errors = errors,
    .statuses = statuses,
    .faults = faults,
    .absences = absences,
    .mistakes = mistakes,
    .first_mistake = 7, /* each is a program that must be built */
    .fills = 50,
    .min_calls = 60,
};

static test_stand_in stand_in;

injector *gpu_injector(void)
{
    if (stand_in.library == NULL) {
        stand_in = test_stand_in_use();
        (void)test_own_cache();
    }
    return stand_in.calls;
}

/* A binary would make up for a failed build. One lane's program is built in less time. */
void gpu_without_cache(void)
{
    (void)gpu_injector();
    cr_assert_eq(setenv("XDG_CACHE_HOME", "/dev/null", 1), 0);
    cr_assert_eq(setenv("GLORAND_OPENCL_FORCE", "one-lane", 1), 0);
}

void gpu_mistake(size_t i) { stand_in.replace(changes[i].from, changes[i].to); }

void gpu_forgive(const char *function) { (void)function; }

void gpu_list_live(char list[GPU_LIST])
{
    inject_list_live(gpu_injector(), list);
    inject_list_live(&test_host, list + strlen(list));
}

/* ---- The caller's ------------------------------------------------------------------------------- */

gpu_caller gpu_open(bool is_shared)
{
    const test_cl cl = test_cl_open();
    return (gpu_caller){
        .context = cl.context, .device = cl.device, .queue = cl.queue, .is_shared = is_shared};
}

void gpu_close(gpu_caller c) { test_cl_close(test_cl_of(c)); }

void gpu_enter(gpu_caller c) { (void)c; }

void gpu_leave(gpu_caller c) { (void)c; }

void *gpu_queue(gpu_caller c, bool is_ordered)
{
    return test_cl_queue(test_cl_of(c), is_ordered ? 0 : CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE);
}

void gpu_release_queue(void *queue) { (void)clReleaseCommandQueue(queue); }

gpu_memory gpu_allocate(gpu_caller c, size_t bytes)
{
    return (gpu_memory){.buffer = test_cl_buffer(test_cl_of(c), CL_MEM_READ_WRITE, bytes), .bytes = bytes};
}

void gpu_release(gpu_memory memory) { (void)clReleaseMemObject(memory.buffer); }

glr_status gpu_prepare(gpu_caller c, glr_device **device)
{
    return glr_opencl_open(c.context, c.device, device);
}

/* No event is made where nothing is enqueued. */
glr_status gpu_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                    gpu_memory memory, void *queue, void *wait, void **done)
{
    const glr_opencl_memory to = {.buffer = memory.buffer, .offset = memory.offset};
    cl_event first = wait, event = NULL;
    const glr_status status = glr_opencl_fill(device, initializer, tensor, &to, queue, wait != NULL,
                                              wait != NULL ? &first : NULL, done != NULL ? &event : NULL);
    cr_expect(status == GLR_OK || event == NULL);
    if (done != NULL) {
        *done = event;
    }
    return status;
}

void gpu_release_event(void *event) { (void)clReleaseEvent(event); }

bool gpu_read(void *queue, gpu_memory memory, void *host, size_t bytes)
{
    return clFinish(queue) == CL_SUCCESS && clEnqueueReadBuffer(queue, memory.buffer, CL_TRUE, memory.offset,
                                                                bytes, host, 0, NULL, NULL) == CL_SUCCESS;
}
