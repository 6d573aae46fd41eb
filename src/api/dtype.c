/* Element types: names and sizes. */
#include "dtype.h"

#include <string.h>

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {
    [GLR_FLOAT32] = {"float32", 4},
    [GLR_FLOAT64] = {"float64", 8},
    [GLR_FLOAT16] = {"float16", 2},
    [GLR_BFLOAT16] = {"bfloat16", 2},
    [GLR_FLOAT8_E4M3FN] = {"float8_e4m3fn", 1},
    [GLR_FLOAT8_E5M2] = {"float8_e5m2", 1},
    [GLR_BOOL] = {"bool", 1},
    [GLR_INT8] = {"int8", 1},
    [GLR_INT16] = {"int16", 2},
    [GLR_INT32] = {"int32", 4},
    [GLR_INT64] = {"int64", 8},
    [GLR_UINT8] = {"uint8", 1},
    [GLR_UINT16] = {"uint16", 2},
    [GLR_UINT32] = {"uint32", 4},
    [GLR_UINT64] = {"uint64", 8},
};

#define DTYPE_COUNT (sizeof dtypes / sizeof dtypes[0])

static int is_dtype(glr_dtype dtype)
{
    size_t number = (size_t)dtype;
    return number < DTYPE_COUNT && dtypes[number].name != NULL;
}

const char *glr_dtype_name(glr_dtype dtype) { return is_dtype(dtype) ? dtypes[dtype].name : "unknown dtype"; }

size_t glr_dtype_size(glr_dtype dtype) { return is_dtype(dtype) ? dtypes[dtype].size : 0; }

int glr_dtype_is_floating(glr_dtype dtype) { return dtype >= GLR_FLOAT32 && dtype <= GLR_FLOAT8_E5M2; }

glr_dtype glr_dtype_of_name(const char *name)
{
    for (size_t i = 0; name != NULL && i < DTYPE_COUNT; i++) {
        if (dtypes[i].name != NULL && strcmp(dtypes[i].name, name) == 0) {
            return (glr_dtype)i;
        }
    }
    return GLR_DTYPE_NONE;
}
