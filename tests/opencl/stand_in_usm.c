/* cl_intel_unified_shared_memory, which PoCL lacks, over its shared virtual memory. */
#include "stand_in.h"
#include "stand_in_state.h"

#include <CL/cl_ext.h>
#include <CL/cl_icd.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16 };

static struct allocation {
    cl_context context;
    char *base;
    size_t size;
    cl_unified_shared_memory_type_intel type;
} allocations[MOST]; /* free where size is 0 */

static int is_offered;
static const char *missing_function;

void stand_in_usm(const char *missing);

void stand_in_usm(const char *missing)
{
    is_offered = 1;
    missing_function = missing;
}

int offers_usm(void) { return is_offered; }

static struct allocation *find(cl_context context, const void *pointer)
{
    for (int i = 0; i < MOST; i++) {
        struct allocation *a = &allocations[i];
        if (a->size > 0 && a->context == context && (const char *)pointer >= a->base &&
            (const char *)pointer < a->base + a->size) {
            return a;
        }
    }
    return NULL;
}

static void *allocate(cl_context context, size_t size, cl_unified_shared_memory_type_intel type,
                      cl_int *error)
{
    cl_api_clSVMAlloc function;
    void *symbol = real("clSVMAlloc");
    memcpy(&function, &symbol, sizeof symbol);
    int i = 0;
    while (i < MOST && allocations[i].size > 0) {
        i++;
    }
    char *base = i < MOST ? function(context, CL_MEM_READ_WRITE, size, 0) : NULL;
    *error = base != NULL ? CL_SUCCESS : CL_OUT_OF_RESOURCES;
    if (base != NULL) {
        allocations[i] = (struct allocation){context, base, size, type};
    }
    return base;
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the headers' names are long */
CL_API_ENTRY void *CL_API_CALL clHostMemAllocINTEL(cl_context context, const cl_mem_properties_intel *p,
                                                   size_t size, cl_uint alignment, cl_int *error)
{
    (void)p, (void)alignment;
    return allocate(context, size, CL_MEM_TYPE_HOST_INTEL, error);
}

CL_API_ENTRY void *CL_API_CALL clDeviceMemAllocINTEL(cl_context context, cl_device_id device,
                                                     const cl_mem_properties_intel *p, size_t size,
                                                     cl_uint alignment, cl_int *error)
{
    (void)device, (void)p, (void)alignment;
    return allocate(context, size, CL_MEM_TYPE_DEVICE_INTEL, error);
}

CL_API_ENTRY void *CL_API_CALL clSharedMemAllocINTEL(cl_context context, cl_device_id device,
                                                     const cl_mem_properties_intel *p, size_t size,
                                                     cl_uint alignment, cl_int *error)
{
    (void)device, (void)p, (void)alignment;
    return allocate(context, size, CL_MEM_TYPE_SHARED_INTEL, error);
}

CL_API_ENTRY cl_int CL_API_CALL clMemFreeINTEL(cl_context context, void *pointer)
{
    cl_api_clSVMFree function;
    void *symbol = real("clSVMFree");
    memcpy(&function, &symbol, sizeof symbol);
    struct allocation *a = find(context, pointer);
    if (a == NULL || a->base != pointer) {
        return CL_INVALID_VALUE;
    }
    a->size = 0;
    function(context, pointer);
    return CL_SUCCESS;
}

/* As the extension has it: a pointer that is in no allocation is of an unknown type, at NULL, of 0 bytes. */
CL_API_ENTRY cl_int CL_API_CALL clGetMemAllocInfoINTEL(cl_context context, const void *pointer,
                                                       cl_mem_info_intel what, size_t size, void *value,
                                                       size_t *size_ret)
{
    const struct allocation unknown = {.type = CL_MEM_TYPE_UNKNOWN_INTEL}, *found = find(context, pointer),
                            *a = found != NULL ? found : &unknown;
    const void *answer;
    size_t answer_size;
    cl_int error = CL_SUCCESS;
    if (inject_call(&calls, "clGetMemAllocInfoINTEL", &error)) {
        return error;
    }
    switch (what) {
    case CL_MEM_ALLOC_TYPE_INTEL: answer = &a->type, answer_size = sizeof a->type; break;
    case CL_MEM_ALLOC_BASE_PTR_INTEL: answer = &a->base, answer_size = sizeof a->base; break;
    case CL_MEM_ALLOC_SIZE_INTEL: answer = &a->size, answer_size = sizeof a->size; break;
    default: return CL_INVALID_VALUE;
    }
    if (value == NULL || size < answer_size) {
        return CL_INVALID_VALUE;
    }
    memcpy(value, answer, answer_size);
    if (size_ret != NULL) {
        *size_ret = answer_size;
    }
    return CL_SUCCESS;
}

/* A kernel of ours gets no pointer that is in no allocation, whatever the context. */
CL_API_ENTRY cl_int CL_API_CALL clSetKernelArgMemPointerINTEL(cl_kernel kernel, cl_uint index,
                                                              const void *pointer)
{
    cl_api_clSetKernelArgSVMPointer function;
    void *symbol = real("clSetKernelArgSVMPointer");
    memcpy(&function, &symbol, sizeof symbol);
    cl_int error = CL_SUCCESS;
    if (inject_call(&calls, "clSetKernelArgMemPointerINTEL", &error)) {
        return error;
    }
    for (int i = 0; i < MOST; i++) {
        if (find(allocations[i].context, pointer) != NULL) {
            return function(kernel, index, pointer);
        }
    }
    return CL_INVALID_ARG_VALUE;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

CL_API_ENTRY void *CL_API_CALL clGetExtensionFunctionAddressForPlatform(cl_platform_id platform,
                                                                        const char *name)
{
    void *symbol = NULL;
    int error = 0; /* which it does not give */
    if (inject_call(&calls, "clGetExtensionFunctionAddressForPlatform", &error) ||
        (missing_function != NULL && strcmp(name, missing_function) == 0)) {
        return NULL;
    }
    if (is_offered && strcmp(name, "clSetKernelArgMemPointerINTEL") == 0) {
        clSetKernelArgMemPointerINTEL_fn function = clSetKernelArgMemPointerINTEL;
        memcpy(&symbol, &function, sizeof symbol);
        return symbol;
    }
    if (is_offered && strcmp(name, "clGetMemAllocInfoINTEL") == 0) {
        clGetMemAllocInfoINTEL_fn function = clGetMemAllocInfoINTEL;
        memcpy(&symbol, &function, sizeof symbol);
        return symbol;
    }
    cl_api_clGetExtensionFunctionAddressForPlatform forward;
    symbol = real("clGetExtensionFunctionAddressForPlatform");
    memcpy(&forward, &symbol, sizeof symbol);
    return forward(platform, name);
}
