/* Bad input: one wrong argument each, the status, and the message with the value in it; nothing is written.
 */
#include "support/golden.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* The arguments of a good call: each row changes one. */
typedef struct call {
    glr_device *device;
    glr_initializer initializer;
    glr_tensor tensor;
    void *dst;
    uint64_t bytes;
    glr_initializer *initializer_pointer;
    glr_tensor *tensor_pointer;
} call;

typedef struct row {
    const char *name;
    void (*change)(call *c);
    glr_status status;
    const char *message; /* a part of it */
} row;

#define BREAK(name, statement)                                                                               \
    static void name(call *c) { statement; }

#define INIT   c->initializer
#define TENSOR c->tensor

BREAK(no_device, c->device = NULL)
BREAK(no_initializer, c->initializer_pointer = NULL)
BREAK(no_tensor, c->tensor_pointer = NULL)
BREAK(no_dst, c->dst = NULL)
BREAK(one_byte_short, c->bytes = 4 * 12 - 1)
BREAK(tensor_reserved, TENSOR.reserved[7] = 7)
BREAK(initializer_reserved, INIT.reserved[0] = 9999)
BREAK(no_dtype, TENSOR.dtype = GLR_DTYPE_NONE)
BREAK(dtype_99, TENSOR.dtype = (glr_dtype)99)
BREAK(rank_17, TENSOR.rank = 17)
BREAK(negative_dimension, TENSOR.shape[1] = -5)
BREAK(large_dimension, TENSOR.shape[0] = (INT64_C(1) << 56) + 1)
BREAK(large_product, TENSOR.shape[0] = INT64_C(1) << 40; TENSOR.shape[1] = INT64_C(1) << 17)
BREAK(overflowing_product, TENSOR.shape[0] = INT64_MAX; TENSOR.shape[1] = INT64_MAX)
BREAK(large_beside_zero, TENSOR.rank = 3; TENSOR.shape[0] = 0; TENSOR.shape[1] = INT64_MAX;
      TENSOR.shape[2] = 2)
BREAK(part_3, TENSOR.part = (glr_part)3)

static void box(call *c, int64_t start0, int64_t start1, int64_t extent0, int64_t extent1)
{
    TENSOR.part = GLR_PART_BOX;
    TENSOR.start[0] = start0;
    TENSOR.start[1] = start1;
    TENSOR.extent[0] = extent0;
    TENSOR.extent[1] = extent1;
}

static void range(call *c, int64_t first, int64_t count)
{
    TENSOR.part = GLR_PART_RANGE;
    TENSOR.first = first;
    TENSOR.count = count;
}

static void strides(call *c, int64_t stride0, int64_t stride1)
{
    TENSOR.strides[0] = stride0;
    TENSOR.strides[1] = stride1;
}

BREAK(box_before, box(c, 0, -1, 1, 1))
BREAK(box_start_behind, box(c, 4, 0, 0, 1))
BREAK(box_extent_negative, box(c, 0, 0, -1, 1))
BREAK(box_behind, box(c, 1, 2, 1, 3))
BREAK(box_overflow, box(c, 1, 0, INT64_MAX, 1))
BREAK(range_before, range(c, -1, 2))
BREAK(range_start_behind, range(c, 13, 0))
BREAK(range_count_negative, range(c, 0, -2))
BREAK(range_behind, range(c, 10, 3))
BREAK(range_overflow, range(c, 1, INT64_MAX))
BREAK(range_strides, range(c, 0, 2); strides(c, 4, 1))
BREAK(stride_negative, strides(c, 4, -1))
BREAK(stride_zero, strides(c, 4, 0))
BREAK(stride_overlap, strides(c, 3, 1))
BREAK(stride_same, strides(c, 5, 5))
BREAK(stride_overflow, strides(c, INT64_MAX, 1))
BREAK(stride_needs_bytes, strides(c, 5, 1); c->bytes = 4 * 13)

BREAK(no_kind, INIT.kind = GLR_KIND_NONE)
BREAK(kind_77, INIT.kind = (glr_kind)77)
BREAK(method_2, INIT.method = (glr_method)2)
BREAK(layout_2, INIT.layout = (glr_layout)2)
BREAK(seeding_3, INIT.seeding = (glr_seeding)3)
BREAK(stddev_negative, INIT = glr_truncated_normal(0.0, -0.5, 1))
BREAK(stddev_nan, INIT = glr_random_normal(0.0, NAN, 1))
BREAK(stddev_infinite, INIT = glr_random_normal(0.0, INFINITY, 1))
BREAK(stddev_large, INIT = glr_random_normal(0.0, 1e39, 1))
BREAK(mean_nan, INIT = glr_truncated_normal(NAN, 1.0, 1))
BREAK(mean_large, INIT = glr_truncated_normal(-1e300, 1.0, 1))
BREAK(bounds_swapped, INIT = glr_random_uniform(0.5, 0.25, 1))
BREAK(minval_nan, INIT = glr_random_uniform(NAN, 0.25, 1))
BREAK(maxval_infinite, INIT = glr_random_uniform(0.0, INFINITY, 1))
BREAK(maxval_large, INIT = glr_random_uniform(0.0, 1e39, 1))
BREAK(difference_infinite, INIT = glr_random_uniform(-3e38, 3e38, 1))
BREAK(difference_infinite_f64, INIT = glr_random_uniform(-1e308, 1e308, 1); TENSOR.dtype = GLR_DTYPE_FLOAT64;
      c->bytes = 96)
