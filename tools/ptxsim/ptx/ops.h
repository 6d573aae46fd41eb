/* The table of opcodes that compute lane by lane, in parts; each ends with a row without a name. */
#ifndef PTX_OPS_H
#define PTX_OPS_H

#include "program.h"

/* `shape` has a letter for the result and one for each source: p a predicate, h, w and l registers of 16, 32
   and 64 bits. */
typedef struct ptx_op {
    const char *name;
    const char *shape;
    ptx_lane_fn *run;
} ptx_op;

extern const ptx_op ptx_integer_ops[];
extern const ptx_op ptx_bit_ops[];
extern const ptx_op ptx_float_ops[];
extern const ptx_op ptx_compare_ops[];

/* The row of that name, or NULL. */
const ptx_op *ptx_op_named(const char *name);

/* Conversions between integer types go by way of 64 bits when a register is wider than its type: PTX allows
   that. `type` is u8 to s64. NULL if there is none. */
ptx_lane_fn *ptx_widen(const char *type, uint32_t register_bytes);  /* to 64 bits */
ptx_lane_fn *ptx_narrow(const char *type, uint32_t register_bytes); /* from 64 bits */

/* A conversion "to.from" that has floating point on either side, integers being 64 bits wide, or NULL: the
   name is that of the opcode without "cvt.". */
const ptx_op *ptx_conversion_named(const char *name);

#endif
