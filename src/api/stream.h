/* From a seed and a stream to a Philox key and base counter. */
#ifndef GLR_API_STREAM_H
#define GLR_API_STREAM_H

#include "plan.h"

/* Sets the plan's keys and base counter from an initializer that is seeded or keyed. */
void glr_seed_plan(const glr_initializer *initializer, glr_plan *plan);

#endif
