#include "../law.h"
#include "commands.h"
#include "gpu_case.h"

#include <string.h>

static const struct {
    const char *name;
    glr_kind kind;
    glr_method method;
    bench_bounds bounds;
} methods[] = {
    {"resample", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_RESAMPLE, BENCH_2S},
    {"icdf", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_ICDF, BENCH_2S},
    {"resample-values", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_RESAMPLE, BENCH_VALUES},
    {"icdf-values", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_ICDF, BENCH_VALUES},
    {"random_normal", GLR_KIND_RANDOM_NORMAL, GLR_METHOD_RESAMPLE, BENCH_2S},
    {"random_uniform", GLR_KIND_RANDOM_UNIFORM, GLR_METHOD_RESAMPLE, BENCH_2S},
    {"constant", GLR_KIND_CONSTANT, GLR_METHOD_RESAMPLE, BENCH_2S},
};

static const glr_dtype dtypes[] = {
    GLR_DTYPE_FLOAT32, GLR_DTYPE_BFLOAT16,      GLR_DTYPE_FLOAT16,
    GLR_DTYPE_FLOAT64, GLR_DTYPE_FLOAT8_E4M3FN, GLR_DTYPE_FLOAT8_E5M2,
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Rows of a strided case, and how far apart they are: as if two such matrices lay side by side. */
#define ROW        256
#define ROW_STRIDE 512

/* Which layout a number stands for. */
static bool is_strided(size_t number) { return number >= COUNT(methods) * COUNT(dtypes); }

size_t gpu_case_count(void) { return COUNT(methods) * COUNT(dtypes) * 2; }

gpu_case gpu_case_at(size_t number, uint64_t bytes)
{
    gpu_case c = {0};
    const size_t method = number / COUNT(dtypes) % COUNT(methods);
    const glr_dtype dtype = dtypes[number % COUNT(dtypes)];
    c.is_strided = is_strided(number);
    c.method = methods[method].name;
    c.initializer = bench_initializer(methods[method].kind, methods[method].method, methods[method].bounds);
    c.initializer.value = -0.375; /* of the constant: exact in each dtype */
    c.bytes = bytes;
    c.elements = bytes / glr_dtype_size(dtype);
    c.row = c.elements;
    c.tensor.dtype = dtype;
    c.tensor.rank = 1;
    c.tensor.shape[0] = (int64_t)c.elements;
    if (c.is_strided) {
        c.row = ROW;
        c.tensor.rank = 2;
        c.tensor.shape[0] = (int64_t)(c.elements / ROW);
        c.tensor.shape[1] = ROW;
        c.tensor.strides[0] = ROW_STRIDE;
        c.tensor.strides[1] = 1;
    }
    (void)glr_tensor_extent(&c.tensor, NULL, &c.room);
    return c;
}

bool gpu_case_named(const char *method, glr_dtype dtype, uint64_t bytes, gpu_case *c)
{
    for (size_t number = 0; !is_strided(number); number++) {
        *c = gpu_case_at(number, bytes);
        if (strcmp(c->method, method) == 0 && c->tensor.dtype == dtype) {
            return true;
        }
    }
    return false;
}

uint64_t gpu_case_bytes(size_t number, uint64_t size, uint64_t room)
{
    const uint64_t max = is_strided(number) ? room / (ROW_STRIDE / ROW) : room;
    return size == SIZE_LARGEST ? max / SIZE_UNIT * SIZE_UNIT : size;
}
