/* A stand-in for libcuda.so.1, whose kernels are run by the interpreter of ptx/, and what a test
 * can ask of it beside the driver API.
 *
 * Work is put off as long as it may be: a launch, copy or memset that may be asynchronous is done when the
 * host waits for it, asks for it or frees memory, not before. What a program reads without having waited, it
 * finds unwritten. PTXSIM_EAGER=1 does work at once instead, which is as allowed.
 *
 * Device addresses are no addresses of the host: a host that follows one faults.
 *
 * The environment, read by cuInit:
 *   PTXSIM_DEVICES     how many devices there are (1)
 *   PTXSIM_CAPABILITY  their compute capability (12.0); the newest PTX for it or less is run
 *   PTXSIM_COMPUTE_MODE  their compute mode (0, default); contexts do not mind
 *   PTXSIM_VERSION     the driver's version (13000)
 *   PTXSIM_MEMORY      a device's memory in MiB (81920)
 *   PTXSIM_STEPS       instructions of one warp before it is taken for one that never ends (2^31)
 *   PTXSIM_SCHEDULE    in what order the lanes of a warp run: lockstep (the default), forwards, backwards or
 *                      random:SEED (ptx/ptx.h says more)
 *   PTXSIM_RACES       "ignore": races in shared memory are no faults
 *   PTXSIM_FAIL        "cuMemAlloc_v2:2:1": the 2nd call of cuMemAlloc_v2 gives 1, and does nothing
 *   PTXSIM_EAGER       see above
 *   PTXSIM_LAUNCHES    a file to which each launch is added: kernel, blocks, threads, parameters
 */
#ifndef PTXSIM_H
#define PTXSIM_H

#include "cuda_driver.h"

#include <stdbool.h>

/* The nth call of the function from now on gives this result; with nth 0, none does. It replaces what was set
   for any function before. */
PTXSIM_API void ptxsim_fail(const char *function, unsigned nth, CUresult result);

/* Whether that call has not come yet. */
PTXSIM_API bool ptxsim_pending(void);

/* Objects that were made and not destroyed yet, and primary contexts that are retained. */
typedef struct ptxsim_live {
    unsigned contexts, modules, device_allocations, host_allocations, streams, events, graphs, graph_execs;
    unsigned work; /* pieces that were put off and not done yet */
} ptxsim_live;

PTXSIM_API ptxsim_live ptxsim_count_live(void);

/* The driver's functions that this thread has called since it last cleared them, in order, each with a blank
   after it. A long list is cut. */
PTXSIM_API const char *ptxsim_calls(void);
PTXSIM_API void ptxsim_clear_calls(void);

/* What the interpreter said of the last kernel that failed; empty if none did. */
PTXSIM_API const char *ptxsim_last_fault(void);

/* Instructions that were run, each for a whole warp. */
PTXSIM_API uint64_t ptxsim_steps(void);

/* Sets what PTXSIM_SCHEDULE sets, after cuInit; false, and nothing is changed, if there is none of this name.
 */
PTXSIM_API bool ptxsim_set_schedule(const char *text);

/* From now on each launch adds to counts[n] how often the instruction in line n of its module's PTX was run,
   the first line being 1. With NULL and 0, none does. */
PTXSIM_API void ptxsim_count_lines(uint64_t *counts, uint32_t count);

#endif