BREAK(scale_zero, INIT = glr_variance_scaling(0.0, GLR_MODE_FAN_IN, GLR_DISTRIBUTION_UNIFORM, 1))
BREAK(scale_negative, INIT = glr_variance_scaling(-2.0, GLR_MODE_FAN_IN, GLR_DISTRIBUTION_UNIFORM, 1))
BREAK(scale_nan, INIT = glr_variance_scaling(NAN, GLR_MODE_FAN_IN, GLR_DISTRIBUTION_UNIFORM, 1))
BREAK(scale_large, INIT = glr_variance_scaling(1e300, GLR_MODE_FAN_IN, GLR_DISTRIBUTION_TRUNCATED_NORMAL, 1))
BREAK(mode_4, INIT = glr_variance_scaling(1.0, (glr_mode)4, GLR_DISTRIBUTION_UNIFORM, 1))
BREAK(distribution_3, INIT = glr_variance_scaling(1.0, GLR_MODE_FAN_IN, (glr_distribution)3, 1))
BREAK(value_large, INIT = glr_constant(1e39))
BREAK(value_fraction, INIT = glr_constant(0.5); TENSOR.dtype = GLR_DTYPE_INT32)
BREAK(value_beyond, INIT = glr_constant(128.0); TENSOR.dtype = GLR_DTYPE_INT8)
BREAK(value_below, INIT = glr_constant(-1.0); TENSOR.dtype = GLR_DTYPE_UINT64; c->bytes = 96)
BREAK(value_bool, INIT = glr_constant(2.0); TENSOR.dtype = GLR_DTYPE_BOOL)
BREAK(value_nan_int, INIT = glr_constant(NAN); TENSOR.dtype = GLR_DTYPE_INT16)
BREAK(integer_beyond, INIT = glr_constant_uint64(UINT64_MAX); TENSOR.dtype = GLR_DTYPE_INT64; c->bytes = 96)
BREAK(integer_below, INIT = glr_constant_int64(-INT64_MAX); TENSOR.dtype = GLR_DTYPE_UINT64; c->bytes = 96)
BREAK(number_3, INIT = glr_constant(1.0); INIT.number = (glr_number)3)
BREAK(power_zeros, INIT = glr_zeros(); TENSOR.dtype = GLR_DTYPE_FLOAT8_E8M0FNU)
BREAK(power_negative, INIT = glr_constant(-2.0); TENSOR.dtype = GLR_DTYPE_FLOAT8_E8M0FNU)
BREAK(power_infinite, INIT = glr_constant(-INFINITY); TENSOR.dtype = GLR_DTYPE_FLOAT8_E8M0FNU)
BREAK(power_tiny, INIT = glr_constant(1e-50); TENSOR.dtype = GLR_DTYPE_FLOAT8_E8M0FNU)
BREAK(power_large, INIT = glr_constant(1e39); TENSOR.dtype = GLR_DTYPE_FLOAT8_E8M0FNU)
BREAK(power_integer, INIT = glr_constant_int64(-INT64_MAX); TENSOR.dtype = GLR_DTYPE_FLOAT8_E8M0FNU)
BREAK(power_random, INIT = glr_he_normal(1); TENSOR.dtype = GLR_DTYPE_FLOAT8_E8M0FNU)
BREAK(power_identity, INIT = glr_identity(1.0); TENSOR.dtype = GLR_DTYPE_FLOAT8_E8M0FNU)
BREAK(power_bytes, INIT = glr_random_bytes(1); TENSOR.dtype = GLR_DTYPE_FLOAT8_E8M0FNU)
BREAK(random_integers, TENSOR.dtype = GLR_DTYPE_INT32)
BREAK(random_bool, INIT = glr_random_uniform(0.0, 1.0, 1); TENSOR.dtype = GLR_DTYPE_BOOL)
BREAK(axis_behind, INIT.has_axes = 1; INIT.input_axis_count = 1; INIT.input_axes[0] = 2;
      INIT.output_axis_count = 1)
BREAK(axis_before, INIT.has_axes = 1; INIT.input_axis_count = 1; INIT.output_axis_count = 1;
      INIT.output_axes[0] = -3)
BREAK(axis_twice, INIT.batch_axis_count = 2; INIT.batch_axes[0] = 1; INIT.batch_axes[1] = -1)
BREAK(axes_17, INIT.batch_axis_count = 17)
BREAK(has_axes_2, INIT.has_axes = 2)
BREAK(axes_overflow, INIT.has_axes = 1; INIT.output_axis_count = 16; TENSOR.shape[0] = 1 << 20;
      TENSOR.shape[1] = 1; c->bytes = 4 << 20)
