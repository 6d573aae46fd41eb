/* An interpreter of PTX, for tests of CUDA kernels on machines without a GPU.
 *
 * It takes the PTX text that nvcc makes and runs its kernels as a GPU would: the 32 lanes of a warp in
 * lockstep, lanes that diverge meeting again at the branch's immediate post-dominator, or lane by lane as
 * ptx_schedule says; the warps of a block between barriers one after the other, and blocks one after the
 * other. Arithmetic is IEEE's.
 *
 * It is strict where a GPU is silent. Every load and store must lie inside one allocation and be aligned;
 * registers, shared and local memory must be written before they are read; between a write to shared memory
 * and another lane's access lies a barrier of both, in whatever order they ran (races.c says what counts;
 * global memory is not watched); a barrier must be met by all of a warp's lanes, and a vote or shuffle by
 * those that its mask names. What the interpreter does not know (an opcode, a modifier, a directive) is an
 * error that quotes the line, so nothing is ever skipped. Additions and products without a rounding suffix,
 * which ptxas may contract, are among what it does not know.
 */
#ifndef PTX_H
#define PTX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PTX_MESSAGE_SIZE 1024

/* Addresses of device memory carry this bit, which no address of the host has: a host that follows one by
   mistake faults, as it would with a GPU. */
#define PTX_DEVICE_BIT (UINT64_C(1) << 47)

typedef enum ptx_space { PTX_GENERIC, PTX_GLOBAL, PTX_CONST, PTX_SHARED, PTX_LOCAL, PTX_PARAM } ptx_space;

/* An allocation of global or constant memory, and where the host holds its bytes. */
typedef struct ptx_region {
    uint64_t base, size;
    unsigned char *host;
    ptx_space space;
} ptx_region;

/* The allocations that kernels can reach. Not safe for use by several threads at once. */
typedef struct ptx_memory {
    ptx_region **regions; /* in order of their addresses */
    size_t count, capacity;
} ptx_memory;

ptx_region *ptx_memory_add(ptx_memory *memory, ptx_region region);
void ptx_memory_remove(ptx_memory *memory, ptx_region *region);
void ptx_memory_clear(ptx_memory *memory);

/* The region that holds all of these bytes, or NULL. */
ptx_region *ptx_memory_find(const ptx_memory *memory, uint64_t address, uint64_t bytes);

typedef struct ptx_module ptx_module;
typedef struct ptx_kernel ptx_kernel;

/* Reads PTX text of `size` bytes and adds its variables to memory. NULL and a message if it can not. */
ptx_module *ptx_load(const char *text, size_t size, ptx_memory *memory, char message[PTX_MESSAGE_SIZE]);
void ptx_unload(ptx_module *module);

/* A kernel by its name, or NULL. */
const ptx_kernel *ptx_kernel_named(const ptx_module *module, const char *name);

/* A variable of the module by its name, or NULL. */
const ptx_region *ptx_variable_named(const ptx_module *module, const char *name);

/* Properties of a kernel, for callers. */
typedef struct ptx_kernel_facts {
    const char *name;
    unsigned parameters;
    uint32_t max_threads;  /* of a block */
    uint32_t shared_bytes; /* static ones */
    uint32_t const_bytes;  /* of the module */
    uint32_t local_bytes;
    uint32_t registers; /* that PTX declares, in units of 32 bits; what ptxas needs is not known */
} ptx_kernel_facts;

ptx_kernel_facts ptx_facts(const ptx_kernel *kernel);

/* Size of a parameter in bytes; 0 if there is no such parameter. */
size_t ptx_parameter_size(const ptx_kernel *kernel, unsigned index);

typedef enum ptx_fault {
    PTX_FINE,
    PTX_BAD_ADDRESS,
    PTX_MISALIGNED,
    PTX_UNINITIALIZED,
    PTX_BAD_BARRIER, /* a barrier, vote or shuffle that is not met by the lanes it needs */
    PTX_RACE,        /* lanes use the same shared memory without a barrier between them, one writing */
    PTX_BAD_ARITHMETIC,
    PTX_TRAP,
    PTX_RUNS_ON,
    PTX_NO_MEMORY
} ptx_fault;

/* In what order the lanes of a warp run. Since Volta a GPU promises none: lanes may run apart until an
   instruction that they do together: bar.warp.sync and block barriers, votes, shuffles and reductions. A
   kernel whose results depend on the schedule lacks one of them. */
typedef enum ptx_schedule {
    PTX_LOCKSTEP,  /* all at a time, and together again as soon as their ways meet */
    PTX_FORWARDS,  /* lane 0 until it waits for others or returns, then lane 1, and so on */
    PTX_BACKWARDS, /* the other way round, and the last warp first */
    PTX_RANDOM     /* now one, now another, each for a few instructions, as the seed says */
} ptx_schedule;

/* Reads "lockstep", "forwards", "backwards", "random" or "random:SEED"; false if the text is something else.
 */
bool ptx_schedule_named(const char *text, ptx_schedule *schedule, uint64_t *seed);

typedef struct ptx_launch {
    const ptx_kernel *kernel;
    ptx_memory *memory;
    uint32_t grid[3], block[3];
    uint32_t dynamic_shared;
    const void *const *parameters; /* one pointer to each value */
    uint64_t max_steps;            /* of one warp, before it is taken for one that never ends; 0: 2^31 */
    ptx_schedule schedule;
    uint64_t seed;
    bool ignores_races;
    uint64_t
        *lines; /* for each line of the PTX, the first being 1, how often its instruction was run is added */
    uint32_t line_count;
    /* Results. */
    ptx_fault fault;
    char message[PTX_MESSAGE_SIZE];
    uint64_t steps; /* instructions, each for a whole warp, or for one lane where lanes run apart */
} ptx_launch;

/* Runs a kernel to its end, or to its first fault. */
ptx_fault ptx_run(ptx_launch *launch);

#endif
