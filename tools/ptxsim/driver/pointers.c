/* Attributes of addresses. */
#include "state.h"

#include <string.h>

enum {
    ATTRIBUTE_CONTEXT = 1,
    ATTRIBUTE_MEMORY_TYPE = 2,
    ATTRIBUTE_DEVICE_POINTER = 3,
    ATTRIBUTE_HOST_POINTER = 4,
    ATTRIBUTE_IS_MANAGED = 8,
    ATTRIBUTE_DEVICE_ORDINAL = 9,
    ATTRIBUTE_RANGE_START = 11,
    ATTRIBUTE_RANGE_SIZE = 12,
    ATTRIBUTE_MAPPED = 13
};

static void give(void *value, const void *from, size_t bytes) { memcpy(value, from, bytes); }

/* The value of an attribute, or zeros for an address that is none of the driver's. False if it is unknown. */
static bool attribute_of(void *value, int attribute, const ptxsim_allocation *allocation, CUdeviceptr address)
{
    ptxsim_allocation none;
    memset(&none, 0, sizeof none);
    const ptxsim_allocation *a = allocation == NULL ? &none : allocation;
    bool is_there = allocation != NULL;
    unsigned type = !is_there ? 0U : a->kind == PTXSIM_HOST ? 1U : 2U; /* CU_MEMORYTYPE_HOST and _DEVICE */
    int ordinal = is_there ? a->object.context->device : -2;
    CUdeviceptr device = is_there ? ptxsim_device_address(a, address) : 0;
    const unsigned char *host = is_there && a->kind != PTXSIM_DEVICE ? a->host + (device - a->address) : NULL;
    /* Bounds are defined for device pointers: not for a host's address that is another one. */
    const bool has_bounds = is_there && device == address;
    const CUdeviceptr start = has_bounds ? a->address : 0;
    const size_t bytes = has_bounds ? a->bytes : 0;
    switch (attribute) {
    case ATTRIBUTE_CONTEXT: give(value, &a->object.context, sizeof(void *)); break;
    case ATTRIBUTE_MEMORY_TYPE: give(value, &type, sizeof type); break;
    case ATTRIBUTE_DEVICE_POINTER: give(value, &device, sizeof device); break;
    case ATTRIBUTE_HOST_POINTER: give(value, &host, sizeof(void *)); break;
    case ATTRIBUTE_IS_MANAGED: *(unsigned *)value = is_there && a->kind == PTXSIM_MANAGED; break;
    case ATTRIBUTE_DEVICE_ORDINAL: give(value, &ordinal, sizeof ordinal); break;
    case ATTRIBUTE_RANGE_START: give(value, &start, sizeof start); break;
    case ATTRIBUTE_RANGE_SIZE: give(value, &bytes, sizeof bytes); break;
    case ATTRIBUTE_MAPPED: *(unsigned *)value = is_there; break;
    default: return false;
    }
    return true;
}

static CUresult give_one(void *value, int attribute, CUdeviceptr address)
{
    const ptxsim_allocation *allocation = ptxsim_allocation_at(address);
    bool has_host = allocation != NULL && allocation->kind != PTXSIM_DEVICE;
    if (allocation == NULL || (attribute == ATTRIBUTE_HOST_POINTER && !has_host)) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    return attribute_of(value, attribute, allocation, address) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult cuPointerGetAttribute(void *value, int attribute, CUdeviceptr address)
{
    CALL("cuPointerGetAttribute", give_one(value, attribute, address));
}

static CUresult give_all(unsigned count, const int *attributes, void *const *values, CUdeviceptr address)
{
    const ptxsim_allocation *allocation = ptxsim_allocation_at(address);
    for (unsigned i = 0; i < count; i++) {
        if (!attribute_of(values[i], attributes[i], allocation, address)) {
            return CUDA_ERROR_INVALID_VALUE;
        }
    }
    return CUDA_SUCCESS;
}

CUresult cuPointerGetAttributes(unsigned count, int *attributes, void **values, CUdeviceptr address)
{
    CALL("cuPointerGetAttributes", give_all(count, attributes, values, address));
}
