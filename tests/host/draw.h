/* Fills by the library that the program is linked with. */
#ifndef GLR_TEST_HOST_DRAW_H
#define GLR_TEST_HOST_DRAW_H

#include "support.h"

#include <glorand/glorand.h>

/* Opens the CPU, with a number of threads or, for 0, the default. Ends the program when that fails. */
glr_device *open_cpu(uint32_t threads);

/* A float32 tensor of so many elements, filled by a handle, and its hash; 0 and a failure when the fill
 * fails. */
uint64_t fill_and_hash(glr_device *device, const glr_initializer *initializer, int64_t elements);

#endif
