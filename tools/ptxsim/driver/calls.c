/* What happens at the beginning and end of every call: the lock, the list of calls, and faults on demand. */
#include "state.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ptxsim_state ptxsim;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local char calls[4096];
static _Thread_local size_t calls_length;

static struct {
    char function[64];
    unsigned nth;
    CUresult result;
} fault;

static void write_down(const char *function)
{
    size_t length = strlen(function);
    if (calls_length + length + 2 <= sizeof calls) {
        memcpy(calls + calls_length, function, length);
        calls[calls_length + length] = ' ';
        calls_length += length + 1;
        calls[calls_length] = '\0';
    }
}

/* "cuMemAlloc_v2:2:1" */
static void read_fault_from_environment(void)
{
    static bool was_read;
    const char *text = getenv("PTXSIM_FAIL");
    if (was_read || text == NULL) {
        return;
    }
    was_read = true;
    size_t length = strcspn(text, ":");
    if (length < sizeof fault.function && text[length] == ':') {
        char *rest = NULL;
        memcpy(fault.function, text, length);
        fault.function[length] = '\0';
        fault.nth = (unsigned)strtoul(text + length + 1, &rest, 10);
        fault.result = *rest == ':' ? (CUresult)strtol(rest + 1, NULL, 10) : CUDA_ERROR_UNKNOWN;
    }
}

/* What is left of a context after these. */
static bool breaks_context(CUresult result)
{
    return result == CUDA_ERROR_ILLEGAL_ADDRESS || result == CUDA_ERROR_ILLEGAL_INSTRUCTION ||
           result == CUDA_ERROR_MISALIGNED_ADDRESS || result == CUDA_ERROR_LAUNCH_FAILED ||
           result == CUDA_ERROR_ECC_UNCORRECTABLE;
}

CUresult ptxsim_enter(const char *function, bool needs_init)
{
    (void)pthread_mutex_lock(&lock);
    if (function[0] != '\0') {
        write_down(function);
    }
    read_fault_from_environment();
    if (fault.nth > 0 && strcmp(fault.function, function) == 0 && --fault.nth == 0) {
        if (breaks_context(fault.result)) {
            ptxsim_fail_current(fault.result);
        }
        return fault.result;
    }
    return needs_init && !ptxsim.initialized ? CUDA_ERROR_NOT_INITIALIZED : CUDA_SUCCESS;
}

void ptxsim_leave(void) { (void)pthread_mutex_unlock(&lock); }

void ptxsim_fail(const char *function, unsigned nth, CUresult result)
{
    (void)pthread_mutex_lock(&lock);
    (void)snprintf(fault.function, sizeof fault.function, "%s", function == NULL ? "" : function);
    fault.nth = nth;
    fault.result = result;
    (void)pthread_mutex_unlock(&lock);
}

bool ptxsim_pending(void)
{
    (void)pthread_mutex_lock(&lock);
    bool is_pending = fault.nth > 0;
    (void)pthread_mutex_unlock(&lock);
    return is_pending;
}

const char *ptxsim_calls(void) { return calls; }

void ptxsim_clear_calls(void)
{
    calls_length = 0;
    calls[0] = '\0';
}

const char *ptxsim_last_fault(void) { return ptxsim.fault; }

uint64_t ptxsim_steps(void) { return ptxsim.steps; }