BREAK(axes_one_list, INIT.output_axis_count = 1)
BREAK(axes_other_list, INIT.input_axis_count = 1)
BREAK(axes_shared, INIT.has_axes = 1; INIT.input_axis_count = 1; INIT.output_axis_count = 1;
      INIT.output_axes[0] = 1; INIT.batch_axis_count = 1; INIT.batch_axes[0] = -2)

static void shape(call *c, uint32_t rank, int64_t shape0, int64_t shape1, int64_t shape2)
{
    TENSOR.rank = rank;
    TENSOR.shape[0] = shape0;
    TENSOR.shape[1] = shape1;
    TENSOR.shape[2] = shape2;
}

BREAK(index_integers, INIT = glr_log_arange(); TENSOR.dtype = GLR_DTYPE_INT32)
BREAK(index_bool, INIT = glr_dt_bias(0.1, 0.2, 0.0, 1); TENSOR.dtype = GLR_DTYPE_BOOL)
BREAK(bytes_of_float32, INIT = glr_random_bytes(1))
BREAK(bytes_of_float8, INIT = glr_random_bytes(1); TENSOR.dtype = GLR_DTYPE_FLOAT8_E5M2)
BREAK(bytes_of_bool, INIT = glr_random_bytes(1); TENSOR.dtype = GLR_DTYPE_BOOL)
BREAK(bytes_part, INIT = glr_random_bytes(1); INIT.seeding = GLR_SEEDING_NONE; TENSOR.dtype = GLR_DTYPE_INT8;
      range(c, 0, 4))
BREAK(logarithms_of_rank_0, INIT = glr_log_arange(); TENSOR.rank = 0)
BREAK(dt_min_small, INIT = glr_dt_bias(1e-19, 0.1, 0.0, 1))
BREAK(dt_min_nan, INIT = glr_dt_bias(NAN, 0.1, 0.0, 1))
BREAK(dt_max_large, INIT = glr_dt_bias(0.1, 32.5, 0.0, 1))
BREAK(dt_swapped, INIT = glr_dt_bias(0.2, 0.1, 0.0, 1))
BREAK(dt_floor_negative, INIT = glr_dt_bias(0.1, 0.2, -1.0, 1))
BREAK(dt_floor_large, INIT = glr_dt_bias(0.1, 0.2, 33.0, 1))
BREAK(dt_floor_nan, INIT = glr_dt_bias(0.1, 0.2, NAN, 1))
BREAK(dt_part, INIT = glr_dt_bias(0.1, 0.2, 0.0, 1); INIT.seeding = GLR_SEEDING_NONE; range(c, 0, 4))
BREAK(positions_of_rank_1, INIT = glr_sinusoids(1e4); TENSOR.rank = 1)
BREAK(odd_channels, INIT = glr_sinusoids_interleaved(1e4); shape(c, 2, 4, 3, 0))
BREAK(many_positions, INIT = glr_sinusoids(1e4); shape(c, 2, (INT64_C(1) << 32) + 1, 4, 0); range(c, 0, 4))
BREAK(many_channels, INIT = glr_sinusoids(1e4); shape(c, 2, 4, (INT64_C(1) << 32) + 2, 0); range(c, 0, 4))
BREAK(timescale_small, INIT = glr_sinusoids(0.5))
BREAK(timescale_large, INIT = glr_sinusoids_interleaved(2e18))
BREAK(timescale_nan, INIT = glr_sinusoids(NAN))
BREAK(identity_of_rank_1, INIT = glr_identity(1.0); TENSOR.rank = 1)
BREAK(identity_of_rank_3, INIT = glr_identity(1.0); shape(c, 3, 1, 3, 4))
BREAK(gain_infinite, INIT = glr_identity(INFINITY))
BREAK(gain_large, INIT = glr_identity(1e39))
BREAK(gain_fraction, INIT = glr_identity(0.5); TENSOR.dtype = GLR_DTYPE_INT8)
BREAK(dirac_of_rank_2, INIT = glr_dirac(1))
BREAK(groups_0, INIT = glr_dirac(0); shape(c, 3, 3, 2, 2))
BREAK(groups_negative, INIT = glr_dirac(-3); shape(c, 3, 3, 2, 2))
BREAK(groups_5, INIT = glr_dirac(5); shape(c, 3, 3, 2, 2))
BREAK(groups_of_keras, INIT = glr_dirac(3); INIT.layout = GLR_LAYOUT_KERAS; shape(c, 3, 3, 2, 2))

