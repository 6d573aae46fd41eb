/* The state of a warp and of its block while they run. */
#ifndef PTX_WARP_H
#define PTX_WARP_H

#include "parser.h"

#define PTX_STACK 128

/* Lanes in `mask` go on at `pc` until they come to `meet`, where those of the entry below wait. */
typedef struct ptx_path {
    uint32_t pc, meet, mask;
} ptx_path;

/* Which warp has used a byte in which way: 0 none, its number and 1, or PTX_MANY. */
typedef struct ptx_users {
    uint8_t reader, writer, atomic;
} ptx_users;

#define PTX_MANY 255

typedef struct ptx_block {
    ptx_launch *launch;
    uint32_t index[3];
    uint32_t threads;
    unsigned char *params, *param_states;
    unsigned char *shared, *shared_states;
    struct ptx_users *users;             /* of each byte of shared memory, since the last barrier */
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
    const ptx_inst *inst;
    ptx_region *last;                    /* the region found last */
    unsigned char *local, *local_states; /* one lane's local memory after the other's */
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

/* As an atomic combines, for redux. */
uint32_t ptx_combine_words(const ptx_inst *inst, uint32_t a, uint32_t b);

#endif
