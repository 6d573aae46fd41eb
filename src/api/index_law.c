/* From an initializer and a tensor to a law of the index: see core/index.h. Logarithms of parameters are the
   core's, so that every machine makes the same law. */
#include "call.h"
#include "initializer.h"
#include "make_plan.h"

#include <inttypes.h>
#include <math.h>

/* Parameters are at most this, or at least its inverse: their logarithms have the bits that laws give them.
 */
#define LARGEST_TIMESCALE 1e18
#define SMALLEST_DT       1e-18
#define LARGEST_DT        32.0

/* Positions and channels: an angle is then right to 2^-28. */
#define MOST_POSITIONS (INT64_C(1) << 32)

/* A binary logarithm, rounded down: whole + fraction / 2^64. */
typedef struct logarithm {
    int whole;
    uint64_t fraction;
} logarithm;

static logarithm log2_of(double positive)
{
    logarithm result;
    const double significand = frexp(positive, &result.whole); /* in [1/2, 1) */
    result.whole--;
    result.fraction = glr_fixed_log2((uint64_t)ldexp(significand, 53) << 11);
    return result;
}

/* The same with GLR_LOG2_BITS bits of fraction, in two's complement. */
static uint64_t fixed_log2_of(double positive)
{
    const logarithm log2 = log2_of(positive);
    return ((uint64_t)(int64_t)log2.whole << GLR_LOG2_BITS) | log2.fraction >> (64 - GLR_LOG2_BITS);
}

/* Coordinate c has these; a dimension of 0 makes a tensor without elements. */
static void set_coordinate(glr_index_law *law, int c, uint64_t step, uint64_t extent)
{
    law->step[c] = step > 0 ? step : 1;
    law->extent[c] = extent > 0 ? extent : 1;
}

static glr_status fail_rank(const glr_initializer *initializer, const glr_tensor *tensor, const char *ranks)
{
    return glr_fail(GLR_ERROR_SHAPE, "tensor.rank: %s needs %s, not %u", glr_kind_name(initializer->kind),
                    ranks, tensor->rank);
}

static glr_status make_log_arange(const glr_initializer *initializer, const glr_tensor *tensor,
                                  glr_index_law *law)
{
    if (tensor->rank == 0) {
        return fail_rank(initializer, tensor, "at least 1 axis");
    }
    law->law = GLR_LAW_LOG_ARANGE;
    set_coordinate(law, 0, 1, (uint64_t)tensor->shape[tensor->rank - 1]);
    return GLR_OK;
}

static glr_status check_dt(const char *member, const char *name, double value)
{
    return value >= SMALLEST_DT && value <= LARGEST_DT
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s: %s, %g, is not in [%g, %g]", member, name,
                          value, SMALLEST_DT, LARGEST_DT);
}

static glr_status make_dt_bias(const glr_initializer *initializer, glr_index_law *law)
{
    const double low = initializer->minval, high = initializer->maxval, least = initializer->value;
    glr_status status = check_dt("minval", "dt_min", low);
    if (status == GLR_OK) {
        status = check_dt("maxval", "dt_max", high);
    }
    if (status != GLR_OK) {
        return status;
    }
    if (low > high) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.minval: dt_min, %g, is more than dt_max, %g", low,
                        high);
    }
    if (!(least >= 0.0 && least <= LARGEST_DT)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.value: dt_init_floor, %g, is not in [0, %g]", least,
                        LARGEST_DT);
    }
    law->law = GLR_LAW_DT_BIAS;
    law->drawn = 4;
    law->number[0] = fixed_log2_of(low);
    law->number[1] = fixed_log2_of(high) - law->number[0];
    law->number[2] = fixed_log2_of(least > low ? least : low);
    return GLR_OK;
}

