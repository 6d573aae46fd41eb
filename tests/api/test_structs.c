/* The ABI of compiled programs: sizes of the public structs, and numbers of enumerators. A change here is a
   change of the ABI and needs a new soname. */
#include "glorand/glorand.h"
#include "glorand/shard.h"

#include <criterion/criterion.h>
#include <stddef.h>

Test(structs, sizes_and_offsets)
{
    cr_expect_eq(sizeof(glr_options), 32);
    cr_expect_eq(sizeof(glr_device_info), 32 + 2 * GLR_DEVICE_TEXT);
    cr_expect_eq(sizeof(glr_tensor), 16 + 4 * 8 * GLR_MAX_RANK + 16 + 32);
    cr_expect_eq(offsetof(glr_tensor, shape), 16);
    cr_expect_eq(offsetof(glr_tensor, strides), 16 + 3 * 8 * GLR_MAX_RANK + 16);
    cr_expect_eq(sizeof(glr_initializer), 408, "%zu", sizeof(glr_initializer));
    cr_expect_eq(offsetof(glr_initializer, seed), 96, "%zu", offsetof(glr_initializer, seed));
    cr_expect_eq(offsetof(glr_initializer, input_axes), 148, "%zu", offsetof(glr_initializer, input_axes));
    cr_expect_eq(sizeof(glr_summary), 80);
    cr_expect_eq(sizeof(glr_placement), 64, "%zu", sizeof(glr_placement));
    cr_expect_eq(sizeof(glr_piece), 3 * 8 * GLR_MAX_RANK);
    cr_expect_eq(sizeof(glr_qkv), 64, "%zu", sizeof(glr_qkv));
    cr_expect_eq(sizeof(glr_flat_piece), 32);
}

Test(structs, enumerators)
{
    cr_expect_eq(GLR_ERROR_UNSEEDED, 10);
    cr_expect_eq(GLR_DTYPE_UINT64, 15);
    cr_expect_eq(GLR_DTYPE_FLOAT8_E8M0FNU, 16);
    cr_expect_eq(GLR_KIND_LECUN_UNIFORM, 13);
    cr_expect_eq(GLR_KIND_LOG_ARANGE, 14);
    cr_expect_eq(GLR_KIND_DIRAC, 19);
    cr_expect_eq(GLR_KIND_ORTHOGONAL, 20);
    cr_expect_eq(GLR_KIND_UNIT_FORGET_BIAS, 21);
    cr_expect_eq(GLR_KIND_RANDOM_BYTES, 22);
    cr_expect_eq(GLR_BACKEND_CUDA, 3);
}

Test(structs, constructors_set_defaults)
{
    glr_initializer init = glr_initializer_of_kind(GLR_KIND_RANDOM_UNIFORM);
    cr_expect(init.reserved[0] == 0 && init.reserved[9] == 0);
    cr_expect(init.minval == -0.05 && init.maxval == 0.05 && init.stddev == 0.05 && init.scale == 1.0);
    cr_expect(init.method == GLR_METHOD_RESAMPLE && init.layout == GLR_LAYOUT_KERAS && init.stream == 0);
    init = glr_initializer_of_kind(GLR_KIND_DT_BIAS);
    cr_expect(init.minval == 0.001 && init.maxval == 0.1 && init.value == 1e-4);
    cr_expect_eq(glr_initializer_of_kind(GLR_KIND_SINUSOIDS).scale, 10000.0);
    cr_expect_eq(glr_initializer_of_kind(GLR_KIND_SINUSOIDS_INTERLEAVED).scale, 10000.0);
    cr_expect(glr_dirac(2).integer == 2 && glr_dirac(2).layout == GLR_LAYOUT_TORCH);
    cr_expect_eq(glr_initializer_of_kind(GLR_KIND_DIRAC).integer, 1);
    cr_expect_eq(glr_identity(0.5).scale, 0.5);
    cr_expect(glr_orthogonal(0.5, -4).scale == 0.5 && glr_orthogonal(0.5, -4).seed == -4);
    cr_expect_eq(glr_orthogonal(0.5, -4).layout, GLR_LAYOUT_KERAS);
    cr_expect_eq(glr_unit_forget_bias().kind, GLR_KIND_UNIT_FORGET_BIAS);
    cr_expect_eq(glr_dt_bias(0.1, 0.2, 0.0, -4).seed, -4);
    cr_expect_eq(glr_random_bytes(-4).seed, -4);
    cr_expect_eq(glr_he_uniform(-4).seed, -4);
    cr_expect_eq(glr_constant(3.5).value, 3.5);
    cr_expect_eq(glr_constant(3.5).number, GLR_NUMBER_DOUBLE);
    cr_expect_eq(glr_variance_scaling(2.0, GLR_MODE_FAN_OUT, GLR_DISTRIBUTION_UNIFORM, 1).mode,
                 GLR_MODE_FAN_OUT);
}
