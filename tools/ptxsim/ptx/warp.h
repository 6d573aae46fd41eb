/* The state of a warp and of its block while they run. */
#ifndef PTX_WARP_H
#define PTX_WARP_H

#include "parser.h"

#define PTX_STACK 128

/* Lanes in `mask` go on at `pc` until they come to `meet`, where those of the entry below wait. */
typedef struct ptx_path {
    uint32_t pc, meet, mask;
} ptx_path;

/* How a lane uses memory: PTX_ATOMICS are volatile and other strong accesses, too. */
typedef enum ptx_use { PTX_READS, PTX_WRITES, PTX_ATOMICS, PTX_USES } ptx_use;

/* Who has used bytes in one way: lanes, if any, of the warp that came first. The warps of an era run one
   after the other, so whoever of another warp comes is not ordered with those, and they do not come again. */
typedef struct ptx_users {
    uint32_t lanes, warp;
    uint32_t line;             /* where the last of them stands */
    uint32_t clock[PTX_LANES]; /* of each lane, when it last did */
} ptx_users;

/* The accesses to some bytes in an era, which ends with a barrier of the block. */
typedef struct ptx_history {
    uint32_t era;
    ptx_users users[PTX_USES];
} ptx_history;

typedef struct ptx_block {
    ptx_launch *launch;
    uint32_t index[3];
    uint32_t threads;
    unsigned char *params, *param_states;
    unsigned char *shared, *shared_states;
    ptx_history *histories; /* of shared memory, one for `grain` bytes; NULL: races are ignored */
    uint32_t grain, era;
    uint64_t random;                     /* the state of a seeded schedule */
    uint32_t first;                      /* the warp that ran first since the last barrier there */
    uint32_t static_bytes, shared_total; /* static ones with a gap after them, then dynamic ones */
    uint64_t steps;
} ptx_block;

struct ptx_warp {
    ptx_block *block;
    const ptx_kernel *kernel;
    uint32_t number, lanes; /* lanes that exist */
    unsigned char *file;    /* of registers */
    uint32_t *written;      /* for each register, the lanes that have a value */
    ptx_path path[PTX_STACK];
    uint32_t depth; /* paths; 0 when all lanes have returned */
    uint32_t pc;    /* of the topmost path; its mask is in path[depth - 1] */
    bool waiting;   /* at the barrier of this number */
    uint32_t barrier;
    uint64_t steps; /* since it began */
    const ptx_inst *inst;
    ptx_region *last;                    /* the region found last */
    unsigned char *local, *local_states; /* one lane's local memory after the other's */
    /* seen[lane][other]: what the other did until this time of its clock lies before what the lane does now.
       A lane's own clock is seen[lane][lane]. */
    uint32_t seen[PTX_LANES][PTX_LANES];
    /* Where lanes are that run apart: the lanes that have not returned, those of them that have come to an
       instruction that lanes do together, each lane's pc, and the lane that ran last. */
    uint32_t alive, parked, lane_pc[PTX_LANES], turn;
};

/* Where a register's lanes lie. */
static inline void *ptx_lanes_of(const ptx_warp *warp, const ptx_inst *inst, uint32_t operand)
{
    return warp->file + inst->at[operand];
}

/* Records a fault with the place where it happened; the first one ends the launch. Lane PTX_LANES is none. */
void ptx_fault_at(ptx_warp *warp, ptx_fault fault, uint32_t lane, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Replaces those lanes of a register that are in mask. */
void ptx_merge(void *lanes, const void *result, uint32_t bytes, uint32_t mask);

/* After the pc or a mask has changed: lanes that have come to their meeting point join those that wait. */
void ptx_meet(ptx_warp *warp);

/* Before the warps that wait at a barrier go on: the results of those barriers that have one. */
void ptx_give_votes(ptx_warp *warps, uint32_t count);

/* races.c: the most bytes of which a kernel always uses all or none. */
uint32_t ptx_grain(const ptx_kernel *kernel);

/* races.c: before a warp's first instruction. */
void ptx_start_clocks(ptx_warp *warp);

/* races.c: what these lanes did before lies before what any of them does from now on. */
void ptx_order_lanes(ptx_warp *warp, uint32_t lanes);

/* races.c: notes a use of bytes of shared memory; false after a fault if it races with another. */
bool ptx_note_use(ptx_warp *warp, uint32_t lane, uint64_t at, uint32_t bytes, ptx_use use);

/* run.c: the lanes of `mask` whose guard lets them through. */
uint32_t ptx_guarded(ptx_warp *warp, const ptx_inst *inst, uint32_t mask);

/* run.c: the instruction at the pc, for the lanes of the topmost path. */
void ptx_step(ptx_warp *warp);

/* apart.c: runs a warp as ptx_launch's schedule says, as far as it comes in a row. */
void ptx_run_apart(ptx_warp *warp, uint64_t max_steps);

/* apart.c: which of a block's warps runs as number i from one barrier to the next. */
uint32_t ptx_warp_in_order(ptx_block *block, uint32_t i, uint32_t count);

/* together.c: whether the lanes that the mask of an instruction names do it together, and the operand that is
   this mask; a barrier of the block is for all lanes. */
bool ptx_is_together(const ptx_inst *inst);
static inline uint32_t ptx_mask_operand(const ptx_inst *inst)
{
    return (uint32_t)inst->outputs + inst->inputs - 1;
}

/* As an atomic combines, for redux. */
uint32_t ptx_combine_words(const ptx_inst *inst, uint32_t a, uint32_t b);

#endif