/* log2(M) / divisor in units of 2^-96, by long division. */
static void divide_logarithm(logarithm log2, uint64_t divisor, glr_index_law *law)
{
    const uint64_t digits[3] = {(uint64_t)log2.whole << 32 | log2.fraction >> 32, log2.fraction & 0xffffffffU,
                                0};
    uint64_t quotients[3], rest = 0;
    for (int i = 0; i < 3; i++) {
        const uint64_t part = rest << 32 | digits[i];
        quotients[i] = part / divisor;
        rest = part % divisor;
    }
    law->number[0] = quotients[0];
    law->number[1] = quotients[1] << 32 | quotients[2];
}

static glr_status check_positions(const glr_tensor *tensor, uint32_t axis, const char *what)
{
    return tensor->shape[axis] <= MOST_POSITIONS
               ? GLR_OK
               : glr_fail(GLR_ERROR_SHAPE, "tensor.shape[%u]: %" PRId64 " %s are more than 2^32", axis,
                          tensor->shape[axis], what);
}

static glr_status check_sinusoids(const glr_initializer *initializer, const glr_tensor *tensor)
{
    if (tensor->rank < 2) {
        return fail_rank(initializer, tensor, "at least 2 axes");
    }
    const uint32_t channels = tensor->rank - 1;
    if (tensor->shape[channels] % 2 != 0) {
        return glr_fail(GLR_ERROR_SHAPE, "tensor.shape[%u]: %" PRId64 " channels are not an even number",
                        channels, tensor->shape[channels]);
    }
    if (!(initializer->scale >= 1.0 && initializer->scale <= LARGEST_TIMESCALE)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.scale: max_timescale, %g, is not in [1, %g]",
                        initializer->scale, LARGEST_TIMESCALE);
    }
    const glr_status status = check_positions(tensor, channels, "channels");
    return status == GLR_OK ? check_positions(tensor, channels - 1, "positions") : status;
}

static glr_status make_sinusoids(const glr_initializer *initializer, const glr_tensor *tensor,
                                 glr_index_law *law)
{
    const glr_status status = check_sinusoids(initializer, tensor);
    if (status != GLR_OK) {
        return status;
    }
    const int is_interleaved = initializer->kind == GLR_KIND_SINUSOIDS_INTERLEAVED;
    const uint64_t channels = (uint64_t)tensor->shape[tensor->rank - 1], half = channels / 2;
    const uint64_t divisor = is_interleaved ? half : half - 1;
    law->law = is_interleaved ? GLR_LAW_INTERLEAVED : GLR_LAW_SINUSOIDS;
    set_coordinate(law, 0, 1, channels);
    set_coordinate(law, 1, channels, (uint64_t)tensor->shape[tensor->rank - 2]);
    divide_logarithm(log2_of(initializer->scale), half > 1 ? divisor : 1, law);
    return GLR_OK;
}

static glr_status make_identity(const glr_initializer *initializer, const glr_tensor *tensor,
                                glr_index_law *law)
{
    if (tensor->rank != 2) {
        return fail_rank(initializer, tensor, "2 axes");
    }
    if (!isfinite(initializer->scale)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.scale: gain, %g, is not finite", initializer->scale);
    }
    const uint64_t rows = (uint64_t)tensor->shape[0], columns = (uint64_t)tensor->shape[1];
    law->law = GLR_LAW_DIAGONAL;
    set_coordinate(law, 0, 1, 1);
    set_coordinate(law, 1, columns, rows);
    set_coordinate(law, 2, 1, columns);
    return GLR_OK;
}

/* As torch.nn.init.dirac_: in each group of output channels, channel d has a 1 for input d, in the middle of
   the spatial axes. */
