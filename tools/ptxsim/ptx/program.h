/* A parsed kernel: registers with places in a register file, and decoded instructions. */
#ifndef PTX_PROGRAM_H
#define PTX_PROGRAM_H

#include "ptx.h"

#define PTX_LANES        32
#define PTX_ALL_LANES    UINT32_C(0xffffffff)
#define PTX_NONE         UINT32_MAX
#define PTX_MAX_OPERANDS 12

/* Where generic addresses of the memories begin that have addresses of their own. */
#define PTX_SHARED_WINDOW (UINT64_C(1) << 56)
#define PTX_LOCAL_WINDOW  (UINT64_C(2) << 56)
#define PTX_PARAM_WINDOW  (UINT64_C(3) << 56)

/* Where dynamic shared memory begins, wherever static variables end. */
#define PTX_DYNAMIC_SHARED (UINT32_C(1) << 20)

/* Between neighbouring variables in shared, local and parameter memory there are this many bytes that
   belong to none, so that running over a variable's end is seen. */
#define PTX_GAP 32

/* States of such a byte. */
enum { PTX_BYTE_GAP, PTX_BYTE_UNWRITTEN, PTX_BYTE_WRITTEN };

typedef struct ptx_warp ptx_warp;
typedef struct ptx_inst ptx_inst;

/* Computes all lanes of a result from all lanes of its sources, and touches nothing else. */
typedef void ptx_lane_fn(void *result, const void *const *source);

/* Anything else that an instruction may do, for the lanes in mask. */
typedef void ptx_warp_fn(ptx_warp *warp, const ptx_inst *inst, uint32_t mask);

/* The kind of a register's initial value. */
typedef enum ptx_register_kind { PTX_PLAIN, PTX_CONSTANT, PTX_SPECIAL } ptx_register_kind;

typedef struct ptx_register {
    uint32_t at;    /* its place in the register file */
    uint32_t bytes; /* of one lane; 0 is a predicate, whose lanes are the bits of one word */
    ptx_register_kind kind;
    uint64_t value; /* a constant's, or the number of the special register */
} ptx_register;

struct ptx_inst {
    ptx_lane_fn *lane; /* either this */
    ptx_warp_fn *warp; /* or this */
    /* Registers: the results, then the sources; and their places. */
    uint32_t reg[PTX_MAX_OPERANDS], at[PTX_MAX_OPERANDS];
    uint8_t outputs, inputs;
    bool guard_negated;
    bool ends_path; /* nothing follows: an unconditional branch or return */
    bool divides;   /* integers: a divisor of 0 is a fault */
    bool keeps_pc;  /* the warp function says itself where to go on */
    uint32_t guard; /* a register or PTX_NONE */
    /* Loads, stores and atomics. */
    ptx_space space;
    uint8_t bytes; /* of one element */
    uint8_t elements;
    bool extends_sign;
    bool is_strong;  /* atomic, or volatile or relaxed or the like */
    uint64_t offset; /* added to the address */
    bool has_base;   /* the last source is the address */
    int operation;   /* of an atomic, a vote, a shuffle */
    /* Branches. */
    uint32_t target, meet; /* numbers of instructions; `meet` is where diverging lanes meet again */
    const uint32_t *table; /* targets of an indexed branch */
    uint32_t table_size;
    const char *text; /* the line it was read from */
    uint32_t line;
};

/* A variable in shared, local or parameter memory. */
typedef struct ptx_variable {
    char *name;
    ptx_space space;
    uint32_t at, size;
} ptx_variable;

/* A variable of the module. */
typedef struct ptx_global {
    char *name;
    ptx_region *region;
    struct ptx_global *next;
} ptx_global;

struct ptx_kernel {
    const ptx_module *module;
    char *name;
    ptx_register *registers;
    uint32_t register_count, register_capacity;
    uint32_t file_bytes; /* of a warp's registers */
    ptx_inst *insts;
    uint32_t inst_count, inst_capacity;
    ptx_variable *variables; /* parameters first, in order */
    uint32_t variable_count, variable_capacity, parameter_count;
    uint32_t param_bytes, shared_bytes, local_bytes; /* sizes of the memories, gaps included */
    uint32_t max_threads;
    bool has_barrier;
    uint32_t **tables; /* of indexed branches */
    uint32_t table_count;
    ptx_kernel *next;
};

struct ptx_module {
    char *text;
    ptx_memory *memory;
    ptx_kernel *kernels;
    ptx_global *globals;
    uint32_t const_bytes;
    /* Shared variables at file scope belong to every kernel. */
    ptx_variable *shared;
    uint32_t shared_count;
};

/* For every branch, the instruction where diverging lanes meet again. False without memory. */
bool ptx_find_meetings(ptx_kernel *kernel);

#endif
