/* Contexts: primary ones, own ones, and each thread's stack of current ones. */
#include "state.h"

#define STACK 32

static _Thread_local CUcontext stack[STACK];
static _Thread_local unsigned depth;

static CUcontext top(void) { return depth == 0 ? NULL : stack[depth - 1]; }

CUresult ptxsim_current(CUcontext *context)
{
    CUcontext current = top();
    if (current == NULL) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (!ptxsim_is(current, PTXSIM_CONTEXT)) {
        return CUDA_ERROR_CONTEXT_IS_DESTROYED;
    }
    *context = current;
    return current->failed;
}

void ptxsim_fail_context(CUcontext context, CUresult result)
{
    context->failed = context->failed == CUDA_SUCCESS ? result : context->failed;
}

void ptxsim_fail_current(CUresult result)
{
    if (top() != NULL && ptxsim_is(top(), PTXSIM_CONTEXT)) {
        ptxsim_fail_context(top(), result);
    }
}

static CUresult create(CUcontext *context, unsigned flags, CUdevice device, bool is_primary)
{
    if (device < 0 || device >= ptxsim.devices) {
        return CUDA_ERROR_INVALID_DEVICE;
    }
    CUcontext made = ptxsim_make(PTXSIM_CONTEXT, sizeof *made, NULL);
    CUstream legacy = ptxsim_make(PTXSIM_STREAM, sizeof *legacy, made);
    if (made == NULL || legacy == NULL) {
        ptxsim_unmake(made);
        ptxsim_unmake(legacy);
        return CUDA_ERROR_OUT_OF_MEMORY;
    }
    made->device = device;
    made->flags = flags;
    made->is_primary = is_primary;
    made->legacy = legacy;
    ptxsim_count_as(legacy, NULL);
    *context = made;
    return CUDA_SUCCESS;
}

/* With a context goes all that belongs to it. */
static void destroy(CUcontext context)
{
    (void)ptxsim_finish_context(context);
    void *object = NULL;
    while ((object = ptxsim_find(PTXSIM_STREAM, context)) != NULL) {
        ptxsim_free_stream(object);
    }
    while ((object = ptxsim_find(PTXSIM_MODULE, context)) != NULL) {
        ptxsim_free_module(object);
    }
    while ((object = ptxsim_find(PTXSIM_ALLOCATION, context)) != NULL) {
        ptxsim_free_allocation(object);
    }
    while ((object = ptxsim_find(PTXSIM_EVENT, context)) != NULL) {
        ptxsim_unmake(object);
    }
    if (context->is_primary) {
        ptxsim.primary[context->device] = NULL;
    }
    ptxsim_unmake(context);
}

static CUresult retain(CUcontext *context, CUdevice device)
{
    if (device < 0 || device >= ptxsim.devices) {
        return CUDA_ERROR_INVALID_DEVICE;
    }
    if (ptxsim.primary[device] == NULL) {
        CUresult result = create(&ptxsim.primary[device], 0, device, true);
        if (result != CUDA_SUCCESS) {
            return result;
        }
    }
    ptxsim.retained[device]++;
    *context = ptxsim.primary[device];
    return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device)
{
    CALL("cuDevicePrimaryCtxRetain", retain(context, device));
}

static CUresult release(CUdevice device)
{
    if (device < 0 || device >= ptxsim.devices) {
        return CUDA_ERROR_INVALID_DEVICE;
    }
    if (ptxsim.retained[device] == 0) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (--ptxsim.retained[device] == 0) {
        destroy(ptxsim.primary[device]);
    }
    return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device)
{
    CALL("cuDevicePrimaryCtxRelease_v2", release(device));
}

static CUresult give_state(CUdevice device, unsigned *flags, int *active)
{
    if (device < 0 || device >= ptxsim.devices) {
        return CUDA_ERROR_INVALID_DEVICE;
    }
    *active = ptxsim.primary[device] != NULL;
    *flags = *active ? ptxsim.primary[device]->flags : 0;
    return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned *flags, int *active)
{
    CALL("cuDevicePrimaryCtxGetState", give_state(device, flags, active));
}

static CUresult push(CUcontext context)
{
    if (!ptxsim_is(context, PTXSIM_CONTEXT) || depth == STACK) {
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
    if (!ptxsim_is(context, PTXSIM_CONTEXT) || context->is_primary) {
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
    if (context != NULL && !ptxsim_is(context, PTXSIM_CONTEXT)) {
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
    CUresult result = ptxsim_current(&context);
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
    CUresult result = ptxsim_current(&context);
    result = result == CUDA_SUCCESS ? ptxsim_unsafe_in_capture() : result;
    return result == CUDA_SUCCESS ? ptxsim_finish_context(context) : result;
}

CUresult cuCtxSynchronize(void) { CALL("cuCtxSynchronize", synchronize()); }
