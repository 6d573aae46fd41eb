/* Memory: device, managed and host allocations. Pages exist once they are touched, so that more can be
   allocated than the machine has. Behind each allocation lies a page that nobody may touch. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MAP_NORESERVE */
#include "state.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* New device memory holds anything but zeros, unless it is too large to fill. */
#define FILL_UP_TO ((size_t)64 << 20)

static unsigned char *map(size_t bytes, size_t *mapped)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    *mapped = (bytes + page - 1) / page * page + page;
    void *host =
        mmap(NULL, *mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (host == MAP_FAILED) {
        return NULL;
    }
    (void)mprotect((unsigned char *)host + *mapped - page, page, PROT_NONE);
    if (bytes <= FILL_UP_TO) {
        memset(host, 0xa5, bytes);
    }
    return host;
}

void ptxsim_free_allocation(ptxsim_allocation *allocation)
{
    int device = allocation->object.context->device;
    for (int i = 0; i < ptxsim.devices; i++) {
        if (allocation->regions[i] != NULL) {
            ptx_memory_remove(&ptxsim.memory[i], allocation->regions[i]);
        }
    }
    ptxsim.used[device] -= allocation->kind == PTXSIM_HOST ? 0 : allocation->bytes;
    if (allocation->mapped > 0) { /* otherwise it is the program's */
        (void)munmap(allocation->host, allocation->mapped);
    }
    ptxsim_unmake(allocation);
}

/* Device memory is reached by its device alone, the rest by all. */
static bool add_regions(ptxsim_allocation *allocation, int device)
{
    ptx_region region = {allocation->address, allocation->bytes, allocation->host, PTX_GLOBAL};
    for (int i = 0; i < ptxsim.devices; i++) {
        if (allocation->kind != PTXSIM_DEVICE || i == device) {
            allocation->regions[i] = ptx_memory_add(&ptxsim.memory[i], region);
            if (allocation->regions[i] == NULL) {
                return false;
            }
        }
    }
    return true;
}

