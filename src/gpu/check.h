/* The self-check of opening a device: the operations on which equal bits rest. The arguments come
   from the host, so that no compiler works anything out in advance. */
#ifndef GLR_GPU_CHECK_H
#define GLR_GPU_CHECK_H

#include "args.h"

#define GLR_CHECK_SQRTS 64 /* square roots */

/* The results, as bits. */
#define GLR_CHECK_SCALED   0 /* a * b + c, both operations rounded: differs when they are contracted */
#define GLR_CHECK_FMA      1 /* fma(a, b, c) */
#define GLR_CHECK_DENORMAL 2 /* tiny * 0.5, a subnormal */
#define GLR_CHECK_SUM      3 /* that times 2, which is tiny again unless subnormals are flushed on input */
#define GLR_CHECK_SQRT     4 /* of GLR_CHECK_SQRTS numbers */
#define GLR_CHECK_STREAM   (GLR_CHECK_SQRT + GLR_CHECK_SQRTS) /* the first group of a plan's stream */
#define GLR_CHECK_WORDS    (GLR_CHECK_STREAM + GLR_GROUP_SIZE)

/* Number i of those whose square root is taken: spread over four binades. */
GLR_FN uint32_t glr_check_argument_bits(uint32_t i) { return 0x3f000000U + i * 0x00084a53U; }

#endif