#define ORTHOGONAL INIT = glr_orthogonal(1.0, 1)
BREAK(orthogonal_of_rank_1, ORTHOGONAL; TENSOR.rank = 1)
BREAK(orthogonal_gain_nan, INIT = glr_orthogonal(NAN, 1))
BREAK(orthogonal_gain_large, INIT = glr_orthogonal(-1e39, 1))
BREAK(orthogonal_of_integers, ORTHOGONAL; TENSOR.dtype = GLR_DTYPE_INT32)
BREAK(orthogonal_axes, ORTHOGONAL; INIT.has_axes = 1)
BREAK(orthogonal_batch, ORTHOGONAL; INIT.batch_axis_count = 1)
BREAK(orthogonal_square, ORTHOGONAL; shape(c, 2, 65537, 65537, 0); range(c, 0, 4))
BREAK(orthogonal_long, ORTHOGONAL; shape(c, 2, 4, (INT64_C(1) << 32) + 1, 0); range(c, 0, 4))
BREAK(orthogonal_part, ORTHOGONAL; INIT.seeding = GLR_SEEDING_NONE; range(c, 0, 4))
BREAK(gates_of_rank_0, INIT = glr_unit_forget_bias(); TENSOR.rank = 0)
BREAK(gates_odd, INIT = glr_unit_forget_bias(); shape(c, 2, 4, 6, 0))

BREAK(unseeded_part, INIT.seeding = GLR_SEEDING_NONE; range(c, 0, 4))

