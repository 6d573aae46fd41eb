/* The check at opening: the operations on which equal bits rest, and the stream's first values. */
#include "gpu/check.h"
#include "api/error.h"
#include "api/stream.h"
#include "device.h"
#include "gpu/host.h"

#include <inttypes.h>
#include <string.h>

/* Elements that the check of a whole fill draws: more than a work-group, so that rejected groups are queued.
 */
#define DRAWN 2500

/* Arguments whose results tell the operations apart. a * b + c: the product is not a float, and the sum is 0
   when it is rounded first. */
static const float arg_a = 0x1.001p+0f, arg_b = 0x1.001p+0f, arg_c = -0x1.002p+0f, arg_tiny = 0x1p-126f;

static glr_plan check_plan(void)
{
    glr_initializer seed_0 = {.seeding = GLR_SEEDED};
    glr_plan plan = {.sampler = GLR_SAMPLE_TRUNCATED, .dtype = GLR_FLOAT32, .scale = 1.0f, .count = DRAWN};
    plan.runs.length = DRAWN;
    plan.runs.stride = 1;
    glr_seed_plan(&seed_0, &plan);
    return plan;
}

static glr_status fail(const char *what, uint32_t got, uint32_t expected)
{
    return glr_fail(GLR_ERROR_DEVICE,
                    "the OpenCL device's check failed: %s: 0x%08" PRIx32 " instead of 0x%08" PRIx32, what,
                    got, expected);
}

/* The same on the host, by the same text. */
static glr_status compare_words(const uint32_t words[GLR_CHECK_WORDS], const glr_plan *plan)
{
    static const struct {
        int word;
        const char *what;
    } checks[] = {{GLR_CHECK_SCALED, "contraction"},
                  {GLR_CHECK_FMA, "fma"},
                  {GLR_CHECK_DENORMAL, "denormals"},
                  {GLR_CHECK_SUM, "denormals"}};
    const uint32_t expected[] = {glr_bits_of(glr_scaled(arg_a, arg_b, arg_c)),
                                 glr_bits_of(glr_fma(arg_a, arg_b, arg_c)), glr_bits_of(arg_tiny * 0.5f),
                                 glr_bits_of(arg_tiny)};
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (words[checks[i].word] != expected[i]) {
            return fail(checks[i].what, words[checks[i].word], expected[i]);
        }
    }
    for (uint32_t i = 0; i < GLR_CHECK_SQRTS; i++) {
        uint32_t root = glr_bits_of(glr_sqrt(glr_float_of(glr_check_argument_bits(i))));
        if (words[GLR_CHECK_SQRT + i] != root) {
            return fail("sqrt", words[GLR_CHECK_SQRT + i], root);
        }
    }
    glr_values values = glr_truncated_group(plan->base, 0, &plan->keys);
    for (int j = 0; j < GLR_GROUP_SIZE; j++) {
        if (words[GLR_CHECK_STREAM + j] != glr_bits_of(values.value[j])) {
            return fail("the stream's first block", words[GLR_CHECK_STREAM + j],
                        glr_bits_of(values.value[j]));
        }
    }
    return GLR_OK;
}

static glr_status read_words(const glr_opencl_device *device, cl_mem buffer, uint32_t *words, size_t count)
{
    cl_int error = device->cl->clEnqueueReadBuffer(device->queue, buffer, CL_TRUE, 0, count * sizeof *words,
                                                   words, 0, NULL, NULL);
    return error == CL_SUCCESS ? GLR_OK : glr_cl_fail("clEnqueueReadBuffer", error);
}

static glr_status check_operations(const glr_opencl_device *device, cl_mem buffer, const glr_plan *plan)
{
    const glr_cl *cl = device->cl;
    const cl_kernel kernel = device->kernels[KERNEL_CHECK];
    const glr_gpu_plan gpu = glr_gpu_plan_of(plan, 0);
    const struct {
        size_t size;
        const void *value;
    } arguments[] = {{sizeof(cl_mem), &buffer}, {sizeof gpu, &gpu},     {sizeof arg_a, &arg_a},
                     {sizeof arg_b, &arg_b},    {sizeof arg_c, &arg_c}, {sizeof arg_tiny, &arg_tiny}};
    for (cl_uint i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
        cl_int error = cl->clSetKernelArg(kernel, i, arguments[i].size, arguments[i].value);
        if (error != CL_SUCCESS) {
            return glr_cl_fail("clSetKernelArg", error);
        }
    }
    const size_t one = 1;
    cl_int error = cl->clEnqueueNDRangeKernel(device->queue, kernel, 1, NULL, &one, &one, 0, NULL, NULL);
    if (error != CL_SUCCESS) {
        return glr_cl_fail("clEnqueueNDRangeKernel", error);
    }
    uint32_t words[GLR_CHECK_WORDS];
    glr_status status = read_words(device, buffer, words, GLR_CHECK_WORDS);
    return status == GLR_OK ? compare_words(words, plan) : status;
}

/* A fill as callers will have it. */
static glr_status check_fill(glr_opencl_device *device, cl_mem buffer, const glr_plan *plan)
{
    const glr_opencl_target target = {.buffer = buffer};
    const glr_opencl_order order = {0, NULL, NULL};
    uint32_t words[DRAWN];
    glr_status status = glr_opencl_enqueue(device, device->queue, plan, &target, &order);
    if (status == GLR_OK) {
        status = read_words(device, buffer, words, DRAWN);
    }
    for (uint32_t i = 0; status == GLR_OK && i < DRAWN; i += GLR_GROUP_SIZE) {
        glr_values values = glr_truncated_group(plan->base, i / GLR_GROUP_SIZE, &plan->keys);
        for (uint32_t j = 0; status == GLR_OK && j < GLR_GROUP_SIZE; j++) {
            uint32_t expected = glr_bits_of(glr_scaled(values.value[j], plan->scale, plan->shift));
            status = words[i + j] == expected ? GLR_OK : fail("a fill", words[i + j], expected);
        }
    }
    return status;
}

glr_status glr_opencl_check(glr_opencl_device *device)
{
    const glr_plan plan = check_plan();
    cl_int error = CL_SUCCESS;
    cl_mem buffer =
        device->cl->clCreateBuffer(device->context, CL_MEM_READ_WRITE, DRAWN * sizeof(float), NULL, &error);
    if (buffer == NULL || error != CL_SUCCESS) {
        return glr_cl_fail("clCreateBuffer", error);
    }
    glr_status status = check_operations(device, buffer, &plan);
    if (status == GLR_OK) {
        status = check_fill(device, buffer, &plan);
    }
    (void)device->cl->clReleaseMemObject(buffer);
    return status;
}