/* Memory of the program's, which kernels find at the same address, or at another one. */
static CUresult register_host(unsigned char *host, size_t bytes)
{
    CUcontext context = NULL;
    CUresult result = ptxsim_current(&context);
    result = result == CUDA_SUCCESS ? ptxsim_unsafe_in_capture() : result;
    if (result != CUDA_SUCCESS || host == NULL || bytes == 0) {
        return result != CUDA_SUCCESS ? result : CUDA_ERROR_INVALID_VALUE;
    }
    const uint64_t first = (uint64_t)(uintptr_t)host;
    if (ptxsim_allocation_at(first) != NULL || ptxsim_allocation_at(first + bytes - 1) != NULL) {
        return CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
    }
    ptxsim_allocation *allocation = ptxsim_make(PTXSIM_ALLOCATION, sizeof *allocation, context);
    if (allocation == NULL) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    ptxsim_count_as(allocation, "registration");
    allocation->kind = PTXSIM_HOST;
    allocation->host = host;
    allocation->bytes = bytes;
    allocation->address = first | (ptxsim.registers_apart ? PTX_DEVICE_BIT : 0);
    if (!add_regions(allocation, context->device)) {
        ptxsim_free_allocation(allocation);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    return CUDA_SUCCESS;
}

CUresult cuMemHostRegister_v2(void *host, size_t bytes, unsigned flags)
{
    CALL("cuMemHostRegister_v2", flags > 15 ? CUDA_ERROR_INVALID_VALUE : register_host(host, bytes));
}

static CUresult unregister_host(void *host)
{
    ptxsim_allocation *allocation = ptxsim_allocation_at((uint64_t)(uintptr_t)host);
    if (allocation == NULL || allocation->host != host || allocation->mapped > 0) {
        return CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED;
    }
    CUresult result = ptxsim_finish_context(allocation->object.context);
    ptxsim_free_allocation(allocation);
    return result;
}

CUresult cuMemHostUnregister(void *host) { CALL("cuMemHostUnregister", unregister_host(host)); }

static CUresult allocate(ptxsim_allocation **made, size_t bytes, ptxsim_memory_kind kind)
{
    CUcontext context = NULL;
    CUresult result = ptxsim_current(&context);
    result = result == CUDA_SUCCESS ? ptxsim_unsafe_in_capture() : result;
    if (result != CUDA_SUCCESS || bytes == 0) {
        return result != CUDA_SUCCESS ? result : CUDA_ERROR_INVALID_VALUE;
    }
    size_t *used = &ptxsim.used[context->device];
    if (kind != PTXSIM_HOST && bytes > ptxsim.device_memory - *used) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    ptxsim_allocation *allocation = ptxsim_make(PTXSIM_ALLOCATION, sizeof *allocation, context);
    unsigned char *host = allocation == NULL ? NULL : map(bytes, &allocation->mapped);
    if (host == NULL) {
        ptxsim_unmake(allocation);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    if (kind == PTXSIM_HOST) {
        ptxsim_count_as(allocation, "host allocation");
    }
    allocation->kind = kind;
    allocation->host = host;
    allocation->bytes = bytes;
    allocation->address = (uint64_t)(uintptr_t)host | (kind == PTXSIM_DEVICE ? PTX_DEVICE_BIT : 0);
    *used += kind == PTXSIM_HOST ? 0 : bytes;
    if (!add_regions(allocation, context->device)) {
        ptxsim_free_allocation(allocation);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    *made = allocation;
    return CUDA_SUCCESS;
}

static CUresult allocate_at(CUdeviceptr *address, size_t bytes, ptxsim_memory_kind kind)
{
    ptxsim_allocation *allocation = NULL;
    CUresult result = allocate(&allocation, bytes, kind);
    if (result == CUDA_SUCCESS) {
        *address = allocation->address;
    }
    return result;
}

CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t bytes)
{
    CALL("cuMemAlloc_v2", allocate_at(address, bytes, PTXSIM_DEVICE));
}

CUresult cuMemAllocManaged(CUdeviceptr *address, size_t bytes, unsigned flags)
{
    CALL("cuMemAllocManaged",
         flags != 1 && flags != 2 ? CUDA_ERROR_INVALID_VALUE : allocate_at(address, bytes, PTXSIM_MANAGED));
}

static CUresult allocate_host(void **address, size_t bytes)
{
    ptxsim_allocation *allocation = NULL;
    CUresult result = allocate(&allocation, bytes, PTXSIM_HOST);
    if (result == CUDA_SUCCESS) {
        *address = allocation->host;
    }
    return result;
}

CUresult cuMemHostAlloc(void **address, size_t bytes, unsigned flags)
{
    CALL("cuMemHostAlloc", flags > 7 ? CUDA_ERROR_INVALID_VALUE : allocate_host(address, bytes));
}

/* Registered memory may have another address for the host than for the device. */
static bool is_host_address(const ptxsim_allocation *allocation, uint64_t address)
{
    return allocation->kind == PTXSIM_HOST &&
           address - (uint64_t)(uintptr_t)allocation->host < allocation->bytes;
}

CUdeviceptr ptxsim_device_address(const ptxsim_allocation *allocation, uint64_t address)
{
    return is_host_address(allocation, address)
               ? allocation->address + (address - (uint64_t)(uintptr_t)allocation->host)
               : address;
}

ptxsim_allocation *ptxsim_allocation_at(uint64_t address)
{
    for (ptxsim_object *object = ptxsim.objects; object != NULL; object = object->next) {
        ptxsim_allocation *allocation = (ptxsim_allocation *)(void *)object;
        if (object->kind == PTXSIM_ALLOCATION &&
            (address - allocation->address < allocation->bytes || is_host_address(allocation, address))) {
            return allocation;
        }
    }
    return NULL;
}

/* Freeing waits for what may still use the memory. */
static CUresult release(uint64_t address, bool is_host)
{
    CUcontext context = NULL;
    CUresult result = ptxsim_current(&context);
    if (context == NULL) {
        return result;
    }
    if (address == 0) {
        return CUDA_SUCCESS;
    }
    result = ptxsim_unsafe_in_capture();
    if (result != CUDA_SUCCESS) {
        return result;
    }
    ptxsim_allocation *allocation = ptxsim_allocation_at(address);
    if (allocation == NULL || allocation->address != address || allocation->mapped == 0 ||
        (allocation->kind == PTXSIM_HOST) != is_host) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    result = ptxsim_finish_context(allocation->object.context);
    ptxsim_free_allocation(allocation);
    return result;
}

CUresult cuMemFree_v2(CUdeviceptr address) { CALL("cuMemFree_v2", release(address, false)); }

CUresult cuMemFreeHost(void *address) { CALL("cuMemFreeHost", release((uint64_t)(uintptr_t)address, true)); }

static CUresult give_device_pointer(CUdeviceptr *address, void *host)
{
    const ptxsim_allocation *allocation = ptxsim_allocation_at((uint64_t)(uintptr_t)host);
    if (allocation == NULL || allocation->kind == PTXSIM_DEVICE) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    *address = ptxsim_device_address(allocation, (uint64_t)(uintptr_t)host);
    return CUDA_SUCCESS;
}

CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr *address, void *host, unsigned flags)
{
    CALL("cuMemHostGetDevicePointer_v2",
         flags != 0 ? CUDA_ERROR_INVALID_VALUE : give_device_pointer(address, host));
}

static CUresult give_info(size_t *left, size_t *total)
{
    CUcontext context = NULL;
    CUresult result = ptxsim_current(&context);
    if (result == CUDA_SUCCESS) {
        *total = ptxsim.device_memory;
        *left = ptxsim.device_memory - ptxsim.used[context->device];
    }
    return result;
}

CUresult cuMemGetInfo_v2(size_t *left, size_t *total) { CALL("cuMemGetInfo_v2", give_info(left, total)); }
