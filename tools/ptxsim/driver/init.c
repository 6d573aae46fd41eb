/* Initialization, versions, and the names of errors. */
#define _GNU_SOURCE /* dladdr */
#include "state.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long from_environment(const char *name, long otherwise)
{
    const char *text = getenv(name);
    return text == NULL || text[0] == '\0' ? otherwise : strtol(text, NULL, 10);
}

/* False if the environment asks for what is not there. */
static bool read_choices(void)
{
    const char *schedule = getenv("PTXSIM_SCHEDULE"), *races = getenv("PTXSIM_RACES"),
               *registered = getenv("PTXSIM_REGISTERED");
    if (ptxsim.has_bad_fault) {
        (void)fprintf(stderr, "stand-in: PTXSIM_FAIL is '%s', not FUNCTION:N or FUNCTION:N:ERROR\n",
                      getenv("PTXSIM_FAIL"));
        return false;
    }
    if (schedule != NULL && !ptxsim_set_schedule(schedule)) {
        (void)fprintf(stderr,
                      "stand-in: PTXSIM_SCHEDULE is '%s', not lockstep, forwards, backwards or random:SEED\n",
                      schedule);
        return false;
    }
    ptxsim.registers_apart = registered != NULL && strcmp(registered, "apart") == 0;
    if (registered != NULL && !ptxsim.registers_apart) {
        (void)fprintf(stderr, "stand-in: PTXSIM_REGISTERED is '%s', not apart\n", registered);
        return false;
    }
    ptxsim.ignores_races = races != NULL && strcmp(races, "ignore") == 0;
    if (races != NULL && !ptxsim.ignores_races) {
        (void)fprintf(stderr, "stand-in: PTXSIM_RACES is '%s', not ignore\n", races);
    }
    return races == NULL || ptxsim.ignores_races;
}

static void read_environment(void)
{
    const char *capability = getenv("PTXSIM_CAPABILITY");
    char *rest = NULL;
    ptxsim.major = capability == NULL ? 12 : (int)strtol(capability, &rest, 10);
    ptxsim.minor = rest != NULL && *rest == '.' ? (int)strtol(rest + 1, NULL, 10) : 0;
    long devices = from_environment("PTXSIM_DEVICES", 1);
    ptxsim.devices = devices < 0 ? 0 : devices > PTXSIM_MAX_DEVICES ? PTXSIM_MAX_DEVICES : (int)devices;
    ptxsim.version = (int)from_environment("PTXSIM_VERSION", 0);
    ptxsim.compute_mode = (int)from_environment("PTXSIM_COMPUTE_MODE", 0);
    ptxsim.device_memory = (size_t)from_environment("PTXSIM_MEMORY", 81920) << 20;
    ptxsim.max_steps = (uint64_t)from_environment("PTXSIM_STEPS", 0);
    ptxsim.eager = from_environment("PTXSIM_EAGER", 0) != 0;
}

static CUresult initialize(unsigned flags)
{
    if (flags != 0) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    read_environment();
    if (!read_choices()) {
        return CUDA_ERROR_UNKNOWN;
    }
    if (ptxsim.devices == 0) {
        return CUDA_ERROR_NO_DEVICE;
    }
    ptxsim.initialized = true;
    return CUDA_SUCCESS;
}

CUresult cuInit(unsigned flags)
{
    CUresult result = ptxsim_enter("cuInit", false);
    if (result == CUDA_SUCCESS && !ptxsim.initialized) {
        result = initialize(flags);
    }
    ptxsim_leave();
    return result;
}

CUresult cuDriverGetVersion(int *version)
{
    CUresult result = ptxsim_enter("cuDriverGetVersion", false);
    if (result == CUDA_SUCCESS) {
        *version = (int)from_environment("PTXSIM_VERSION", 13000);
    }
    ptxsim_leave();
    return result;
}

