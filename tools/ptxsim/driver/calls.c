/* The beginning and end of every call: the lock, the list of calls, and faults on demand. */
#include "state.h"

#include <pthread.h>
#include <stdlib.h>

ptxsim_state ptxsim = {.calls = INJECTOR_INIT};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void read_fault_from_environment(void)
{
    static bool was_read;
    const char *text = getenv("PTXSIM_FAIL");
    if (!was_read && text != NULL) {
        was_read = true;
        ptxsim.has_bad_fault = !inject_fail_text(&ptxsim.calls, text, CUDA_ERROR_UNKNOWN);
    }
}

/* Whether an error leaves the context unusable. */
static bool breaks_context(CUresult result)
{
    return result == CUDA_ERROR_ILLEGAL_ADDRESS || result == CUDA_ERROR_ILLEGAL_INSTRUCTION ||
           result == CUDA_ERROR_MISALIGNED_ADDRESS || result == CUDA_ERROR_LAUNCH_FAILED ||
           result == CUDA_ERROR_ECC_UNCORRECTABLE;
}

CUresult ptxsim_enter(const char *function, bool needs_init)
{
    CUresult result;
    (void)pthread_mutex_lock(&lock);
    read_fault_from_environment();
    if (inject_call(&ptxsim.calls, function, &result)) {
        if (breaks_context(result)) {
            ptxsim_fail_current(result);
        }
        return result;
    }
    return needs_init && !ptxsim.initialized ? CUDA_ERROR_NOT_INITIALIZED : CUDA_SUCCESS;
}

void ptxsim_leave(void) { (void)pthread_mutex_unlock(&lock); }

injector *ptxsim_injector(void) { return &ptxsim.calls; }

const char *ptxsim_last_fault(void) { return ptxsim.fault; }

uint64_t ptxsim_steps(void) { return ptxsim.steps; }