static const row rows[] = {
    {"no device", no_device, GLR_ERROR_ARGUMENT, "device: must not be NULL"},
    {"no initializer", no_initializer, GLR_ERROR_ARGUMENT, "initializer: must not be NULL"},
    {"no tensor", no_tensor, GLR_ERROR_ARGUMENT, "tensor: must not be NULL"},
    {"no destination", no_dst, GLR_ERROR_ARGUMENT, "dst: must not be NULL"},
    {"one byte short", one_byte_short, GLR_ERROR_TOO_SMALL, "dst_bytes: 47 bytes are fewer than the 48"},
    {"tensor.reserved", tensor_reserved, GLR_ERROR_ARGUMENT, "tensor.reserved[7]: 7 is not 0"},
    {"initializer.reserved", initializer_reserved, GLR_ERROR_ARGUMENT,
     "initializer.reserved[0]: 9999 is not 0"},
    {"no dtype", no_dtype, GLR_ERROR_ARGUMENT, "tensor.dtype: 0 is not a dtype"},
    {"dtype 99", dtype_99, GLR_ERROR_ARGUMENT, "tensor.dtype: 99 is not a dtype"},
    {"rank 17", rank_17, GLR_ERROR_ARGUMENT, "tensor.rank: 17 is more than 16"},
    {"negative dimension", negative_dimension, GLR_ERROR_SHAPE, "tensor.shape[1]: -5 is negative"},
    {"large dimension", large_dimension, GLR_ERROR_SHAPE, "tensor.shape[0]: 72057594037927937 makes"},
    {"large product", large_product, GLR_ERROR_SHAPE,
     "tensor.shape[1]: 131072 makes the tensor larger than 2^56"},
    {"overflowing product", overflowing_product, GLR_ERROR_SHAPE,
     "tensor.shape[0]: 9223372036854775807 makes"},
    {"large beside zero", large_beside_zero, GLR_ERROR_SHAPE, "tensor.shape[1]: 9223372036854775807 makes"},
    {"part 3", part_3, GLR_ERROR_ARGUMENT, "tensor.part: must be whole (0), box (1) or range (2), not 3"},
    {"box before", box_before, GLR_ERROR_SHAPE, "tensor.start[1]: -1 is outside [0, 4]"},
    {"box start behind", box_start_behind, GLR_ERROR_SHAPE, "tensor.start[0]: 4 is outside [0, 3]"},
    {"box extent negative", box_extent_negative, GLR_ERROR_SHAPE, "tensor.extent[0]: -1 is outside [0, 3]"},
    {"box behind", box_behind, GLR_ERROR_SHAPE, "tensor.extent[1]: 3 is outside [0, 2]"},
    {"box overflow", box_overflow, GLR_ERROR_SHAPE,
     "tensor.extent[0]: 9223372036854775807 is outside [0, 2]"},
    {"range before", range_before, GLR_ERROR_SHAPE, "tensor.first: -1 is outside [0, 12]"},
    {"range start behind", range_start_behind, GLR_ERROR_SHAPE, "tensor.first: 13 is outside [0, 12]"},
    {"range count negative", range_count_negative, GLR_ERROR_SHAPE, "tensor.count: -2 is outside [0, 12]"},
    {"range behind", range_behind, GLR_ERROR_SHAPE, "tensor.count: 3 is outside [0, 2]"},
    {"range overflow", range_overflow, GLR_ERROR_SHAPE,
     "tensor.count: 9223372036854775807 is outside [0, 11]"},
    {"range strides", range_strides, GLR_ERROR_SHAPE, "tensor.strides[0]: must be 0 for a range, not 4"},
    {"stride negative", stride_negative, GLR_ERROR_SHAPE, "tensor.strides[1]: -1 is negative"},
    {"stride zero", stride_zero, GLR_ERROR_SHAPE, "tensor.strides: 0 for an axis of 4 elements"},
    {"stride overlap", stride_overlap, GLR_ERROR_SHAPE, "tensor.strides: 3 for an axis of 3 elements"},
    {"stride same", stride_same, GLR_ERROR_SHAPE, "tensor.strides: 5 for an axis of"},
    {"stride overflow", stride_overflow, GLR_ERROR_SHAPE, "reaches beyond 2^63 bytes"},
    {"stride needs bytes", stride_needs_bytes, GLR_ERROR_TOO_SMALL,
     "dst_bytes: 52 bytes are fewer than the 56"},
    {"no kind", no_kind, GLR_ERROR_ARGUMENT, "initializer.kind: 0 is not an initializer"},
    {"kind 77", kind_77, GLR_ERROR_ARGUMENT, "initializer.kind: 77 is not an initializer"},
    {"method 2", method_2, GLR_ERROR_ARGUMENT, "initializer.method: 2 is neither"},
    {"layout 2", layout_2, GLR_ERROR_ARGUMENT, "initializer.layout: 2 is neither"},
    {"seeding 3", seeding_3, GLR_ERROR_ARGUMENT,
     "initializer.seeding: must be seeded (0), keyed (1) or unseeded (2), not 3"},
    {"stddev negative", stddev_negative, GLR_ERROR_ARGUMENT, "initializer.stddev: -0.5 is not"},
    {"stddev NaN", stddev_nan, GLR_ERROR_ARGUMENT, "initializer.stddev: nan is not"},
    {"stddev infinite", stddev_infinite, GLR_ERROR_ARGUMENT, "initializer.stddev: inf is not"},
    {"stddev large", stddev_large, GLR_ERROR_ARGUMENT,
     "initializer.stddev: 1e+39 is beyond the range of float32"},
    {"mean NaN", mean_nan, GLR_ERROR_ARGUMENT, "initializer.mean: nan is not finite"},
    {"mean large", mean_large, GLR_ERROR_ARGUMENT,
     "initializer.mean: -1e+300 is beyond the range of float32"},
    {"bounds swapped", bounds_swapped, GLR_ERROR_ARGUMENT,
     "initializer.minval: 0.5 is more than maxval, 0.25"},
    {"minval NaN", minval_nan, GLR_ERROR_ARGUMENT, "initializer.minval: nan is not finite"},
    {"maxval infinite", maxval_infinite, GLR_ERROR_ARGUMENT, "initializer.maxval: inf is not finite"},
    {"maxval large", maxval_large, GLR_ERROR_ARGUMENT,
     "initializer.maxval: 1e+39 is beyond the range of float32"},
    {"difference infinite", difference_infinite, GLR_ERROR_ARGUMENT,
     "3e+38 - -3e+38 is beyond the range of float32"},
    {"difference infinite, float64", difference_infinite_f64, GLR_ERROR_ARGUMENT,
     "is beyond the range of float64"},
    {"scale zero", scale_zero, GLR_ERROR_ARGUMENT, "initializer.scale: 0 is not a finite number above 0"},
    {"scale negative", scale_negative, GLR_ERROR_ARGUMENT, "initializer.scale: -2 is not"},
    {"scale NaN", scale_nan, GLR_ERROR_ARGUMENT, "initializer.scale: nan is not"},
    {"scale large", scale_large, GLR_ERROR_ARGUMENT, "is beyond the range of float32"},
    {"mode 4", mode_4, GLR_ERROR_ARGUMENT,
     "initializer.mode: must be fan_in (0), fan_out (1), fan_avg (2) or fan_geo_avg (3), not 4"},
    {"distribution 3", distribution_3, GLR_ERROR_ARGUMENT,
     "initializer.distribution: must be truncated_normal (0), untruncated_normal (1) or uniform (2), not 3"},
    {"value large", value_large, GLR_ERROR_ARGUMENT,
     "initializer.value: 1e+39 is beyond the range of float32"},
    {"value fraction", value_fraction, GLR_ERROR_ARGUMENT, "initializer.value: 0.5 is not a value of int32"},
    {"value beyond", value_beyond, GLR_ERROR_ARGUMENT, "initializer.value: 128 is not a value of int8"},
    {"value below", value_below, GLR_ERROR_ARGUMENT, "initializer.value: -1 is not a value of uint64"},
    {"value bool", value_bool, GLR_ERROR_ARGUMENT, "initializer.value: 2 is not a value of bool"},
    {"value NaN as integer", value_nan_int, GLR_ERROR_ARGUMENT,
     "initializer.value: nan is not a value of int16"},
    {"integer beyond", integer_beyond, GLR_ERROR_ARGUMENT,
     "initializer.integer: 18446744073709551615 is not a value of int64"},
    {"integer below", integer_below, GLR_ERROR_ARGUMENT,
     "initializer.integer: -9223372036854775807 is not a value of uint64"},
    {"number 3", number_3, GLR_ERROR_ARGUMENT,
     "initializer.number: must be double (0), int64 (1) or uint64 (2), not 3"},
    {"zeros as powers of two", power_zeros, GLR_ERROR_ARGUMENT,
     "initializer.value: 0 is not a value of float8_e8m0fnu: those are above 0 in float32"},
    {"negative power", power_negative, GLR_ERROR_ARGUMENT,
     "initializer.value: -2 is not a value of float8_e8m0fnu"},
    {"negative infinite power", power_infinite, GLR_ERROR_ARGUMENT,
     "initializer.value: -inf is not a value of float8_e8m0fnu"},
    {"power that is 0 in float32", power_tiny, GLR_ERROR_ARGUMENT, "is not a value of float8_e8m0fnu"},
    {"power beyond float32", power_large, GLR_ERROR_ARGUMENT,
     "initializer.value: 1e+39 is beyond the range of float32"},
    {"negative integer as power", power_integer, GLR_ERROR_ARGUMENT,
     "initializer.integer: -9.2233720368547758e+18 is not a value of float8_e8m0fnu"},
    {"random powers", power_random, GLR_ERROR_UNSUPPORTED,
     "tensor.dtype: float8_e8m0fnu holds constants, not he_normal"},
    {"identity of powers", power_identity, GLR_ERROR_UNSUPPORTED,
     "tensor.dtype: float8_e8m0fnu holds constants, not identity"},
    {"random bytes as powers", power_bytes, GLR_ERROR_UNSUPPORTED,
     "tensor.dtype: random_bytes draws integers, not float8_e8m0fnu"},
    {"random integers", random_integers, GLR_ERROR_UNSUPPORTED,
     "glorot_normal draws floating-point values, not int32"},
    {"random bool", random_bool, GLR_ERROR_UNSUPPORTED,
     "random_uniform draws floating-point values, not bool"},
    {"axis behind", axis_behind, GLR_ERROR_ARGUMENT,
     "initializer.input_axes[0]: 2 is not an axis of a tensor of rank 2"},
    {"axis before", axis_before, GLR_ERROR_ARGUMENT, "initializer.output_axes[0]: -3 is not an axis"},
    {"axis twice", axis_twice, GLR_ERROR_ARGUMENT, "initializer.batch_axes[1]: -1 is a duplicate axis"},
    {"17 axes", axes_17, GLR_ERROR_ARGUMENT, "initializer.batch_axes: 17 axes are more than 16"},
    {"has_axes 2", has_axes_2, GLR_ERROR_ARGUMENT, "initializer.has_axes: 2 is neither 0 nor 1"},
    {"output axes without has_axes", axes_one_list, GLR_ERROR_ARGUMENT,
     "initializer.has_axes: 0, but output_axis_count is 1"},
    {"input axes without has_axes", axes_other_list, GLR_ERROR_ARGUMENT,
     "initializer.has_axes: 0, but input_axis_count is 1"},
    {"axes that overflow", axes_overflow, GLR_ERROR_SHAPE,
     "initializer.output_axes: the product of these dimensions is beyond 2^63 - 1"},
    {"axis shared", axes_shared, GLR_ERROR_ARGUMENT, "initializer.batch_axes: axis 0 is also in input_axes"},
    {"log_arange of integers", index_integers, GLR_ERROR_UNSUPPORTED,
     "tensor.dtype: log_arange draws floating-point values, not int32"},
    {"dt_bias of bool", index_bool, GLR_ERROR_UNSUPPORTED,
     "tensor.dtype: dt_bias draws floating-point values, not bool"},
    {"random_bytes of float32", bytes_of_float32, GLR_ERROR_UNSUPPORTED,
     "tensor.dtype: random_bytes draws integers, not float32"},
    {"random_bytes of float8", bytes_of_float8, GLR_ERROR_UNSUPPORTED,
     "tensor.dtype: random_bytes draws integers, not float8_e5m2"},
    {"random_bytes of bool", bytes_of_bool, GLR_ERROR_UNSUPPORTED,
     "tensor.dtype: random_bytes draws integers, not bool"},
    {"part of an unseeded random_bytes", bytes_part, GLR_ERROR_UNSEEDED,
     "a part needs a random_bytes that is resolved"},
    {"log_arange of rank 0", logarithms_of_rank_0, GLR_ERROR_SHAPE,
     "tensor.rank: log_arange needs at least 1 axis, not 0"},
    {"dt_min small", dt_min_small, GLR_ERROR_ARGUMENT,
     "initializer.minval: dt_min, 1e-19, is not in [1e-18, 32]"},
    {"dt_min NaN", dt_min_nan, GLR_ERROR_ARGUMENT, "initializer.minval: dt_min, nan, is not in"},
    {"dt_max large", dt_max_large, GLR_ERROR_ARGUMENT,
     "initializer.maxval: dt_max, 32.5, is not in [1e-18, 32]"},
    {"dt swapped", dt_swapped, GLR_ERROR_ARGUMENT,
     "initializer.minval: dt_min, 0.2, is more than dt_max, 0.1"},
    {"floor negative", dt_floor_negative, GLR_ERROR_ARGUMENT,
     "initializer.value: dt_init_floor, -1, is not in [0, 32]"},
    {"floor large", dt_floor_large, GLR_ERROR_ARGUMENT, "dt_init_floor, 33, is not in [0, 32]"},
    {"floor NaN", dt_floor_nan, GLR_ERROR_ARGUMENT, "dt_init_floor, nan, is not in [0, 32]"},
    {"part of an unseeded dt_bias", dt_part, GLR_ERROR_UNSEEDED, "a part needs a dt_bias that is resolved"},
    {"positions of rank 1", positions_of_rank_1, GLR_ERROR_SHAPE,
     "tensor.rank: sinusoids needs at least 2 axes, not 1"},
    {"odd channels", odd_channels, GLR_ERROR_SHAPE, "tensor.shape[1]: 3 channels are not an even number"},
    {"many positions", many_positions, GLR_ERROR_SHAPE,
     "tensor.shape[0]: 4294967297 positions are more than 2^32"},
    {"many channels", many_channels, GLR_ERROR_SHAPE,
     "tensor.shape[1]: 4294967298 channels are more than 2^32"},
    {"timescale small", timescale_small, GLR_ERROR_ARGUMENT,
     "initializer.scale: max_timescale, 0.5, is not in [1, 1e+18]"},
    {"timescale large", timescale_large, GLR_ERROR_ARGUMENT, "max_timescale, 2e+18, is not in [1, 1e+18]"},
    {"timescale NaN", timescale_nan, GLR_ERROR_ARGUMENT, "max_timescale, nan, is not in [1, 1e+18]"},
    {"identity of rank 1", identity_of_rank_1, GLR_ERROR_SHAPE, "tensor.rank: identity needs 2 axes, not 1"},
    {"identity of rank 3", identity_of_rank_3, GLR_ERROR_SHAPE, "tensor.rank: identity needs 2 axes, not 3"},
    {"gain infinite", gain_infinite, GLR_ERROR_ARGUMENT, "initializer.scale: gain, inf, is not finite"},
    {"gain large", gain_large, GLR_ERROR_ARGUMENT, "initializer.scale: 1e+39 is beyond the range of float32"},
    {"gain fraction", gain_fraction, GLR_ERROR_ARGUMENT, "initializer.scale: 0.5 is not a value of int8"},
    {"dirac of rank 2", dirac_of_rank_2, GLR_ERROR_SHAPE, "tensor.rank: dirac needs 3 to 5 axes, not 2"},
    {"no groups", groups_0, GLR_ERROR_ARGUMENT,
     "initializer.integer: 0 groups do not divide the 3 output channels"},
    {"negative groups", groups_negative, GLR_ERROR_ARGUMENT, "initializer.integer: -3 groups do not divide"},
    {"five groups", groups_5, GLR_ERROR_ARGUMENT, "5 groups do not divide the 3 output channels"},
    {"groups in Keras's layout", groups_of_keras, GLR_ERROR_ARGUMENT,
     "3 groups do not divide the 2 output channels"},
    {"orthogonal of rank 1", orthogonal_of_rank_1, GLR_ERROR_SHAPE,
     "tensor.rank: orthogonal needs at least 2 axes, not 1"},
    {"orthogonal gain NaN", orthogonal_gain_nan, GLR_ERROR_ARGUMENT,
     "initializer.scale: gain, nan, is not finite"},
    {"orthogonal gain large", orthogonal_gain_large, GLR_ERROR_ARGUMENT,
     "initializer.scale: -1e+39 is beyond the range of float32"},
    {"orthogonal integers", orthogonal_of_integers, GLR_ERROR_UNSUPPORTED,
     "tensor.dtype: orthogonal draws floating-point values, not int32"},
    {"orthogonal axes", orthogonal_axes, GLR_ERROR_UNSUPPORTED,
     "initializer.has_axes: orthogonal takes rows and columns from the layout alone"},
    {"orthogonal batch", orthogonal_batch, GLR_ERROR_UNSUPPORTED,
     "initializer.batch_axes: orthogonal takes rows and columns from the layout alone"},
    {"large orthogonal", orthogonal_square, GLR_ERROR_UNSUPPORTED,
     "tensor.shape: an orthogonal matrix of 65537 rows and 65537 columns has more than 2^16 of both"},
    {"long orthogonal", orthogonal_long, GLR_ERROR_UNSUPPORTED,
     "of 4 rows and 4294967297 columns has more than 2^16 of both, or more than 2^32 of one"},
    {"part of an unseeded orthogonal", orthogonal_part, GLR_ERROR_UNSEEDED,
     "a part needs an orthogonal that is resolved"},
    {"gates of rank 0", gates_of_rank_0, GLR_ERROR_SHAPE,
     "tensor.rank: unit_forget_bias needs at least 1 axis, not 0"},
    {"gates that are not four", gates_odd, GLR_ERROR_SHAPE,
     "tensor.shape[1]: 6 is not divisible by the 4 gates"},
    {"part of an unseeded one", unseeded_part, GLR_ERROR_UNSEEDED,
     "a part needs a glorot_normal that is resolved"},
};

