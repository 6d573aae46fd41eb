/* Element types: names and sizes. */
#include "text/ascii.h"

#include "glorand/glorand.h"

#include <stdbool.h>
#include <string.h>

#define MAX_ALIASES 5

/* The first name is glorand's and NumPy's. The others are those of safetensors, PyTorch, JAX and TensorFlow,
   as far as they mean the same everywhere: a bare "float" is 32 bits to PyTorch and 64 to NumPy, and
   float8_e4m3 is another type to ml_dtypes. */
static const struct {
    const char *name;
    size_t size;
    const char *alias[MAX_ALIASES];
} dtypes[] = {
    [GLR_DTYPE_FLOAT32] = {"float32", 4, {"f32", "fp32", "single", "torch.float"}},
    [GLR_DTYPE_FLOAT64] = {"float64", 8, {"f64", "fp64", "double"}},
    [GLR_DTYPE_FLOAT16] = {"float16", 2, {"f16", "fp16", "half"}},
    [GLR_DTYPE_BFLOAT16] = {"bfloat16", 2, {"bf16"}},
    [GLR_DTYPE_FLOAT8_E4M3FN] = {"float8_e4m3fn", 1, {"f8_e4m3", "f8_e4m3fn"}},
    [GLR_DTYPE_FLOAT8_E5M2] = {"float8_e5m2", 1, {"f8_e5m2"}},
    [GLR_DTYPE_BOOL] = {"bool", 1, {"bool_"}},
    [GLR_DTYPE_INT8] = {"int8", 1, {"i8", "torch.char"}},
    [GLR_DTYPE_INT16] = {"int16", 2, {"i16", "short"}},
    [GLR_DTYPE_INT32] = {"int32", 4, {"i32", "torch.int"}},
    [GLR_DTYPE_INT64] = {"int64", 8, {"i64", "torch.long"}},
    [GLR_DTYPE_UINT8] = {"uint8", 1, {"u8", "torch.byte"}},
    [GLR_DTYPE_UINT16] = {"uint16", 2, {"u16"}},
    [GLR_DTYPE_UINT32] = {"uint32", 4, {"u32"}},
    [GLR_DTYPE_UINT64] = {"uint64", 8, {"u64"}},
};

#define DTYPE_COUNT (sizeof dtypes / sizeof dtypes[0])

static int is_dtype(glr_dtype dtype)
{
    size_t number = (size_t)dtype;
    return number < DTYPE_COUNT && dtypes[number].name != NULL;
}

const char *glr_dtype_name(glr_dtype dtype) { return is_dtype(dtype) ? dtypes[dtype].name : "unknown dtype"; }

size_t glr_dtype_size(glr_dtype dtype) { return is_dtype(dtype) ? dtypes[dtype].size : 0; }

uint32_t glr_dtype_is_floating(glr_dtype dtype)
{
    return dtype >= GLR_DTYPE_FLOAT32 && dtype <= GLR_DTYPE_FLOAT8_E5M2;
}

static bool same(const char *a, const char *b)
{
    const size_t length = strlen(a);
    return strlen(b) == length && glr_ascii_equal(a, b, length);
}

static bool is_name_of(size_t dtype, const char *name)
{
    bool found = dtypes[dtype].name != NULL && same(dtypes[dtype].name, name);
    for (size_t i = 0; !found && i < MAX_ALIASES && dtypes[dtype].alias[i] != NULL; i++) {
        found = same(dtypes[dtype].alias[i], name);
    }
    return found;
}

static glr_dtype find(const char *name)
{
    for (size_t i = 0; i < DTYPE_COUNT; i++) {
        if (is_name_of(i, name)) {
            return (glr_dtype)i;
        }
    }
    return GLR_DTYPE_NONE;
}

/* A name without the module before it, as in "torch.bfloat16". */
static const char *without_module(const char *name)
{
    static const char *const modules[] = {"torch.", "tf.",        "tf.dtypes.", "np.",      "numpy.",
                                          "jnp.",   "jax.numpy.", "ml_dtypes.", "mx.core.", "mlx.core."};
    const char *dot = strrchr(name, '.');
    const size_t length = dot == NULL ? 0 : (size_t)(dot + 1 - name);
    for (size_t i = 0; dot != NULL && i < sizeof modules / sizeof modules[0]; i++) {
        if (strlen(modules[i]) == length && memcmp(modules[i], name, length) == 0) {
            return name + length;
        }
    }
    return name;
}

glr_dtype glr_dtype_of_name(const char *name)
{
    if (name == NULL) {
        return GLR_DTYPE_NONE;
    }
    const glr_dtype dtype = find(name);
    return dtype != GLR_DTYPE_NONE ? dtype : find(without_module(name));
}