static const struct {
    CUresult error;
    const char *name, *text;
} errors[] = {
    {CUDA_SUCCESS, "CUDA_SUCCESS", "no error"},
    {CUDA_ERROR_INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {CUDA_ERROR_OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {CUDA_ERROR_NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {CUDA_ERROR_NO_DEVICE, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {CUDA_ERROR_INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {CUDA_ERROR_INVALID_IMAGE, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {CUDA_ERROR_INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {CUDA_ERROR_NO_BINARY_FOR_GPU, "CUDA_ERROR_NO_BINARY_FOR_GPU",
     "no kernel image is available for execution on the device"},
    {CUDA_ERROR_ECC_UNCORRECTABLE, "CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered"},
    {CUDA_ERROR_INVALID_PTX, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION",
     "the provided PTX was compiled with an unsupported toolchain."},
    {CUDA_ERROR_INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {CUDA_ERROR_NOT_FOUND, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {CUDA_ERROR_NOT_READY, "CUDA_ERROR_NOT_READY", "device not ready"},
    {CUDA_ERROR_ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES",
     "too many resources requested for launch"},
    {CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE, "CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE",
     "cannot set while device is active in this process"},
    {CUDA_ERROR_CONTEXT_IS_DESTROYED, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"},
    {CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED, "CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED",
     "part or all of the requested memory range is already mapped"},
    {CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED, "CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED",
     "pointer does not correspond to a registered memory region"},
    {CUDA_ERROR_ILLEGAL_INSTRUCTION, "CUDA_ERROR_ILLEGAL_INSTRUCTION",
     "an illegal instruction was encountered"},
    {CUDA_ERROR_MISALIGNED_ADDRESS, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
    {CUDA_ERROR_LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {CUDA_ERROR_NOT_SUPPORTED, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
    {CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED",
     "operation not permitted when stream is capturing"},
    {CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED",
     "operation failed due to a previous error during capture"},
    {CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED",
     "capture was not initiated in this stream"},
    {CUDA_ERROR_STREAM_CAPTURE_UNJOINED, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED",
     "capturing stream has unjoined work"},
    {CUDA_ERROR_CAPTURED_EVENT, "CUDA_ERROR_CAPTURED_EVENT",
     "operation not permitted on an event last recorded in a capturing stream"},
    {CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD, "CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD",
     "attempt to terminate a thread-local capture sequence from another thread"},
    {CUDA_ERROR_UNKNOWN, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

static CUresult describe(CUresult error, const char **text, bool wants_name)
{
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (errors[i].error == error) {
            *text = wants_name ? errors[i].name : errors[i].text;
            return CUDA_SUCCESS;
        }
    }
    *text = NULL;
    return CUDA_ERROR_INVALID_VALUE;
}

/* These two need no initialization and are not written down: they are asked about errors. */
CUresult cuGetErrorName(CUresult error, const char **text) { return describe(error, text, true); }
CUresult cuGetErrorString(CUresult error, const char **text) { return describe(error, text, false); }

/* The newest form of a function: with _v2 or the like where there is one. */
CUresult cuGetProcAddress_v2(const char *symbol, void **function, int version, uint64_t flags, int *status)
{
    (void)version;
    (void)flags;
    static const char *const suffixes[] = {"_v2", ""};
    CUresult result = ptxsim_enter("cuGetProcAddress_v2", false);
    void *found = NULL;
    Dl_info self;
    void *library = NULL;
    if (result == CUDA_SUCCESS && dladdr(&ptxsim, &self) != 0) {
        library = dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD);
    }
    for (size_t i = 0; library != NULL && found == NULL && i < 2 && strlen(symbol) < 90; i++) {
        char name[100];
        memcpy(name, symbol, strlen(symbol) + 1);
        memcpy(name + strlen(symbol), suffixes[i], strlen(suffixes[i]) + 1);
        found = dlsym(library, name);
    }
    if (library != NULL) {
        (void)dlclose(library);
    }
    if (result == CUDA_SUCCESS) {
        *function = found;
        if (status != NULL) {
            *status = found == NULL ? 1 : 0; /* CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND */
        }
        result = found == NULL ? CUDA_ERROR_NOT_FOUND : CUDA_SUCCESS;
    }
    ptxsim_leave();
    return result;
}
