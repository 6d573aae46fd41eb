/* The check at opening, run. */
#include "api/error.h"
#include "device.h"
#include "gpu/expect.h"
#include "gpu/host.h"

static glr_status read_words(const glr_opencl_device *cl_dev, cl_mem buffer, uint32_t *words, size_t count)
{
    cl_int error = cl_dev->cl->clEnqueueReadBuffer(cl_dev->queue, buffer, CL_TRUE, 0, count * sizeof *words,
                                                   words, 0, NULL, NULL);
    return error == CL_SUCCESS ? GLR_OK : glr_cl_fail("clEnqueueReadBuffer", error);
}

static glr_status check_operations(const glr_opencl_device *cl_dev, cl_mem buffer, const glr_plan *plan)
{
    const glr_cl *cl = cl_dev->cl;
    const cl_kernel kernel = cl_dev->kernels[KERNEL_CHECK];
    const glr_gpu_args args = glr_gpu_args_of(plan, 0);
    const glr_check_arguments *with = &glr_check_arguments_given;
    const struct {
        size_t size;
        const void *value;
    } arguments[] = {{sizeof(cl_mem), &buffer},  {sizeof args, &args},
                     {sizeof with->a, &with->a}, {sizeof with->b, &with->b},
                     {sizeof with->c, &with->c}, {sizeof with->tiny, &with->tiny}};
    for (cl_uint i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
        cl_int error = cl->clSetKernelArg(kernel, i, arguments[i].size, arguments[i].value);
        if (error != CL_SUCCESS) {
            return glr_cl_fail("clSetKernelArg", error);
        }
    }
    const size_t one = 1;
    cl_int error = cl->clEnqueueNDRangeKernel(cl_dev->queue, kernel, 1, NULL, &one, &one, 0, NULL, NULL);
    if (error != CL_SUCCESS) {
        return glr_cl_fail("clEnqueueNDRangeKernel", error);
    }
    uint32_t words[GLR_CHECK_WORDS];
    glr_status status = read_words(cl_dev, buffer, words, GLR_CHECK_WORDS);
    return status == GLR_OK ? glr_check_operations("OpenCL", words, plan) : status;
}

/* A fill as callers will have it. */
static glr_status check_fill(glr_opencl_device *cl_dev, cl_mem buffer, uint64_t place)
{
    const glr_plan plan = glr_check_plan(place);
    const glr_destination destination = {.memory = buffer};
    const glr_opencl_events events = {0, NULL, NULL};
    uint32_t words[GLR_CHECK_DRAWN];
    glr_status status = glr_opencl_enqueue(cl_dev, cl_dev->queue, &plan, &destination, &events);
    if (status == GLR_OK) {
        status = read_words(cl_dev, buffer, words, GLR_CHECK_DRAWN);
    }
    return status == GLR_OK ? glr_check_fill("OpenCL", words, &plan) : status;
}

glr_status glr_opencl_check(glr_opencl_device *cl_dev)
{
    const glr_plan plan = glr_check_plan(0);
    cl_int error = CL_SUCCESS;
    cl_mem buffer = cl_dev->cl->clCreateBuffer(cl_dev->context, CL_MEM_READ_WRITE,
                                               GLR_CHECK_DRAWN * sizeof(float), NULL, &error);
    if (buffer == NULL || error != CL_SUCCESS) {
        return glr_cl_fail("clCreateBuffer", error);
    }
    glr_status status = check_operations(cl_dev, buffer, &plan);
    for (int i = 0; status == GLR_OK && i < GLR_CHECK_PLACES; i++) {
        status = check_fill(cl_dev, buffer, glr_check_places[i]);
    }
    (void)cl_dev->cl->clReleaseMemObject(buffer);
    return status;
}
