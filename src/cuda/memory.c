/* Where a fill goes. */
#include "api/error.h"
#include "device.h"

#include <inttypes.h>

/* What the driver knows of an address; all zero for one that is not its own. */
typedef struct pointer_facts {
    CUcontext context; /* NULL for memory of pools and of mappings, which belongs to a device */
    unsigned type, is_managed;
    CUdeviceptr address, start;
    size_t size;
    int device;
} pointer_facts;

static glr_status facts_of(const glr_cu *cu, CUdeviceptr pointer, pointer_facts *facts)
{
    int attributes[] = {CU_POINTER_CONTEXT,        CU_POINTER_MEMORY_TYPE, CU_POINTER_IS_MANAGED,
                        CU_POINTER_DEVICE_POINTER, CU_POINTER_RANGE_START, CU_POINTER_RANGE_SIZE,
                        CU_POINTER_DEVICE_ORDINAL};
    void *values[] = {&facts->context, &facts->type, &facts->is_managed, &facts->address,
                      &facts->start,   &facts->size, &facts->device};
    CUresult error =
        cu->cuPointerGetAttributes(sizeof attributes / sizeof attributes[0], attributes, values, pointer);
    return error == CUDA_SUCCESS ? GLR_OK : glr_cu_fail("cuPointerGetAttributes", error);
}

/* Managed memory and host memory can be reached from every context; a device's from those of its own. */
static glr_status check_place(const glr_cuda_device *device, const pointer_facts *facts)
{
    if (facts->type == 0 || facts->address == 0) {
        return glr_fail(GLR_ERROR_ARGUMENT, "dst: is not memory that the CUDA driver knows");
    }
    if (facts->type != CU_MEMORYTYPE_DEVICE || facts->is_managed) {
        return GLR_OK;
    }
    if (facts->context != NULL && facts->context != device->context) {
        return glr_fail(GLR_ERROR_ARGUMENT, "dst: is of another context than the handle");
    }
    if (facts->device != device->id) {
        return glr_fail(GLR_ERROR_ARGUMENT, "dst: is of device %d, and the handle of device %d",
                        facts->device, device->id);
    }
    return GLR_OK;
}

glr_status glr_cuda_check_memory(const glr_cuda_device *device, CUdeviceptr dst, uint64_t element_size,
                                 uint64_t bytes, CUdeviceptr *address)
{
    pointer_facts facts = {.device = device->id};
    if (dst % element_size != 0) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "dst: 0x%llx is not a multiple of the %" PRIu64 " bytes of an element", dst,
                        element_size);
    }
    glr_status status = facts_of(device->cu, dst, &facts);
    if (status == GLR_OK) {
        status = check_place(device, &facts);
    }
    /* What begins and ends where is known of allocations; pools and mappings may lie side by side. */
    if (status == GLR_OK && facts.context != NULL && facts.size - (dst - facts.start) < bytes) {
        status = glr_fail(GLR_ERROR_TOO_SMALL,
                          "dst: the %" PRIu64 " bytes from there to the end of its memory are fewer than the "
                          "%" PRIu64 " that the part needs",
                          (uint64_t)(facts.size - (dst - facts.start)), bytes);
    }
    *address = facts.address;
    return status;
}
