/* The public header's rules of initializers, tensors and their parts, written once more: which fills are
   refused, and where the elements of the others lie. They share no code with glorand. */
#ifndef GLR_TEST_FUZZ_FILL_RULES_H
#define GLR_TEST_FUZZ_FILL_RULES_H

#include "glorand/glorand.h"

/* Bytes of an element. */
extern const size_t fuzz_sizes[GLR_DTYPE_FLOAT8_E8M0FNU + 1];

/* A set of statuses. */
#define FUZZ_REFUSAL(status) (1U << (status))

typedef struct fuzz_verdict {
    uint32_t of_tensor;       /* the statuses that the tensor alone may be refused with; 0 if it may not */
    uint32_t refusals;        /* those of tensor and initializer */
    uint64_t elements, bytes; /* of the part of a tensor that may not be refused */
} fuzz_verdict;

fuzz_verdict fuzz_judge(const glr_initializer *initializer, const glr_tensor *tensor);

/* Further refusals of a fill, beyond those of a description. */
uint32_t fuzz_judge_call(const glr_initializer *initializer, const glr_tensor *tensor);

/* A walk over the elements of a part that is not refused. */
typedef struct fuzz_walk {
    const glr_tensor *tensor;
    int is_packed, has_begun;
    int64_t at[GLR_MAX_RANK]; /* within the part */
    uint64_t number;          /* of elements before */
    uint64_t index, place;    /* in the whole tensor, and at the destination, in elements */
} fuzz_walk;

fuzz_walk fuzz_walk_start(const glr_tensor *tensor);

/* Goes on to the next element; 0 at the end. */
int fuzz_walk_next(fuzz_walk *walk);

#endif
