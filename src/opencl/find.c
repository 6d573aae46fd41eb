#include "find.h"

#include "api/error.h"
#include "force.h"
#include "gpu/args.h"
#include "gpu/driver.h"
#include "hazards.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define MAX_PLATFORMS 16

void glr_opencl_text(const glr_cl *cl, cl_device_id id, cl_device_info what, char *text, size_t capacity)
{
    char whole[1024] = "";
    if (cl->clGetDeviceInfo(id, what, sizeof whole - 1, whole, NULL) != CL_SUCCESS) {
        whole[0] = '\0';
    }
    (void)snprintf(text, capacity, "%s", whole);
}

uint64_t glr_opencl_number(const glr_cl *cl, cl_device_id id, cl_device_info what, size_t size)
{
    uint64_t number = 0; /* of fewer bytes: the rest stays 0 */
    if (cl->clGetDeviceInfo(id, what, size, &number, NULL) != CL_SUCCESS) {
        return 0;
    }
    return number;
}

static void append_platform(const glr_cl *cl, cl_platform_id platform, glr_opencl_found *found, size_t *count)
{
    cl_device_id ids[GLR_OPENCL_MAX_DEVICES];
    cl_uint devices = 0;
    if (cl->clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, GLR_OPENCL_MAX_DEVICES, ids, &devices) !=
        CL_SUCCESS) {
        return; /* none, or a broken platform beside others */
    }
    for (cl_uint i = 0; i < devices && i < GLR_OPENCL_MAX_DEVICES && *count < GLR_OPENCL_MAX_DEVICES; i++) {
        glr_opencl_found one = {platform, ids[i], 0};
        one.is_cpu =
            (glr_opencl_number(cl, ids[i], CL_DEVICE_TYPE, sizeof(cl_device_type)) & CL_DEVICE_TYPE_CPU) != 0;
        found[(*count)++] = one;
    }
}

/* Moves CPUs to the end, keeping the order otherwise. */
static void sort(glr_opencl_found *found, size_t count)
{
    glr_opencl_found sorted[GLR_OPENCL_MAX_DEVICES] = {{NULL, NULL, 0}};
    size_t next = 0;
    for (int is_cpu = 0; is_cpu < 2; is_cpu++) {
        for (size_t i = 0; i < count; i++) {
            if (found[i].is_cpu == is_cpu) {
                sorted[next++] = found[i];
            }
        }
    }
    memcpy(found, sorted, next * sizeof *found);
}

/* Fails where OpenCL is not to be loaded though it is asked for by name. */
static glr_status check_loading(void)
{
    static atomic_bool is_safe; /* since it was loaded, or the environment or a GPU is reason to try */
    glr_status status = glr_opencl_check_force();
    if (status != GLR_OK || atomic_load(&is_safe)) {
        return status;
    }
    if (glr_gpu_variable(GLR_OPENCL_VARIABLE) == NULL && glr_gpu_nodes(GLR_DEVICE_NODES) == 0) {
        status = glr_opencl_check_hazards(GLR_SYSFS);
    }
    if (status == GLR_OK) {
        atomic_store(&is_safe, 1);
    }
    return status;
}

glr_status glr_opencl_find(const glr_cl **cl, glr_opencl_found found[GLR_OPENCL_MAX_DEVICES], size_t *count)
{
    cl_platform_id platforms[MAX_PLATFORMS];
    cl_uint platform_count = 0;
    *count = 0;
    glr_status status = check_loading();
    if (status == GLR_OK) {
        status = glr_cl_load(cl);
    }
    if (status != GLR_OK) {
        return status;
    }
    cl_int error = (*cl)->clGetPlatformIDs(MAX_PLATFORMS, platforms, &platform_count);
    if (error == CL_PLATFORM_NOT_FOUND_KHR || (error == CL_SUCCESS && platform_count == 0)) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "OpenCL has no platform: no driver is installed");
    }
    if (error != CL_SUCCESS) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "OpenCL: clGetPlatformIDs returned %d", (int)error);
    }
    for (cl_uint i = 0; i < platform_count && i < MAX_PLATFORMS; i++) {
        append_platform(*cl, platforms[i], found, count);
    }
    sort(found, *count);
    return *count > 0 ? GLR_OK : glr_fail(GLR_ERROR_UNAVAILABLE, "OpenCL has no device");
}

glr_status glr_opencl_check_device(const glr_cl *cl, cl_device_id id)
{
    char version[64];
    int major = 0, minor = 0;
    glr_opencl_text(cl, id, CL_DEVICE_VERSION, version, sizeof version);
    if (!glr_opencl_number(cl, id, CL_DEVICE_AVAILABLE, sizeof(cl_bool))) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "OpenCL says that the device is not available");
    }
    /* NOLINTNEXTLINE(cert-err34-c): text that is not a number stays 0, which is too old */
    if (sscanf(version, "OpenCL %d.%d", &major, &minor) != 2 || major * 10 + minor < 12) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "the device has '%s'; OpenCL 1.2 is needed", version);
    }
    if (!glr_opencl_number(cl, id, CL_DEVICE_COMPILER_AVAILABLE, sizeof(cl_bool))) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "the device's driver has no compiler");
    }
    if (!glr_opencl_number(cl, id, CL_DEVICE_ENDIAN_LITTLE, sizeof(cl_bool))) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "the device is big-endian");
    }
    uint64_t items = glr_opencl_number(cl, id, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof(size_t));
    if (items < GLR_GPU_ITEMS) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "the device's work-groups have %" PRIu64 " items, not %d",
                        items, GLR_GPU_ITEMS);
    }
    return GLR_OK;
}
