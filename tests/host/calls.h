/* A call of every public function of glorand.h, model.h and shard.h, with arguments whose results depend on a
   floating-point mode or a locale that gets through to them. */
#ifndef GLR_TEST_HOST_CALLS_H
#define GLR_TEST_HOST_CALLS_H

#include "record.h"

/* Opens and closes the CPU. */
glr_device *call_open(uint32_t threads);
void call_close(glr_device *device);

/* Fills of every sampler and dtype, with scales that are subnormal, overflow, or must be rounded. */
void call_fills(record *into, glr_device *device);

/* Lists and rules. */
void call_models(record *into);

/* Placements and pieces. */
void call_shards(record *into);

/* Everything else: descriptions, texts both ways, seeds, messages, memory, names. */
void call_others(record *into, glr_device *device);

#endif
