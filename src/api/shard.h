/* What the files of glorand/shard.h share. */
#ifndef GLR_API_SHARD_H
#define GLR_API_SHARD_H

#include "glorand/shard.h"

/* Checks a tensor of which shards are made. Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_SHAPE. */
glr_status glr_check_whole(const glr_tensor *tensor);

/* Fails because a caller has room for fewer pieces than there are. */
glr_status glr_fail_capacity(size_t pieces, size_t capacity);

#endif
