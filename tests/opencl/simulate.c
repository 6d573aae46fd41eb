/* Every kernel, dtype and kind of raggedness in small tensors, for a run under oclgrind, which watches each
 * access.
 *
 * usage: simulate [faulty]
 *
 * `faulty` runs a kernel that writes out of bounds instead, so that the script can see that oclgrind sees it.
 */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include "support/any_fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 2600 /* elements: more than a work-group and more than a tile draw */

static int run_faulty(void)
{
    const char *text = "__kernel void faulty(__global int *p) { p[get_global_id(0) + 1] = 1; }";
    const size_t items = 4;
    cl_platform_id platform;
    cl_device_id device;
    cl_int error;
    if (clGetPlatformIDs(1, &platform, NULL) != CL_SUCCESS ||
        clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, NULL) != CL_SUCCESS) {
        return 1;
    }
    cl_context context = clCreateContext(NULL, 1, &device, NULL, NULL, &error);
    cl_command_queue queue = clCreateCommandQueue(context, device, 0, &error);
    cl_program program = clCreateProgramWithSource(context, 1, &text, NULL, &error);
    error = clBuildProgram(program, 1, &device, "", NULL, NULL);
    cl_mem buffer = clCreateBuffer(context, CL_MEM_READ_WRITE, items * sizeof(cl_int), NULL, NULL);
    cl_kernel kernel = error == CL_SUCCESS ? clCreateKernel(program, "faulty", &error) : NULL;
    if (error != CL_SUCCESS || clSetKernelArg(kernel, 0, sizeof(cl_mem), &buffer) != CL_SUCCESS) {
        return 1;
    }
    error = clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &items, NULL, 0, NULL, NULL);
    return error != CL_SUCCESS || clFinish(queue) != CL_SUCCESS;
}

/* Compares a fill with the CPU's. */
static int compare(glr_device *device, glr_device *cpu, const glr_initializer *initializer,
                   const glr_tensor *tensor)
{
    static unsigned char drawn[4 * LONGEST * sizeof(double)], expected[sizeof drawn];
    uint64_t bytes = 0;
    memset(drawn, 0x3a, sizeof drawn);
    memset(expected, 0x3a, sizeof expected);
    if (glr_tensor_extent(tensor, NULL, &bytes) != GLR_OK || bytes > sizeof drawn ||
        any_fill(device, initializer, tensor, drawn, bytes) != GLR_OK ||
        glr_fill(cpu, initializer, tensor, expected, bytes) != GLR_OK) {
        (void)fprintf(stderr, "%s\n", any_error());
        return 1;
    }
    if (memcmp(drawn, expected, sizeof drawn) != 0) {
        (void)fprintf(stderr, "%s of %s differs\n", glr_kind_name(initializer->kind),
                      glr_dtype_name(tensor->dtype));
        return 1;
    }
    return 0;
}

/* A whole vector, a range that begins and ends inside groups, a box with strides, a transposed matrix. */
static int compare_parts(glr_device *device, glr_device *cpu, const glr_initializer *initializer,
                         glr_dtype dtype)
{
    const int64_t length =
        dtype == GLR_DTYPE_FLOAT32 || dtype == GLR_DTYPE_BOOL ? LONGEST : 301; /* oclgrind is slow */
    const glr_tensor tensors[] = {
        {.dtype = dtype, .rank = 1, .shape = {length}},
        {.dtype = dtype, .rank = 1, .shape = {1}},
        {.dtype = dtype, .rank = 1, .shape = {5000}, .part = GLR_PART_RANGE, .first = 1235, .count = 38},
        {.dtype = dtype,
         .rank = 2,
         .shape = {40, 61},
         .part = GLR_PART_BOX,
         .start = {3, 5},
         .extent = {6, 11},
         .strides = {13, 1}},
        {.dtype = dtype, .rank = 2, .shape = {7, 30}, .strides = {1, 8}},
    };
    for (size_t i = 0; i < sizeof tensors / sizeof tensors[0]; i++) {
        if (compare(device, cpu, initializer, &tensors[i])) {
            return 1;
        }
    }
    return 0;
}

static int compare_all(glr_device *device, glr_device *cpu)
{
    glr_initializer initializers[] = {glr_truncated_normal(0.1, 0.7, 1), glr_truncated_normal(0.1, 0.7, 2),
                                      glr_random_normal(0.1, 0.7, 3), glr_random_uniform(-0.3, 1.1, 4),
                                      glr_ones()};
    int fills = 0;
    initializers[1].method = GLR_METHOD_ICDF;
    for (int i = 0; i < 5; i++) {
        const glr_dtype last =
            initializers[i].kind == GLR_KIND_ONES ? GLR_DTYPE_UINT64 : GLR_DTYPE_FLOAT8_E5M2;
        for (glr_dtype dtype = GLR_DTYPE_FLOAT32; dtype <= last; dtype++, fills += 5) {
            if ((dtype != GLR_DTYPE_FLOAT64 || any_has_f64()) &&
                compare_parts(device, cpu, &initializers[i], dtype)) {
                return 1;
            }
        }
    }
    (void)printf("%d fills agree\n", fills);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "faulty") == 0) {
        return run_faulty();
    }
    glr_device *device = NULL, *cpu = NULL;
    glr_options options = GLR_OPTIONS_INIT;
    options.backend = GLR_BACKEND_CPU;
    int failed = any_open(1, &device) != GLR_OK || glr_open(&options, &cpu) != GLR_OK;
    if (failed) {
        (void)fprintf(stderr, "%s\n", any_error());
    }
    failed = failed || compare_all(device, cpu);
    glr_close(device);
    glr_close(cpu);
    return failed;
}