Test(bad_input, of_fill)
{
    glr_device *device = open_cpu(2);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char memory[128], untouched[128];
        memset(memory, 0xa5, sizeof memory);
        memset(untouched, 0xa5, sizeof untouched);
        call c = {.device = device,
                  .initializer = glr_glorot_normal(42),
                  .tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {3, 4}},
                  .dst = memory,
                  .bytes = 4 * 12};
        c.initializer_pointer = &c.initializer;
        c.tensor_pointer = &c.tensor;
        glr_status good = glr_fill(c.device, c.initializer_pointer, c.tensor_pointer, c.dst, c.bytes);
        cr_assert_eq(good, GLR_OK, "%s", glr_last_error());
        memset(memory, 0xa5, sizeof memory);

        rows[i].change(&c);
        glr_status status = glr_fill(c.device, c.initializer_pointer, c.tensor_pointer, c.dst, c.bytes);
        cr_expect_eq(status, rows[i].status, "%s: %s, %s", rows[i].name, glr_status_name(status),
                     glr_last_error());
        cr_expect_not_null(strstr(glr_last_error(), rows[i].message), "%s: %s", rows[i].name,
                           glr_last_error());
        cr_expect_arr_eq(memory, untouched, sizeof memory, "%s: something was written", rows[i].name);
    }
    glr_close(device);
}

