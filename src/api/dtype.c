/* Element types: names, sizes, and one element of a constant. */
#include "make_plan.h"

#include "call.h"
#include "core/round.h"
#include "text/ascii.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const struct {
    const char *name, *aliases; /* separated by spaces */
    size_t size;
    int value_bits, is_signed; /* of integers; 0 for floats */
    int is_power;              /* powers of two alone */
} dtypes[] = {
#define OF_FLOAT(NAME, number, name, bits, aliases, ...) [number] = {#name, aliases, (bits) / 8, 0, 0, 0},
#define OF_INTEGER(NAME, number, name, bits, aliases, tag, descr, value_bits, is_signed)                     \
    [number] = {#name, aliases, (bits) / 8, value_bits, is_signed, 0},
#define OF_POWER(NAME, number, name, bits, aliases, ...) [number] = {#name, aliases, (bits) / 8, 0, 0, 1},
    GLR_FOR_EACH_DTYPE(OF_FLOAT, OF_FLOAT, OF_INTEGER, OF_POWER)};

#define SAME_NUMBER(NAME, number, ...)                                                                       \
    _Static_assert(GLR_DTYPE_##NAME == (number), "the enumerator's value is the table's");
GLR_FOR_EACH_DTYPE(SAME_NUMBER, SAME_NUMBER, SAME_NUMBER, SAME_NUMBER)

#define DTYPE_COUNT (sizeof dtypes / sizeof dtypes[0])

static int is_dtype(glr_dtype dtype)
{
    size_t number = (size_t)dtype;
    return number < DTYPE_COUNT && dtypes[number].name != NULL;
}

const char *glr_dtype_name(glr_dtype dtype) { return is_dtype(dtype) ? dtypes[dtype].name : "unknown dtype"; }

size_t glr_dtype_size(glr_dtype dtype) { return is_dtype(dtype) ? dtypes[dtype].size : 0; }

uint32_t glr_dtype_is_floating(glr_dtype dtype) { return is_dtype(dtype) && dtypes[dtype].value_bits == 0; }

int glr_dtype_is_power(glr_dtype dtype) { return is_dtype(dtype) && dtypes[dtype].is_power; }

/* Whether a name is one of those in a list that spaces separate. */
static bool is_in(const char *list, const char *name)
{
    const size_t length = strlen(name);
    while (*list != '\0') {
        const size_t next = strcspn(list, " ");
        if (next == length && glr_ascii_equal(list, name, length)) {
            return true;
        }
        list += next + strspn(list + next, " ");
    }
    return false;
}

static glr_dtype find(const char *name)
{
    for (size_t i = 0; i < DTYPE_COUNT; i++) {
        if (dtypes[i].name != NULL && (is_in(dtypes[i].name, name) || is_in(dtypes[i].aliases, name))) {
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

/* ---- Constants ---------------------------------------------------------------------------------------- */

static void store_bits(uint64_t bits, unsigned char element[8])
{
    /* In two's complement the low bytes of the 64-bit value are those of every narrower type. */
    for (int i = 0; i < 8; i++) {
        element[i] = (unsigned char)(bits >> (8 * i) & 0xffU);
    }
}

/* The range of an integer type is [-2^bits, 2^bits), or [0, 2^bits). */
static int magnitude_bits(glr_dtype dtype) { return dtypes[dtype].value_bits - dtypes[dtype].is_signed; }

void glr_integer_range(glr_dtype dtype, double *least, double *end)
{
    *end = ldexp(1.0, magnitude_bits(dtype));
    *least = dtypes[dtype].is_signed ? -*end : 0.0;
}

static glr_status encode_double_as_integer(const glr_params *params, glr_dtype dtype,
                                           unsigned char element[8])
{
    const double value = params->shift;
    double least, end;
    glr_integer_range(dtype, &least, &end);
    if (!(value >= least && value < end) || value != floor(value)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s: %.17g is not a value of %s", params->member,
                        value, glr_dtype_name(dtype));
    }
    store_bits(value < 0.0 ? (uint64_t)(int64_t)value : (uint64_t)value, element);
    return GLR_OK;
}

static glr_status encode_integer(const glr_params *params, glr_dtype dtype, unsigned char element[8])
{
    const uint64_t bits = (uint64_t)params->integer, max = UINT64_MAX >> (64 - magnitude_bits(dtype));
    const bool negative = params->number == GLR_NUMBER_INT64 && params->integer < 0;
    if (params->number == GLR_NUMBER_DOUBLE) {
        return encode_double_as_integer(params, dtype, element);
    }
    if (negative ? !dtypes[dtype].is_signed || ~bits > max : bits > max) { /* ~bits is -value - 1 */
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.integer: %s%" PRIu64 " is not a value of %s",
                        negative ? "-" : "", negative ? 0 - bits : bits, glr_dtype_name(dtype));
    }
    store_bits(bits, element);
    return GLR_OK;
}

/* To float32, an integer in one rounding. */
static glr_status encode_float32(const glr_params *params, float *rounded)
{
    switch (params->number) {
    case GLR_NUMBER_INT64: *rounded = (float)params->integer; return GLR_OK;
    case GLR_NUMBER_UINT64: *rounded = (float)(uint64_t)params->integer; return GLR_OK;
    default: return glr_round_to_float32(params->member, params->shift, rounded);
    }
}

/* The nearest power of two, the greater one of two that are as near; below 2^-126 the lesser one where that
   is reached, else the greater. NaN beyond the greatest. As ml_dtypes and torch round float32 to the type. */
static glr_status encode_power(const glr_params *params, float value, glr_dtype dtype,
                               unsigned char element[8])
{
    if (value <= 0.0F) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "initializer.%s: %.17g is not a value of %s: those are above 0 in float32",
                        params->number == GLR_NUMBER_DOUBLE ? params->member : "integer", params->shift,
                        glr_dtype_name(dtype));
    }
    const uint32_t bits = glr_bits_of(value) & 0x7fffffffU, is_subnormal = bits < 0x800000U;
    const uint32_t code = (bits + 0x400000U - is_subnormal) >> 23;
    store_bits(code < 0xffU ? code : 0xffU, element);
    return GLR_OK;
}

glr_status glr_encode_constant(const glr_params *params, glr_dtype dtype, unsigned char element[8])
{
    if (dtype == GLR_DTYPE_FLOAT64) {
        memcpy(element, &params->shift, sizeof params->shift);
        return GLR_OK;
    }
    if (!glr_dtype_is_floating(dtype)) {
        return encode_integer(params, dtype, element);
    }
    float rounded;
    glr_status status = encode_float32(params, &rounded);
    if (status != GLR_OK) {
        return status;
    }
    if (glr_dtype_is_power(dtype)) {
        return encode_power(params, rounded, dtype, element);
    }
    store_bits(glr_code_of(rounded, (uint32_t)dtype), element);
    return GLR_OK;
}
