/* Contexts: primary ones, own ones, and each thread's stack of current ones. */
#include "state.h"

#define STACK 32

static _Thread_local CUcontext stack[STACK];
static _Thread_local unsigned depth;

static CUcontext top(void) { return depth == 0 ? NULL : stack[depth - 1]; }

CUresult standin_current(CUcontext *context)
{
    CUcontext current = top();
    if (current == NULL) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (!standin_is(current, STANDIN_CONTEXT)) {
        return CUDA_ERROR_CONTEXT_IS_DESTROYED;
    }
    *context = current;
    return current->failed;
}

void standin_fail_context(CUcontext context, CUresult result)
{
    context->failed = context->failed == CUDA_SUCCESS ? result : context->failed;
}

void standin_fail_current(CUresult result)
{
    if (top() != NULL && standin_is(top(), STANDIN_CONTEXT)) {
        standin_fail_context(top(), result);
    }
}

static CUresult create(CUcontext *context, unsigned flags, CUdevice device, bool is_primary)
{
    if (device < 0 || device >= standin.devices) {
        return CUDA_ERROR_INVALID_DEVICE;
    }
    CUcontext made = standin_make(STANDIN_CONTEXT, sizeof *made, NULL);
    CUstream legacy = standin_make(STANDIN_STREAM, sizeof *legacy, made);
    if (made == NULL || legacy == NULL) {
        standin_unmake(made);
        standin_unmake(legacy);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    made->device = device;
    made->flags = flags;
    made->is_primary = is_primary;
    made->legacy = legacy;
    *context = made;
    return CUDA_SUCCESS;
}

/* With a context goes all that belongs to it. */
static void destroy(CUcontext context)
{
    (void)standin_finish_context(context);
    void *object = NULL;
    while ((object = standin_find(STANDIN_STREAM, context)) != NULL) {
        standin_free_stream(object);
    }
    while ((object = standin_find(STANDIN_MODULE, context)) != NULL) {
        standin_free_module(object);
    }
    while ((object = standin_find(STANDIN_ALLOCATION, context)) != NULL) {
        standin_free_allocation(object);
    }
    while ((object = standin_find(STANDIN_EVENT, context)) != NULL) {
        standin_unmake(object);
    }
    if (context->is_primary) {
        standin.primary[context->device] = NULL;
    }
    standin_unmake(context);
}

static CUresult retain(CUcontext *context, CUdevice device)
{
    if (device < 0 || device >= standin.devices) {
        return CUDA_ERROR_INVALID_DEVICE;
    }
    if (standin.primary[device] == NULL) {
        CUresult result = create(&standin.primary[device], 0, device, true);
        if (result != CUDA_SUCCESS) {
            return result;
        }
    }
    standin.retained[device]++;
    *context = standin.primary[device];
    return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device)
{
    CALL("cuDevicePrimaryCtxRetain", retain(context, device));
}

static CUresult release(CUdevice device)
{
    if (device < 0 || device >= standin.devices) {
        return CUDA_ERROR_INVALID_DEVICE;
    }
    if (standin.retained[device] == 0) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (--standin.retained[device] == 0) {
        destroy(standin.primary[device]);
    }
    return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device)
{
    CALL("cuDevicePrimaryCtxRelease_v2", release(device));
}

static CUresult give_state(CUdevice device, unsigned *flags, int *active)
{
    if (device < 0 || device >= standin.devices) {
        return CUDA_ERROR_INVALID_DEVICE;
    }
    *active = standin.primary[device] != NULL;
    *flags = *active ? standin.primary[device]->flags : 0;
    return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned *flags, int *active)
{
    CALL("cuDevicePrimaryCtxGetState", give_state(device, flags, active));
}

static CUresult push(CUcontext context)
{
    if (!standin_is(context, STANDIN_CONTEXT) || depth == STACK) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    stack[depth++] = context;
    return CUDA_SUCCESS;
}

static CUresult create_current(CUcontext *context, unsigned flags, CUdevice device)
{
    CUresult result = create(context, flags, device, false);
    return result == CUDA_SUCCESS ? push(*context) : result;
}

CUresult cuCtxCreate_v2(CUcontext *context, unsigned flags, CUdevice device)
{
    CALL("cuCtxCreate_v2", create_current(context, flags, device));
}

CUresult cuCtxCreate_v4(CUcontext *context, void *parameters, unsigned flags, CUdevice device)
{
    CALL("cuCtxCreate_v4",
         parameters != NULL ? CUDA_ERROR_NOT_SUPPORTED : create_current(context, flags, device));
}

static CUresult destroy_own(CUcontext context)
{
    if (!standin_is(context, STANDIN_CONTEXT) || context->is_primary) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    destroy(context);
    depth -= top() == context ? 1 : 0;
    return CUDA_SUCCESS;
}

CUresult cuCtxDestroy_v2(CUcontext context) { CALL("cuCtxDestroy_v2", destroy_own(context)); }

static CUresult give_current(CUcontext *context)
{
    *context = top();
    return CUDA_SUCCESS;
}

CUresult cuCtxGetCurrent(CUcontext *context) { CALL("cuCtxGetCurrent", give_current(context)); }

static CUresult set_current(CUcontext context)
{
    if (context != NULL && !standin_is(context, STANDIN_CONTEXT)) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    depth -= depth > 0 ? 1 : 0;
    return context == NULL ? CUDA_SUCCESS : push(context);
}

CUresult cuCtxSetCurrent(CUcontext context) { CALL("cuCtxSetCurrent", set_current(context)); }

CUresult cuCtxPushCurrent_v2(CUcontext context) { CALL("cuCtxPushCurrent_v2", push(context)); }

static CUresult pop(CUcontext *context)
{
    if (depth == 0) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    depth--;
    if (context != NULL) {
        *context = stack[depth];
    }
    return CUDA_SUCCESS;
}

CUresult cuCtxPopCurrent_v2(CUcontext *context) { CALL("cuCtxPopCurrent_v2", pop(context)); }

static CUresult give_device(CUdevice *device)
{
    CUcontext context = NULL;
    CUresult result = standin_current(&context);
    if (context != NULL) {
        *device = context->device;
        return CUDA_SUCCESS;
    }
    return result;
}

CUresult cuCtxGetDevice(CUdevice *device) { CALL("cuCtxGetDevice", give_device(device)); }

static CUresult synchronize(void)
{
    CUcontext context = NULL;
    CUresult result = standin_current(&context);
    result = result == CUDA_SUCCESS ? standin_unsafe_in_capture() : result;
    return result == CUDA_SUCCESS ? standin_finish_context(context) : result;
}

CUresult cuCtxSynchronize(void) { CALL("cuCtxSynchronize", synchronize()); }
