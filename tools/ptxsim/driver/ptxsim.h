/* A stand-in for libcuda.so.1, whose kernels are run by the interpreter of ptx/, and what a test
 * can ask of it beside the driver API.
 *
 * Work is put off as long as it may be: a launch, copy or memset that may be asynchronous is done when the
 * host waits for it, asks for it or frees memory, not before. What a program reads without having waited, it
 * finds unwritten. PTXSIM_EAGER=1 does work at once instead, which is as allowed.
 *
 * A host that follows a device address faults.
 *
 * The environment, read by cuInit:
 *   PTXSIM_DEVICES     how many devices there are (1)
 *   PTXSIM_CAPABILITY  their compute capability (12.0); the newest PTX for it or less is run
 *   PTXSIM_COMPUTE_MODE  their compute mode (0, default); contexts do not mind
 *   PTXSIM_VERSION     the driver's version (13000); PTX that is too new for it is refused
 *   PTXSIM_MEMORY      a device's memory in MiB (81920)
 *   PTXSIM_STEPS       instructions of one warp before it is taken for one that never ends (2^31)
 *   PTXSIM_SCHEDULE    in what order the lanes of a warp run: lockstep (the default), forwards, backwards or
 *                      random:SEED (ptx/ptx.h says more)
 *   PTXSIM_RACES       "ignore": races in shared memory are not faults
 *   PTXSIM_FAIL        "cuMemAlloc_v2:2:1": the 2nd call of cuMemAlloc_v2 gives 1, and does nothing
 *   PTXSIM_REGISTERED  "apart": registered host memory has another address for kernels than for the host
 *   PTXSIM_EAGER       see above
 *   PTXSIM_LAUNCHES    a file to which each launch is added: kernel, blocks, threads, parameters
 */
#ifndef PTXSIM_H
#define PTXSIM_H

#include "../inject/inject.h"
#include "cuda_driver.h"

/* Fails calls of the driver API, lists them, and counts what lives: see inject.h. A call that fails does
   nothing. The kinds are "context" (primary ones, too, while they are retained), "module", "device
   allocation", "host allocation", "stream", "event", "graph", "graph exec", and "work": pieces that were put
   off and not done yet. */
PTXSIM_API injector *ptxsim_injector(void);

/* The message of the last kernel that failed; empty if none did. */
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
