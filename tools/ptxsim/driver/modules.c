/* Modules, their functions and variables. */
#include "state.h"

#include <stdio.h>

static CUresult load(CUmodule *module, const void *image)
{
    CUcontext context = NULL;
    const char *text = NULL;
    size_t size = 0;
    CUresult result = ptxsim_current(&context);
    result = result == CUDA_SUCCESS ? ptxsim_unsafe_in_capture() : result;
    if (result == CUDA_SUCCESS) {
        result = ptxsim_find_ptx(image, 10 * ptxsim.major + ptxsim.minor, &text, &size);
    }
    if (result != CUDA_SUCCESS) {
        return result;
    }
    ptx_module *ptx = ptx_load(text, size, &ptxsim.memory[context->device], ptxsim.fault);
    if (ptx == NULL) {
        (void)fprintf(stderr, "stand-in: %s\n", ptxsim.fault);
        return CUDA_ERROR_INVALID_PTX;
    }
    CUmodule made = ptxsim_make(PTXSIM_MODULE, sizeof *made, context);
    if (made == NULL) {
        ptx_unload(ptx);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    made->ptx = ptx;
    *module = made;
    return CUDA_SUCCESS;
}

CUresult cuModuleLoadData(CUmodule *module, const void *image)
{
    CALL("cuModuleLoadData", load(module, image));
}

CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned count, int *options, void **values)
{
    (void)count; /* options for a compiler that is not there */
    (void)options;
    (void)values;
    CALL("cuModuleLoadDataEx", load(module, image));
}

void ptxsim_free_module(CUmodule module)
{
    ptxsim_object *object = ptxsim.objects;
    while (object != NULL) {
        ptxsim_object *next = object->next;
        if (object->kind == PTXSIM_FUNCTION && ((CUfunction)(void *)object)->module == module) {
            ptxsim_unmake(object);
        }
        object = next;
    }
    ptx_unload(module->ptx);
    ptxsim_unmake(module);
}

static CUresult unload(CUmodule module)
{
    if (!ptxsim_is(module, PTXSIM_MODULE)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    ptxsim_free_module(module);
    return CUDA_SUCCESS;
}

CUresult cuModuleUnload(CUmodule module) { CALL("cuModuleUnload", unload(module)); }

static CUresult give_function(CUfunction *function, CUmodule module, const char *name)
{
    if (!ptxsim_is(module, PTXSIM_MODULE)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    const ptx_kernel *kernel = ptx_kernel_named(module->ptx, name);
    if (kernel == NULL) {
        return CUDA_ERROR_NOT_FOUND;
    }
    for (ptxsim_object *object = ptxsim.objects; object != NULL; object = object->next) {
        CUfunction known = (CUfunction)(void *)object;
        if (object->kind == PTXSIM_FUNCTION && known->kernel == kernel) {
            *function = known;
            return CUDA_SUCCESS;
        }
    }
    CUfunction made = ptxsim_make(PTXSIM_FUNCTION, sizeof *made, module->object.context);
    if (made == NULL) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    made->module = module;
    made->kernel = kernel;
    made->max_dynamic_shared = 49152 - ptx_facts(kernel).shared_bytes;
    *function = made;
    return CUDA_SUCCESS;
}

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name)
{
    CALL("cuModuleGetFunction", give_function(function, module, name));
}

static CUresult give_global(CUdeviceptr *address, size_t *bytes, CUmodule module, const char *name)
{
    if (!ptxsim_is(module, PTXSIM_MODULE)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    const ptx_region *region = ptx_variable_named(module->ptx, name);
    if (region == NULL) {
        return CUDA_ERROR_NOT_FOUND;
    }
    if (address != NULL) {
        *address = region->base;
    }
    if (bytes != NULL) {
        *bytes = (size_t)region->size;
    }
    return CUDA_SUCCESS;
}

CUresult cuModuleGetGlobal_v2(CUdeviceptr *address, size_t *bytes, CUmodule module, const char *name)
{
    CALL("cuModuleGetGlobal_v2", give_global(address, bytes, module, name));
}
