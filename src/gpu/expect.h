/* Expected results of the self-check: the host's side of check.h, for every backend. */
#ifndef GLR_GPU_EXPECT_H
#define GLR_GPU_EXPECT_H

#include "backend.h"
#include "check.h"

/* Elements that the check of a fill draws: more than a work-group, so that rejected groups are queued. */
#define GLR_CHECK_DRAWN 2500

/* Arguments of the operations. a * b + c tells them apart: the product is not a float, and the sum is 0 when
   it is rounded first. */
typedef struct glr_check_arguments {
    float a, b, c, tiny;
} glr_check_arguments;

extern const glr_check_arguments glr_check_arguments_given;

/* Where the fills that are checked begin: at a tensor's first element, and so far behind it that a group's
   number has more than 32 bits, with groups before the first whole tile. */
#define GLR_CHECK_PLACES 2
extern const uint64_t glr_check_places[GLR_CHECK_PLACES];

/* The plan of a fill: GLR_CHECK_DRAWN elements, from one of the places, of the truncated normal in float32,
   of a scale that makes some of them subnormal. They differ where a device's threads flush subnormals or do
   not round to nearest. */
glr_plan glr_check_plan(uint64_t place);

/* How the message about an element of a fill begins; its index follows. */
#define GLR_CHECK_FILL "a fill, element "

/* The whole check of a device that is being opened, by its backend's functions; run_check runs the kernel
   glr_check into memory of glr_alloc, and need not wait for it. */
glr_status glr_gpu_check(const char *backend, glr_device *device,
                         glr_status (*run_check)(glr_device *device, const glr_plan *plan, void *memory));

/* Compare what a device of that backend made of the operations, and of a fill, with the same text on the
   host. Fail with the name of the first that differs. */
glr_status glr_check_operations(const char *backend, const uint32_t words[GLR_CHECK_WORDS],
                                const glr_plan *plan);
glr_status glr_check_fill(const char *backend, const uint32_t words[GLR_CHECK_DRAWN], const glr_plan *plan);

#endif