static glr_status make_dirac(const glr_initializer *initializer, const glr_tensor *tensor, glr_index_law *law)
{
    if (tensor->rank < 3 || tensor->rank > 5) {
        return fail_rank(initializer, tensor, "3 to 5 axes");
    }
    const int is_torch = initializer->layout == GLR_LAYOUT_TORCH;
    const uint32_t out_axis = is_torch ? 0 : tensor->rank - 1;
    const uint32_t in_axis = is_torch ? 1 : tensor->rank - 2;
    const uint64_t out = (uint64_t)tensor->shape[out_axis], in = (uint64_t)tensor->shape[in_axis];
    if (initializer->integer < 1 || out % (uint64_t)initializer->integer != 0) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "initializer.integer: %" PRId64 " groups do not divide the %" PRIu64
                        " output channels",
                        initializer->integer, out);
    }
    uint64_t places = 1, middle = 0;
    for (uint32_t a = is_torch ? 2 : 0; a < (is_torch ? tensor->rank : in_axis); a++) {
        const uint64_t size = (uint64_t)tensor->shape[a];
        middle = middle * size + size / 2;
        places *= size;
    }
    law->law = GLR_LAW_DIAGONAL;
    law->number[0] = middle;
    set_coordinate(law, 0, is_torch ? 1 : in * out, places);
    set_coordinate(law, 1, is_torch ? places : out, in);
    set_coordinate(law, 2, is_torch ? places * in : 1, out / (uint64_t)initializer->integer);
    return GLR_OK;
}

/* Bytes that are not chosen for it are NaNs in floating-point types, and other than 0 and 1 in bool. */
static glr_status make_bytes(const glr_initializer *initializer, const glr_tensor *tensor, glr_index_law *law)
{
    if (glr_dtype_is_floating(tensor->dtype) || tensor->dtype == GLR_DTYPE_BOOL) {
        return glr_fail(GLR_ERROR_UNSUPPORTED, "tensor.dtype: %s draws integers, not %s",
                        glr_kind_name(initializer->kind), glr_dtype_name(tensor->dtype));
    }
    law->law = GLR_LAW_BYTES;
    law->drawn = (uint32_t)glr_dtype_size(tensor->dtype);
    return GLR_OK;
}

/* The gates of Keras's LSTM in its bias: input, forget, cell, output. */
#define GATES       4
#define FORGET_GATE 1

static glr_status make_unit_forget_bias(const glr_initializer *initializer, const glr_tensor *tensor,
                                        glr_index_law *law)
{
    if (tensor->rank == 0) {
        return fail_rank(initializer, tensor, "at least 1 axis");
    }
    const uint32_t last = tensor->rank - 1;
    if (tensor->shape[last] % GATES != 0) {
        return glr_fail(GLR_ERROR_SHAPE, "tensor.shape[%u]: %" PRId64 " is not divisible by the %d gates",
                        last, tensor->shape[last], GATES);
    }
    law->law = GLR_LAW_DIAGONAL;
    law->number[0] = FORGET_GATE;
    set_coordinate(law, 0, (uint64_t)tensor->shape[last] / GATES, GATES);
    return GLR_OK;
}

glr_status glr_make_index_law(const glr_initializer *initializer, const glr_tensor *tensor,
                              glr_index_law *law)
{
    for (int c = 0; c < GLR_LAW_COORDINATES; c++) {
        set_coordinate(law, c, 1, 1);
    }
    switch (initializer->kind) {
    case GLR_KIND_LOG_ARANGE: return make_log_arange(initializer, tensor, law);
    case GLR_KIND_DT_BIAS: return make_dt_bias(initializer, law);
    case GLR_KIND_SINUSOIDS:
    case GLR_KIND_SINUSOIDS_INTERLEAVED: return make_sinusoids(initializer, tensor, law);
    case GLR_KIND_IDENTITY: return make_identity(initializer, tensor, law);
    case GLR_KIND_RANDOM_BYTES: return make_bytes(initializer, tensor, law);
    case GLR_KIND_UNIT_FORGET_BIAS: return make_unit_forget_bias(initializer, tensor, law);
    default: return make_dirac(initializer, tensor, law);
    }
}

/* ---- Descriptions -------------------------------------------------------------------------------------- */

/* Of more values than this, as many evenly spaced ones are summed. */
#define MOST_SUMMED 4096

static void set_moments(double mean, double mean_square, glr_summary *summary)
{
    summary->mean = mean;
    summary->stddev = sqrt(fmax(mean_square - mean * mean, 0.0));
}

