/* Checking a tensor and laying out its part. */
#ifndef GLR_API_TENSOR_H
#define GLR_API_TENSOR_H

#include "plan.h"

/* A checked tensor: its part as runs, the part's number of elements, and the bytes from the first element
   at the destination to the end of the last. */
typedef struct glr_layout_of_part {
    glr_runs runs;
    uint64_t count;
    uint64_t bytes;
} glr_layout_of_part;

glr_status glr_check_tensor(const glr_tensor *tensor, glr_layout_of_part *layout);

#endif
