/* Modules, their functions and variables. */
#include "state.h"

#include <stdio.h>

static CUresult load(CUmodule *module, const void *image)
{
    CUcontext context = NULL;
    const char *text = NULL;
    size_t size = 0;
    CUresult result = standin_current(&context);
    result = result == CUDA_SUCCESS ? standin_unsafe_in_capture() : result;
    if (result == CUDA_SUCCESS) {
        result = standin_find_ptx(image, 10 * standin.major + standin.minor, &text, &size);
    }
    if (result != CUDA_SUCCESS) {
        return result;
    }
    ptx_module *ptx = ptx_load(text, size, &standin.memory[context->device], standin.fault);
    if (ptx == NULL) {
        (void)fprintf(stderr, "stand-in: %s\n", standin.fault);
        return CUDA_ERROR_INVALID_PTX;
    }
    CUmodule made = standin_make(STANDIN_MODULE, sizeof *made, context);
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

void standin_free_module(CUmodule module)
{
    standin_object *object = standin.objects;
    while (object != NULL) {
        standin_object *next = object->next;
        if (object->kind == STANDIN_FUNCTION && ((CUfunction)(void *)object)->module == module) {
            standin_unmake(object);
        }
        object = next;
    }
    ptx_unload(module->ptx);
    standin_unmake(module);
}

static CUresult unload(CUmodule module)
{
    if (!standin_is(module, STANDIN_MODULE)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    standin_free_module(module);
    return CUDA_SUCCESS;
}

CUresult cuModuleUnload(CUmodule module) { CALL("cuModuleUnload", unload(module)); }

static CUresult give_function(CUfunction *function, CUmodule module, const char *name)
{
    if (!standin_is(module, STANDIN_MODULE)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    const ptx_kernel *kernel = ptx_kernel_named(module->ptx, name);
    if (kernel == NULL) {
        return CUDA_ERROR_NOT_FOUND;
    }
    for (standin_object *object = standin.objects; object != NULL; object = object->next) {
        CUfunction known = (CUfunction)(void *)object;
        if (object->kind == STANDIN_FUNCTION && known->kernel == kernel) {
            *function = known;
            return CUDA_SUCCESS;
        }
    }
    CUfunction made = standin_make(STANDIN_FUNCTION, sizeof *made, module->object.context);
    if (made == NULL) {
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    made->module = module;
    made->kernel = kernel;
    made->most_dynamic_shared = 49152 - ptx_facts(kernel).shared_bytes;
    *function = made;
    return CUDA_SUCCESS;
}

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name)
{
    CALL("cuModuleGetFunction", give_function(function, module, name));
}

static CUresult give_global(CUdeviceptr *address, size_t *bytes, CUmodule module, const char *name)
{
    if (!standin_is(module, STANDIN_MODULE)) {
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
