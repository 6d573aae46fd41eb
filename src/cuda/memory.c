/* Where a fill goes. */
#include "api/error.h"
#include "device.h"

#include <inttypes.h>

/* The driver's attributes of an address; all zero for memory that is not CUDA's. */
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

/* The facts of memory by the address that kernels find it at. Of registered host memory, that may be another
   one than the host's (where a device lacks CU_DEVICE_ATTRIBUTE_CAN_USE_HOST_POINTER_FOR_REGISTERED_MEM), and
   bounds are documented for device pointers alone: so all that is checked is checked of this address. */
static glr_status resolve(const glr_cu *cu, CUdeviceptr dst, pointer_facts *facts)
{
    glr_status status = facts_of(cu, dst, facts);
    const CUdeviceptr address = facts->address;
    if (status == GLR_OK && address != 0 && address != dst) {
        status = facts_of(cu, address, facts);
        facts->address = address;
    }
    return status;
}

static glr_status check_alignment(CUdeviceptr address, uint64_t element_size)
{
    return address % element_size == 0
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT,
                          "dst: 0x%llx is not a multiple of the %" PRIu64 " bytes of an element", address,
                          element_size);
}

/* Managed memory and host memory can be reached from every context; a device's from those of its own. */
static glr_status check_place(const glr_cuda_device *cu_dev, CUdeviceptr dst, const pointer_facts *facts)
{
    if (facts->type == 0 || facts->address == 0) {
        return glr_fail(GLR_ERROR_ARGUMENT, "dst: 0x%llx is not CUDA memory", dst);
    }
    if (facts->type != CU_MEMORYTYPE_DEVICE || facts->is_managed) {
        return GLR_OK;
    }
    if (facts->context != NULL && facts->context != cu_dev->context) {
        return glr_fail(GLR_ERROR_ARGUMENT, "dst: belongs to another context than the device");
    }
    if (facts->device != cu_dev->id) {
        return glr_fail(GLR_ERROR_ARGUMENT, "dst: belongs to device %d, and the glr_device to device %d",
                        facts->device, cu_dev->id);
    }
    return GLR_OK;
}

glr_status glr_cuda_check_memory(const glr_cuda_device *cu_dev, CUdeviceptr dst, uint64_t element_size,
                                 uint64_t bytes, CUdeviceptr *address)
{
    pointer_facts facts = {.device = cu_dev->id};
    glr_status status = check_alignment(dst, element_size);
    if (status == GLR_OK) {
        status = resolve(cu_dev->cu, dst, &facts);
    }
    if (status == GLR_OK) {
        status = check_place(cu_dev, dst, &facts);
    }
    if (status == GLR_OK) {
        status = check_alignment(facts.address, element_size);
    }
    /* Bounds are known of allocations; pools and mappings may lie side by side. */
    const uint64_t room = facts.size - (facts.address - facts.start);
    if (status == GLR_OK && facts.context != NULL && room < bytes) {
        status = glr_fail(GLR_ERROR_TOO_SMALL,
                          "dst: the %" PRIu64 " bytes from there to the end of its memory are fewer than the "
                          "%" PRIu64 " that the part needs",
                          room, bytes);
    }
    *address = facts.address;
    return status;
}
