/* A context and a stream of the process's on whatever driver glorand loads, the stand-in or a real one, by
   the same variable GLORAND_CUDA_LIBRARY. */
#ifndef GLR_TEST_ANY_CUDA_H
#define GLR_TEST_ANY_CUDA_H

#include "glorand/glorand.h"

#include <stddef.h>

/* Prepares device 0's primary context, which becomes current. NULL, or what could not be done; *status is
   then set. */
const char *any_cuda_open(glr_device **device, glr_status *status);

/* Fills device memory that holds the room's bytes, at an offset, in a stream of the thread's, and reads all
   of it back. NULL as above. */
const char *any_cuda_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                          unsigned char *all, size_t room, uint64_t offset, glr_status *status);

#endif
