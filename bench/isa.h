/* Instruction sets that glorand has kernels for. */
#ifndef BENCH_ISA_H
#define BENCH_ISA_H

#include <stddef.h>

/* The i-th instruction set that this processor has, the one that glorand prefers first; NULL after the last.
 */
const char *bench_isa_name(size_t i);

/* The same text as bench_isa_name gives, or NULL if this processor does not have it. */
const char *bench_isa_of_name(const char *name);

#endif
