#include "usm.h"

#include "api/error.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXTENSION "cl_intel_unified_shared_memory"

static int has_extension(const glr_cl *cl, cl_device_id id)
{
    size_t size = 0;
    if (cl->clGetDeviceInfo(id, CL_DEVICE_EXTENSIONS, 0, NULL, &size) != CL_SUCCESS || size == 0) {
        return 0;
    }
    char *all = calloc(size + 1, 1);
    if (all == NULL) {
        return 0;
    }
    int has = cl->clGetDeviceInfo(id, CL_DEVICE_EXTENSIONS, size, all, NULL) == CL_SUCCESS &&
              strstr(all, EXTENSION) != NULL;
    free(all);
    return has;
}

glr_opencl_usm glr_opencl_usm_of(const glr_cl *cl, cl_device_id id)
{
    const glr_opencl_usm none = {NULL, NULL};
    glr_opencl_usm usm = none;
    cl_platform_id platform = NULL;
    if (cl->clGetExtensionFunctionAddressForPlatform == NULL || !has_extension(cl, id) ||
        cl->clGetDeviceInfo(id, CL_DEVICE_PLATFORM, sizeof(cl_platform_id), &platform, NULL) != CL_SUCCESS) {
        return none;
    }
    void *symbol = cl->clGetExtensionFunctionAddressForPlatform(platform, "clSetKernelArgMemPointerINTEL");
    memcpy(&usm.set_argument, &symbol, sizeof symbol);
    symbol = cl->clGetExtensionFunctionAddressForPlatform(platform, "clGetMemAllocInfoINTEL");
    memcpy(&usm.get_info, &symbol, sizeof symbol);
    return usm.set_argument != NULL && usm.get_info != NULL ? usm : none;
}

glr_status glr_opencl_usm_check(const glr_opencl_usm *usm, cl_context context, const void *pointer,
                                uint64_t bytes)
{
    cl_unified_shared_memory_type_intel type = CL_MEM_TYPE_UNKNOWN_INTEL;
    const char *base = NULL;
    size_t size = 0;
    const struct {
        cl_mem_info_intel what;
        size_t size;
        void *value;
    } questions[] = {{CL_MEM_ALLOC_TYPE_INTEL, sizeof type, &type},
                     {CL_MEM_ALLOC_BASE_PTR_INTEL, sizeof base, (void *)&base},
                     {CL_MEM_ALLOC_SIZE_INTEL, sizeof size, &size}};
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        cl_int error =
            usm->get_info(context, pointer, questions[i].what, questions[i].size, questions[i].value, NULL);
        if (error != CL_SUCCESS) {
            return glr_cl_fail("clGetMemAllocInfoINTEL", error);
        }
    }
    const uint64_t before = (uint64_t)((uintptr_t)pointer - (uintptr_t)base);
    if (type == CL_MEM_TYPE_UNKNOWN_INTEL || before >= size) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "memory.pointer: %p is not in unified shared memory of the handle's context",
                        pointer);
    }
    if (bytes > size - before) {
        return glr_fail(GLR_ERROR_TOO_SMALL,
                        "memory.bytes: %" PRIu64 " are more than the %" PRIu64
                        " that the allocation has from memory.pointer on",
                        bytes, (uint64_t)size - before);
    }
    return GLR_OK;
}
