/* State that the parts of the parser share. */
#ifndef PTX_PARSER_H
#define PTX_PARSER_H

#include "ops.h"
#include "program.h"
#include "tokens.h"

#define PTX_MAX_VECTOR 8

/* Registers that a declaration "%r<9>" made, or one alone (count 0). */
typedef struct ptx_family {
    ptx_token name;
    uint32_t count, first;
    int depth; /* of braces around it */
} ptx_family;

typedef struct ptx_label {
    ptx_token name;
    uint32_t inst;
    ptx_token *targets; /* of a table of targets; otherwise NULL */
    uint32_t target_count;
} ptx_label;

/* A branch whose target is still a name. */
typedef struct ptx_jump {
    uint32_t inst;
    ptx_token name;
} ptx_jump;

typedef struct ptx_parser {
    ptx_reader reader;
    ptx_token token; /* the next one */
    ptx_module *module;
    ptx_kernel *kernel;
    char *message;
    bool failed;
    ptx_family *families;
    size_t family_count, family_capacity;
    ptx_label *labels;
    size_t label_count, label_capacity;
    ptx_jump *jumps;
    size_t jump_count, jump_capacity;
    int depth;
    /* The instruction at hand. */
    ptx_token opcode;
    uint32_t guard;
    bool guard_negated;
} ptx_parser;

typedef enum ptx_operand_kind {
    PTX_IS_REGISTER,
    PTX_IS_NUMBER,
    PTX_IS_SYMBOL,
    PTX_IS_ADDRESS,
    PTX_IS_VECTOR,
    PTX_IS_SINK /* "_": a result that nobody wants */
} ptx_operand_kind;

typedef struct ptx_operand {
    ptx_operand_kind kind;
    bool negated;
    bool has_base;   /* an address with the register */
    bool has_symbol; /* a symbol, or an address with one */
    uint32_t reg;
    uint32_t second; /* of a pair a|b, or PTX_NONE */
    uint64_t value;  /* a number, or what is added to an address or symbol */
    ptx_token symbol;
    struct ptx_item {
        ptx_operand_kind kind;
        uint32_t reg;
        uint64_t value;
    } item[PTX_MAX_VECTOR];
    uint32_t items;
} ptx_operand;

/* tokens */
void ptx_advance(ptx_parser *p);
bool ptx_accept(ptx_parser *p, const char *mark);
void ptx_expect(ptx_parser *p, const char *mark);
/* Records the first failure, quoting the token's line. */
void ptx_fail(ptx_parser *p, const ptx_token *token, const char *what);
/* Room for one more item; NULL when there is no memory, which is then a failure. */
void *ptx_room(ptx_parser *p, void *items, size_t count, size_t *capacity, size_t size);
char *ptx_copy_of(ptx_parser *p, const ptx_token *token);

/* kernel.c */
void ptx_parse_kernel(ptx_parser *p);
/* Forgets the names of the last kernel. */
void ptx_clear_names(ptx_parser *p);

/* registers.c */
uint32_t ptx_bytes_of_type(const char *type, size_t length, bool *known);
void ptx_declare_registers(ptx_parser *p);
void ptx_leave_scope(ptx_parser *p);
uint32_t ptx_add_register(ptx_parser *p, uint32_t bytes, ptx_register_kind kind, uint64_t value);
uint32_t ptx_constant(ptx_parser *p, uint32_t bytes, uint64_t value);
/* The register of that name, or PTX_NONE. */
uint32_t ptx_register_named(ptx_parser *p, const ptx_token *name);

/* variables.c */
ptx_variable *ptx_add_variable(ptx_parser *p, const ptx_token *name, ptx_space space, uint32_t size,
                               uint32_t align);
void ptx_parse_global(ptx_parser *p, ptx_space space);
void ptx_parse_memory_variable(ptx_parser *p, ptx_space space, bool is_extern);
/* An address in its own space. */
bool ptx_symbol_address(ptx_parser *p, const ptx_token *name, uint64_t *address, ptx_space *space);

/* operands.c */
ptx_operand ptx_parse_operand(ptx_parser *p);
/* A source register for the operand; bytes is the width that a number gets, 0 a predicate's. */
uint32_t ptx_source(ptx_parser *p, const ptx_operand *operand, uint32_t bytes);
uint32_t ptx_destination(ptx_parser *p, const ptx_operand *operand, uint32_t bytes);
uint32_t ptx_width(const ptx_parser *p, uint32_t reg);

/* instructions.c */
void ptx_parse_instruction(ptx_parser *p);
ptx_inst *ptx_emit(ptx_parser *p);
void ptx_emit_lane(ptx_parser *p, ptx_lane_fn *run, uint32_t result, uint32_t count, const uint32_t *sources);

/* decode_convert.c, decode_memory.c, decode_warp.c: true if they know the opcode, right or wrong. */
bool ptx_decode_convert(ptx_parser *p, const char *opcode, const ptx_operand *operands, uint32_t count);
bool ptx_decode_memory(ptx_parser *p, const char *opcode, const ptx_operand *operands, uint32_t count);
bool ptx_decode_warp(ptx_parser *p, const char *opcode, const ptx_operand *operands, uint32_t count);

/* The warp functions of instructions. */
ptx_warp_fn ptx_do_load, ptx_do_store, ptx_do_atomic, ptx_branch, ptx_branch_by_table, ptx_return,
    ptx_barrier, ptx_trap_here, ptx_vote, ptx_shuffle, ptx_active_mask, ptx_warp_barrier, ptx_reduce,
    ptx_nothing;

enum {
    PTX_BARRIER_ONLY, /* it gives no result */
    PTX_BARRIER_COUNT,
    PTX_BARRIER_ALL,
    PTX_BARRIER_ANY,
    PTX_VOTE_ALL,
    PTX_VOTE_ANY,
    PTX_VOTE_UNI,
    PTX_VOTE_BALLOT,
    PTX_SHUFFLE_UP,
    PTX_SHUFFLE_DOWN,
    PTX_SHUFFLE_BUTTERFLY,
    PTX_SHUFFLE_INDEX,
    PTX_ADD,
    PTX_EXCHANGE,
    PTX_COMPARE_AND_SWAP,
    PTX_AND,
    PTX_OR,
    PTX_XOR,
    PTX_MIN_UNSIGNED,
    PTX_MAX_UNSIGNED,
    PTX_MIN_SIGNED,
    PTX_MAX_SIGNED
};

#endif