static void describe_log_arange(const glr_index_law *law, glr_summary *summary)
{
    const uint64_t n = law->extent[0], count = n < MOST_SUMMED ? n : MOST_SUMMED;
    double sum = 0.0, squares = 0.0;
    for (uint64_t i = 0; i < count; i++) {
        const double value = log(1.0 + floor(((double)i + 0.5) * (double)n / (double)count));
        sum += value;
        squares += value * value;
    }
    set_moments(sum / (double)count, squares / (double)count, summary);
    summary->upper = log((double)n);
}

static double inverse_softplus(double dt) { return dt + log(-expm1(-dt)); }

static void describe_dt_bias(const glr_initializer *initializer, glr_summary *summary)
{
    const double low = log(initializer->minval), range = log(initializer->maxval) - low;
    const double least = initializer->value;
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < MOST_SUMMED; i++) {
        const double value = inverse_softplus(fmax(exp(low + range * (i + 0.5) / MOST_SUMMED), least));
        sum += value;
        squares += value * value;
    }
    set_moments(sum / MOST_SUMMED, squares / MOST_SUMMED, summary);
    summary->lower = inverse_softplus(fmax(initializer->minval, least));
    summary->upper = inverse_softplus(fmax(initializer->maxval, least));
}

/* The sum of sin(p f) + cos(p f) over positions p from 0. */
static double sum_of_waves(double f, double positions)
{
    const double half = f / 2.0, middle = (positions - 1.0) * half;
    return (sin(middle) + cos(middle)) * sin(positions * half) / sin(half);
}

/* Each angle has its sine and its cosine, whose squares sum to 1. */
static void describe_sinusoids(const glr_initializer *initializer, const glr_index_law *law,
                               glr_summary *summary)
{
    const uint64_t half = law->extent[0] / 2, count = half < MOST_SUMMED ? half : MOST_SUMMED;
    const uint64_t divisor = initializer->kind == GLR_KIND_SINUSOIDS && half > 1 ? half - 1 : half;
    const double positions = (double)law->extent[1];
    double sum = 0.0;
    for (uint64_t i = 0; i < count; i++) {
        const double j = floor(((double)i + 0.5) * (double)half / (double)count);
        sum += sum_of_waves(pow(initializer->scale, -j / (double)divisor), positions);
    }
    set_moments(count > 0 ? sum / (2.0 * (double)count * positions) : 0.0, 0.5, summary);
    summary->lower = -1.0;
    summary->upper = 1.0;
}

/* The share of ones: each place, input and output of a group has the same number of elements. */
static void describe_diagonal(const glr_initializer *initializer, const glr_index_law *law,
                              glr_summary *summary)
{
    const double value = initializer->kind == GLR_KIND_IDENTITY ? initializer->scale : 1.0;
    const double longer = fmax((double)law->extent[1], (double)law->extent[2]);
    const double share = 1.0 / ((double)law->extent[0] * longer);
    set_moments(value * share, value * value * share, summary);
    summary->lower = share < 1.0 ? fmin(value, 0.0) : value;
    summary->upper = share < 1.0 ? fmax(value, 0.0) : value;
}

/* Integers that are all as likely. */
static void describe_bytes(glr_dtype dtype, glr_summary *summary)
{
    double end;
    glr_integer_range(dtype, &summary->lower, &end);
    const double count = end - summary->lower;
    summary->upper = end - 1.0;
    summary->mean = (summary->lower + end) / 2.0 - 0.5;
    summary->stddev = sqrt((count * count - 1.0) / 12.0);
}

void glr_describe_index_law(const glr_initializer *initializer, glr_dtype dtype, const glr_index_law *law,
                            glr_summary *summary)
{
    switch (initializer->kind) {
    case GLR_KIND_LOG_ARANGE: describe_log_arange(law, summary); return;
    case GLR_KIND_DT_BIAS: describe_dt_bias(initializer, summary); return;
    case GLR_KIND_SINUSOIDS:
    case GLR_KIND_SINUSOIDS_INTERLEAVED: describe_sinusoids(initializer, law, summary); return;
    case GLR_KIND_RANDOM_BYTES: describe_bytes(dtype, summary); return;
    default: describe_diagonal(initializer, law, summary);
    }
}