static void refuse_options(glr_options options, glr_status expected, const char *message)
{
    glr_device *device = (glr_device *)&options;
    glr_status status = glr_open(&options, &device);
    cr_expect_eq(status, expected, "%s", glr_status_name(status));
    cr_expect_not_null(strstr(glr_last_error(), message), "%s", glr_last_error());
    cr_expect_null(device);
}

Test(bad_input, of_open)
{
    glr_options good = GLR_OPTIONS_INIT, bad = good;
    bad.reserved[4] = 3;
    refuse_options(bad, GLR_ERROR_ARGUMENT, "options.reserved[4]: 3 is not 0");
    bad = good;
    bad.backend = (glr_backend_kind)9;
    refuse_options(bad, GLR_ERROR_ARGUMENT,
                   "options.backend: must be auto (0), cpu (1), opencl (2) or cuda (3), not 9");
    bad.backend = GLR_BACKEND_CUDA;
    refuse_options(bad, GLR_ERROR_UNAVAILABLE, test_no_cuda);
    bad.backend = GLR_BACKEND_OPENCL;
    refuse_options(bad, GLR_ERROR_UNAVAILABLE, test_no_opencl);
    bad = good;
    bad.device = 1;
    refuse_options(bad, GLR_ERROR_UNAVAILABLE,
                   "options.device: 1 is outside [0, 0]: the cpu backend has 1 device");
    bad = good;
    bad.threads = 1025;
    refuse_options(bad, GLR_ERROR_ARGUMENT, "options.threads: 1025 is more than 1024");
    cr_expect_eq(glr_open(&good, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "device: must not be NULL");
}

Test(bad_input, of_the_other_functions)
{
    glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {4}};
    glr_initializer initializer = glr_zeros();
    glr_summary summary = {0};
    size_t count = 0;
    cr_expect_eq(glr_tensor_extent(NULL, NULL, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_describe(NULL, &tensor, &summary), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_describe(&initializer, NULL, &summary), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_describe(&initializer, &tensor, NULL), GLR_ERROR_ARGUMENT);
    memset(&summary, 0xff, sizeof summary);
    cr_expect_eq(glr_describe(&initializer, &tensor, &summary), GLR_OK);
    cr_expect_eq(summary.reserved[7], 0);
    cr_expect_eq(glr_devices(NULL, 1, &count), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_devices(NULL, 0, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_initializer_from_json(NULL, 0, &initializer), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_initializer_from_json("1", 1, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_initializer_to_json(NULL, NULL, 0, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_initializer_to_json(&initializer, NULL, 5, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_initializer_from_text(NULL, 0, NULL, 0, &initializer), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_initializer_from_text("ones", 4, NULL, 0, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_initializer_from_text("ones", 4, NULL, 1, &initializer), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_initializer_to_text(NULL, NULL, 0, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_initializer_to_text(&initializer, NULL, 5, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_resolve(NULL, &initializer), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_resolve(&initializer, NULL), GLR_ERROR_ARGUMENT);
    initializer.kind = (glr_kind)44;
    cr_expect_eq(glr_resolve(&initializer, &initializer), GLR_ERROR_ARGUMENT);
    glr_close(NULL);
}

Test(bad_input, an_empty_part_needs_no_destination)
{
    glr_device *device = open_cpu(1);
    glr_initializer initializer = glr_he_normal(1);
    glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 3, .shape = {3, 0, 4}};
    cr_assert_eq(glr_fill(device, &initializer, &tensor, NULL, 0), GLR_OK, "%s", glr_last_error());
    glr_tensor range = {
        .dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {9}, .part = GLR_PART_RANGE, .first = 9};
    cr_assert_eq(glr_fill(device, &initializer, &range, NULL, 0), GLR_OK, "%s", glr_last_error());
    glr_close(device);
}
