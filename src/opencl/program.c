#include "program.h"

#include "api/call.h"
#include "cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

glr_opencl_traits glr_opencl_traits_of(const glr_cl *cl, cl_device_id id)
{
    glr_opencl_traits traits;
    uint64_t f32 = glr_opencl_number(cl, id, CL_DEVICE_SINGLE_FP_CONFIG, sizeof(cl_device_fp_config));
    uint64_t f64 = glr_opencl_number(cl, id, CL_DEVICE_DOUBLE_FP_CONFIG, sizeof(cl_device_fp_config));
    uint64_t type = glr_opencl_number(cl, id, CL_DEVICE_TYPE, sizeof(cl_device_type));
    traits.has_f64 = f64 != 0 && !glr_opencl_forces("no-fp64");
    traits.has_sqrt = (f32 & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0 && !glr_opencl_forces("software-sqrt");
    traits.draws_tiles = (type & CL_DEVICE_TYPE_CPU) != 0 && !glr_opencl_forces("one-lane");
    traits.is_simulated = glr_opencl_forces("simulator");
    return traits;
}

static void write_options(const glr_opencl_traits *traits, char *options, size_t capacity)
{
    (void)snprintf(options, capacity, "-cl-std=CL1.2 -w%s%s%s%s",
                   traits->has_sqrt ? " -cl-fp32-correctly-rounded-divide-sqrt" : " -DGLR_SOFTWARE_SQRT",
                   traits->has_f64 ? "" : " -DGLR_WITHOUT_F64",
                   traits->draws_tiles ? " -DGLR_WITHOUT_PACKED" : "",
                   traits->is_simulated ? " -cl-opt-disable -DGLR_OUT_OF_LINE" : "");
}

/* Fails with what the compiler said. */
static glr_status fail_build(const glr_cl *cl, cl_program program, cl_device_id id, cl_int error)
{
    char log[4096] = "";
    size_t size = 0;
    if (error != CL_BUILD_PROGRAM_FAILURE ||
        cl->clGetProgramBuildInfo(program, id, CL_PROGRAM_BUILD_LOG, 0, NULL, &size) != CL_SUCCESS ||
        size > sizeof log ||
        cl->clGetProgramBuildInfo(program, id, CL_PROGRAM_BUILD_LOG, size, log, NULL) != CL_SUCCESS ||
        log[0] == '\0') {
        return glr_cl_status("clBuildProgram", error);
    }
    log[sizeof log - 1] = '\0';
    return glr_fail(GLR_ERROR_DEVICE, "OpenCL: clBuildProgram failed: %s", log);
}

static glr_status build_text(const glr_cl *cl, cl_context context, cl_device_id id, const char *options,
                             const char *text, cl_program *program)
{
    cl_int error = CL_SUCCESS;
    *program = cl->clCreateProgramWithSource(context, 1, &text, NULL, &error);
    if (*program == NULL || error != CL_SUCCESS) {
        *program = NULL;
        return glr_cl_made("clCreateProgramWithSource", NULL, error);
    }
    error = cl->clBuildProgram(*program, 1, &id, options, NULL, NULL);
    if (error != CL_SUCCESS) {
        glr_status status = fail_build(cl, *program, id, error);
        (void)cl->clReleaseProgram(*program);
        *program = NULL;
        return status;
    }
    return GLR_OK;
}

/* A program from its binary; NULL if the driver does not take it, whatever the reason. */
static cl_program build_binary(const glr_cl *cl, cl_context context, cl_device_id id, const char *options,
                               const glr_cache_entry *entry)
{
    const unsigned char *binary = entry->binary;
    cl_int error = CL_SUCCESS, status = CL_SUCCESS;
    cl_program program =
        cl->clCreateProgramWithBinary(context, 1, &id, &entry->size, &binary, &status, &error);
    if (program == NULL || error != CL_SUCCESS) {
        return NULL;
    }
    if (status != CL_SUCCESS || cl->clBuildProgram(program, 1, &id, options, NULL, NULL) != CL_SUCCESS) {
        (void)cl->clReleaseProgram(program);
        return NULL;
    }
    return program;
}

/* Saves a program's binary. A failure costs time at the next start, and nothing else. */
static void save(const glr_cl *cl, cl_program program, const char *key)
{
    cl_uint devices = 0;
    size_t size = 0;
    /* A context of several devices has a binary for each of them, in an order that we need not know. */
    if (cl->clGetProgramInfo(program, CL_PROGRAM_NUM_DEVICES, sizeof devices, &devices, NULL) != CL_SUCCESS ||
        devices != 1 ||
        cl->clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, NULL) != CL_SUCCESS ||
        size == 0) {
        return;
    }
    unsigned char *binary = malloc(size);
    if (binary != NULL &&
        cl->clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL) == CL_SUCCESS) {
        glr_cache_entry entry = {binary, size};
        glr_cache_save(key, &entry);
    }
    free(binary);
}

void glr_opencl_key(const glr_cl *cl, cl_device_id id, const char *options, const char *text, char *key,
                    size_t capacity)
{
    char name[256], vendor[256], device[256], driver[256], hash[GLR_CACHE_HASH_TEXT];
    glr_opencl_text(cl, id, CL_DEVICE_NAME, name, sizeof name);
    glr_opencl_text(cl, id, CL_DEVICE_VENDOR, vendor, sizeof vendor);
    glr_opencl_text(cl, id, CL_DEVICE_VERSION, device, sizeof device);
    glr_opencl_text(cl, id, CL_DRIVER_VERSION, driver, sizeof driver);
    glr_cache_hash(text, strlen(text), hash);
    (void)snprintf(key, capacity, "glorand %s\n%s\n%s\n%s\n%s\n%s\n%s\n", glr_version_string(), name, vendor,
                   device, driver, options, hash);
}

glr_status glr_opencl_build(const glr_cl *cl, cl_context context, cl_device_id id,
                            const glr_opencl_traits *traits, const char *text, cl_program *program)
{
    char options[256], key[GLR_CACHE_KEY];
    write_options(traits, options, sizeof options);
    glr_opencl_key(cl, id, options, text, key, sizeof key);
    glr_cache_entry entry;
    if (glr_cache_load(key, &entry)) {
        *program = build_binary(cl, context, id, options, &entry);
        free(entry.binary);
        if (*program != NULL) {
            return GLR_OK;
        }
    }
    glr_status status = build_text(cl, context, id, options, text, program);
    if (status == GLR_OK) {
        save(cl, *program, key);
    }
    return status;
}
