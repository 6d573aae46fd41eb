/* Windows across element indices where 32-bit counters and indices repeat or stop, against the oracle. */
#include "support/any_fill.h"
#include "support/golden.h"
#include "support/reference.h"

#include <criterion/criterion.h>
#include <string.h>

#define WINDOW 999
#define TILES  5000 /* where kernels draw tiles of whole groups, a window around two of theirs */

static glr_initializer raw_initializer(reference_sampler sampler)
{
    glr_initializer initializer = glr_truncated_normal(0.0, 1.0, -77);
    if (sampler == REFERENCE_UNIFORM) {
        initializer = glr_random_uniform(0.0, 1.0, -77);
    } else if (sampler == REFERENCE_NORMAL) {
        initializer = glr_random_normal(0.0, 1.0, -77);
    }
    initializer.method = sampler == REFERENCE_ICDF ? GLR_METHOD_ICDF : GLR_METHOD_RESAMPLE;
    initializer.stream = 5;
    return initializer;
}

/* `count` elements, TILES at most, around element `middle`. */
static void check_around(glr_device *device, glr_initializer initializer, const reference_stream *stream,
                         reference_sampler sampler, int64_t middle, int64_t count)
{
    float drawn[TILES];
    glr_tensor tensor = {
        .dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {GLR_MAX_ELEMENTS}, .part = GLR_PART_RANGE};
    tensor.first = middle - count / 2;
    tensor.count = count;
    cr_assert_eq(any_fill(device, &initializer, &tensor, drawn, (size_t)count * sizeof drawn[0]), GLR_OK,
                 "%s", any_error());
    for (int64_t i = 0; i < count; i++) {
        float expected = reference_value(stream, sampler, (uint64_t)(tensor.first + i)) * 1.0f + 0.0f;
        cr_assert_arr_eq(&drawn[i], &expected, sizeof expected, "sampler %d, element %ld: %a, not %a",
                         (int)sampler, (long)(tensor.first + i), (double)drawn[i], (double)expected);
    }
}

static void check_window(glr_device *device, glr_initializer initializer, const reference_stream *stream,
                         reference_sampler sampler, int64_t middle)
{
    check_around(device, initializer, stream, sampler, middle, WINDOW);
}

Test(windows, across_powers_of_two)
{
    static const int exponents[] = {26, 31, 32, 34, 42, 55};
    glr_device *device = open_any(2);
    reference_stream stream = reference_stream_of(-77, 5);
    for (int sampler = REFERENCE_UNIFORM; sampler <= REFERENCE_ICDF; sampler++) {
        for (size_t i = 0; i < sizeof exponents / sizeof exponents[0]; i++) {
            check_window(device, raw_initializer((reference_sampler)sampler), &stream,
                         (reference_sampler)sampler, INT64_C(1) << exponents[i]);
            /* Fills begin at one element after the other: one of four at an address for vectors. */
            for (int place = 0; place < 4; place++) {
                check_around(device, raw_initializer((reference_sampler)sampler), &stream,
                             (reference_sampler)sampler, INT64_C(1) << exponents[i], TILES);
            }
        }
    }
    glr_close(device);
}

/* Raw base counters whose low words run over within the window, and within one group's blocks. */
Test(windows, across_carries_of_the_base_counter)
{
    static const uint32_t bases[][4] = {
        {0xffffff80U, 0xffffffffU, 0xffffffffU, 3},
        {0xfffffe01U, 7, 9, 11},
        {0xffffffffU, 0xffffffffU, 0xffffffffU, 0xffffffffU},
    };
    glr_device *device = open_any(2);
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        reference_stream stream = {{0x12345678U, 0x9abcdef0U}, {0}};
        memcpy(stream.counter, bases[i], sizeof stream.counter);
        for (int sampler = REFERENCE_UNIFORM; sampler <= REFERENCE_ICDF; sampler++) {
            glr_initializer initializer = raw_initializer((reference_sampler)sampler);
            initializer.seeding = GLR_SEEDING_KEY;
            memcpy(initializer.key, stream.key, sizeof stream.key);
            memcpy(initializer.counter, stream.counter, sizeof stream.counter);
            check_window(device, initializer, &stream, (reference_sampler)sampler, 2000);
            check_window(device, initializer, &stream, (reference_sampler)sampler, WINDOW / 2);
        }
    }
    glr_close(device);
}

/* A group whose second block carries into word 1: of 64 keys, about a sixth needs that block. */
Test(windows, across_a_carry_within_a_group)
{
    glr_device *device = open_any(1);
    for (uint32_t key = 0; key < 64; key++) {
        reference_stream stream = {{key, 0}, {0xffffffffU, key, 0, 0}};
        glr_initializer initializer = raw_initializer(REFERENCE_TRUNCATED);
        initializer.seeding = GLR_SEEDING_KEY;
        memcpy(initializer.key, stream.key, sizeof stream.key);
        memcpy(initializer.counter, stream.counter, sizeof stream.counter);
        check_window(device, initializer, &stream, REFERENCE_TRUNCATED, WINDOW / 2);
    }
    glr_close(device);
}
