/* What the tests of the suite `refused` share, those of all backends and those of one. */
#ifndef TEST_GPU_REFUSED_H
#define TEST_GPU_REFUSED_H

#include "backend.h"

/* A prepared context, memory of 4000 bytes in it, and a vector for which it is large enough. */
enum { REFUSED_BYTES = 4000 };
extern glr_device *refused_handle;
extern gpu_caller refused_caller;
extern gpu_memory refused_memory;
extern const glr_tensor refused_vector;

/* Expects that a fill is refused with this status and a message that has this text in it, and nothing
 * launched. */
void refuse_at(glr_device *handle, const glr_tensor *tensor, gpu_memory memory, void *queue,
               glr_status status, const char *text);

/* The same of a fill in which memory alone is wrong. */
void refuse(gpu_memory memory, glr_status status, const char *text);

/* Whether a kernel was launched since the list of calls was cleared. */
bool refused_was_launched(void);

#endif
