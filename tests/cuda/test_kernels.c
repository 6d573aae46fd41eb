/* The core's kernels, compiled by nvcc and run through the stand-in: Philox against Random123, and every
   sampler against the core compiled as C. */
#include "session.h"
#include "support/golden.h"

#include <Random123/philox.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const glr_counter base = {UINT64_C(0xfffffffffffffff0), 41}; /* carries in the first blocks */

static request request_of(uint64_t count, int sampler)
{
    request r = {glr_round_keys_of(0xa4093822U, 0x299f31d0U), base, count, 0.75f, 0.125f, sampler};
    return r;
}

/* The factor of the sizes below. */
static uint64_t factor(void) { return test_is_light() ? 1 : 4; }

Test(kernels, philox_as_random123)
{
    const uint64_t blocks = 100000 * factor();
    void *image = session_image();
    session s = session_open(image, 16 * blocks);
    request r = request_of(4 * blocks, 0);
    cr_assert_eq(session_run(&s, "philox", &r, (unsigned)((blocks + 127) / 128), 128), CUDA_SUCCESS);
    uint32_t *words = malloc(16 * blocks);
    cr_assert_not_null(words);
    session_read(&s, words, 16 * blocks);
    philox4x32_key_t key = {{0xa4093822U, 0x299f31d0U}};
    for (uint64_t i = 0; i < blocks; i++) {
        glr_counter c = glr_counter_at(base, i);
        philox4x32_ctr_t counter = {
            {(uint32_t)c.low, (uint32_t)(c.low >> 32), (uint32_t)c.high, (uint32_t)(c.high >> 32)}};
        philox4x32_ctr_t expected = philox4x32(counter, key);
        cr_assert_arr_eq(&words[4 * i], expected.v, sizeof expected.v, "block %lu", (unsigned long)i);
    }
    free(words);
    session_close(&s);
    free(image);
}

/* A kernel's float32 values against those of the core in C. */
static void compare(const char *kernel, int sampler, uint64_t count, unsigned grid, unsigned block)
{
    void *image = session_image();
    session s = session_open(image, 4 * count);
    request r = request_of(count, sampler);
    struct timespec start, end;
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    cr_assert_eq(session_run(&s, kernel, &r, grid, block), CUDA_SUCCESS, "%s", ptxsim_last_fault());
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec);
    (void)printf("%s, sampler %d: %.1f million values a second\n", kernel, sampler,
                 1e-6 * (double)count / seconds);
    float *values = malloc(4 * count);
    cr_assert_not_null(values);
    session_read(&s, values, 4 * count);
    for (uint64_t i = 0; i < count; i++) {
        static glr_values raw;
        raw = i % 4 == 0 ? glr_sample_group(sampler, base, i / 4, &r.keys) : raw;
        float expected = glr_scaled(raw.value[i % 4], r.scale, r.shift);
        cr_assert_eq(glr_bits_of(values[i]), glr_bits_of(expected), "%s, sampler %d, value %lu: %a, not %a",
                     kernel, sampler, (unsigned long)i, (double)values[i], (double)expected);
    }
    free(values);
    session_close(&s);
    free(image);
}

Test(kernels, icdf_grid_stride_with_a_ragged_tail)
{
    compare("icdf", GLR_SAMPLE_ICDF, 1000003 * factor(), 40, 256);
    compare("icdf", GLR_SAMPLE_ICDF, 5, 3, 96);
}

Test(kernels, samplers)
{
    for (int sampler = GLR_SAMPLE_CONSTANT; sampler <= GLR_SAMPLE_ICDF; sampler++) {
        uint64_t count = 100002 * factor();
        compare("sample", sampler, count, (unsigned)(count / 4 / 100 + 1), 100);
    }
}

Test(kernels, truncated_through_a_queue_in_shared_memory)
{
    uint64_t count = 100000 * factor();
    compare("queued", GLR_SAMPLE_TRUNCATED, count, (unsigned)((count / 4 + 127) / 128), 128);
}

Test(kernels, samplers_f64)
{
    static const int samplers[] = {GLR_SAMPLE_UNIFORM, GLR_SAMPLE_NORMAL, GLR_SAMPLE_TRUNCATED,
                                   GLR_SAMPLE_ICDF};
    for (size_t k = 0; k < sizeof samplers / sizeof samplers[0]; k++) {
        uint64_t count = 50001 * factor();
        void *image = session_image();
        session s = session_open(image, 8 * count);
        request r = request_of(count, samplers[k]);
        cr_assert_eq(session_run(&s, "sample_f64", &r, (unsigned)(count / 2 / 128 + 1), 128), CUDA_SUCCESS);
        double *values = malloc(8 * count);
        cr_assert_not_null(values);
        session_read(&s, values, 8 * count);
        for (uint64_t i = 0; i < count; i++) {
            glr_f64_pair raw = glr_sample_group_f64(samplers[k], base, i / 2, &r.keys);
            double expected = glr_scaled_f64(i % 2 == 0 ? raw.first : raw.second, r.scale, r.shift);
            cr_assert_eq(glr_bits_of_f64(values[i]), glr_bits_of_f64(expected), "sampler %d, value %lu",
                         samplers[k], (unsigned long)i);
        }
        free(values);
        session_close(&s);
        free(image);
    }
}

Test(kernels, rounding)
{
    const uint64_t count = 65536 * factor();
    void *image = session_image();
    session s = session_open(image, 4 * count);
    CUdeviceptr input = 0;
    CUfunction function = NULL;
    uint32_t *bits = malloc(4 * count), *codes = malloc(4 * count);
    cr_assert(bits != NULL && codes != NULL);
    for (uint64_t i = 0; i < count; i++) {
        bits[i] = (uint32_t)i * 0x9e3779b9U & 0xbfffffffU; /* finite, of all sizes below 2 */
    }
    cr_assert_eq(cuMemAlloc_v2(&input, 4 * count), CUDA_SUCCESS);
    cr_assert_eq(cuMemcpyHtoD_v2(input, bits, 4 * count), CUDA_SUCCESS);
    cr_assert_eq(cuModuleGetFunction(&function, s.module, "round_all"), CUDA_SUCCESS);
    uint64_t parameter = count;
    void *parameters[] = {&s.memory, &input, &parameter};
    cr_assert_eq(
        cuLaunchKernel(function, (unsigned)(count / 256), 1, 1, 256, 1, 1, 0, NULL, parameters, NULL),
        CUDA_SUCCESS);
    session_read(&s, codes, 4 * count);
    for (uint64_t i = 0; i < count; i++) {
        float value = glr_float_of(bits[i]);
        uint32_t expected = glr_code_of(value, GLR_DTYPE_NUMBER_FLOAT16) |
                            glr_code_of(value, GLR_DTYPE_NUMBER_FLOAT8_E4M3FN) << 16;
        cr_assert_eq(codes[i], expected, "%a", (double)value);
    }
    free(bits);
    free(codes);
    cr_assert_eq(cuMemFree_v2(input), CUDA_SUCCESS);
    session_close(&s);
    free(image);
}
