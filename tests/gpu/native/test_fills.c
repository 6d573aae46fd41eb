/* Every kernel for GPUs, run by this machine, against the core in plain C by the CPU's backend. Destinations
   have their fill's bytes and no more, so that sanitizers see an access beyond them. */
#include "backend.h"
#include "fills.h"
#include "gpu/expect.h"
#include "native.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define CANARY 0x5c

static glr_device *cpu;

static void set_up(void)
{
    cr_assert_eq(setenv("GLORAND_ISA", "plain", 1), 0);
    cpu = open_cpu(1);
}

static void tear_down(void) { glr_close(cpu); }

TestSuite(native, .init = set_up, .fini = tear_down);

/* The n-th of the ways to run a kernel. */
static native_device device_of(unsigned n)
{
    const native_device device = {(int)(n % 2), 1 + n / 2 % 3, (native_order)(n / 6 % NATIVE_ORDERS)};
    return device;
}

/* Draws a plan `offset` elements behind the pointer that the kernel gets, and there by the CPU. */
static void compare(const glr_plan *plan, uint64_t before, uint64_t offset, uint64_t bytes, unsigned way)
{
    const native_device device = device_of(way);
    const size_t room = (size_t)(before + offset * glr_dtype_size(plan->dtype) + bytes);
    unsigned char *drawn = malloc(room), *expected = malloc(room);
    cr_assert(drawn != NULL && expected != NULL);
    memset(drawn, CANARY, room);
    memset(expected, CANARY, room);
    native_draw(&device, plan, drawn + before, offset);
    const glr_destination destination = {.memory = expected + (room - (size_t)bytes)};
    cr_assert_eq(cpu->backend->fill(cpu, plan, &destination, NULL), GLR_OK);
    for (size_t i = 0; i < room; i++) {
        cr_assert_eq(
            drawn[i], expected[i],
            "sampler %d, dtype %d, from %llu on, %llu elements, offset %llu, way %u: byte %zu of %zu",
            plan->sampler, (int)plan->dtype, (unsigned long long)plan->runs.first,
            (unsigned long long)plan->count, (unsigned long long)offset, way, i, room);
    }
    free(drawn);
    free(expected);
}

static void compare_fills(int64_t elements, bool with_specials)
{
    static fill fills[MAX_FILLS];
    const size_t count = make_fills(fills, elements, with_specials);
    for (size_t i = 0; i < count; i++) {
        compare(&fills[i].plan, fills[i].before, 0, fills[i].bytes, (unsigned)i);
        compare(&fills[i].plan, fills[i].before, 0, fills[i].bytes, (unsigned)i + 9); /* another way in all */
    }
}

Test(native, samplers_dtypes_and_layouts_within_a_tile) { compare_fills(515, true); }
Test(native, samplers_dtypes_and_layouts_over_tiles) { compare_fills(5003, false); }

static const glr_dtype dtypes[] = {GLR_DTYPE_FLOAT32, GLR_DTYPE_BFLOAT16, GLR_DTYPE_FLOAT16,
                                   GLR_DTYPE_FLOAT8_E5M2, GLR_DTYPE_FLOAT64};

#define DTYPES (sizeof dtypes / sizeof dtypes[0])

/* Elements `first` to first + count - 1 of a vector. */
static void compare_window(const glr_initializer *initializer, glr_dtype dtype, uint64_t first,
                           uint64_t count, uint64_t offset, unsigned way)
{
    const glr_tensor tensor = {.dtype = dtype,
                               .rank = 1,
                               .shape = {INT64_C(1) << 54},
                               .part = GLR_PART_RANGE,
                               .first = (int64_t)first,
                               .count = (int64_t)count};
    const fill f = fill_of(initializer, &tensor);
    compare(&f.plan, 0, offset, f.bytes, way);
}

/* Around the ends of tiles, of which the largest holds 8192 elements: parts that begin and end everywhere
   about them, at every place in a vector of the destination. */
Test(native, ends_of_tiles)
{
    static const uint64_t firsts[] = {0, 1, 3, 4, 6, 2045, 2047, 2048, 8190, 8193};
    static const uint64_t ends[] = {2047, 2048, 2050, 4096, 8191, 8192, 8193, 16383, 16384, 16387};
    const glr_initializer samplers[] = {glr_random_uniform(-1.0, 1.0, 5), glr_truncated_normal(0.0, 1.0, 6)};
    unsigned n = 0;
    for (size_t d = 0; d < DTYPES; d++) {
        for (size_t k = 0; k < 2; k++) {
            for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
                for (size_t j = 0; j < sizeof ends / sizeof ends[0]; j++, n++) {
                    if (firsts[i] < ends[j] && (n % 3 == 0 || !test_is_light())) {
                        /* so that the destination is aligned half of the times */
                        const uint64_t offset = n % 2 == 0 ? firsts[i] % 16 : n % 17;
                        compare_window(&samplers[k], dtypes[d], firsts[i], ends[j] - firsts[i], offset, n);
                    }
                }
            }
        }
    }
}

/* All short parts of the first groups, at each offset. */
Test(native, short_parts)
{
    const glr_initializer initializer = glr_truncated_normal(0.0, 1.0, 6);
    unsigned n = 0;
    for (size_t d = 0; d < DTYPES; d++) {
        for (uint64_t first = 0; first < 5; first++) {
            for (uint64_t count = 1; count < 10; count++, n++) {
                compare_window(&initializer, dtypes[d], first, count, n % 18, n);
            }
        }
    }
}

/* Groups and blocks whose numbers have more than 32 bits, and where they come to have them. */
Test(native, far_into_a_tensor)
{
    const glr_initializer samplers[] = {glr_random_normal(0.0, 1.0, 5), glr_truncated_normal(0.0, 1.0, 6)};
    for (unsigned d = 0; d < DTYPES; d++) {
        for (unsigned bits = 24; bits < 54; bits += 2) {
            for (unsigned k = 0; k < 2; k++) {
                compare_window(&samplers[k], dtypes[d], (UINT64_C(1) << bits) - 2100, 4203, bits,
                               d + bits + k);
                compare_window(&samplers[k], dtypes[d], (UINT64_C(1) << bits) + 12288, 8192, 0, d + bits + k);
            }
        }
    }
}

/* More units are queued, by a work-group that draws alone, than a queue has places, many times over. */
Test(native, full_queues)
{
    const glr_initializer initializer = glr_truncated_normal(0.0, 1.0, 6);
    for (unsigned way = 0; way < 18; way += 6) {
        for (unsigned d = 0; d < DTYPES; d++) {
            glr_tensor tensor = {.dtype = dtypes[d], .rank = 1, .shape = {test_is_light() ? 20001 : 70001}};
            const fill packed = fill_of(&initializer, &tensor);
            compare(&packed.plan, 0, 0, packed.bytes, way + d % 2);
            tensor.strides[0] = 2;
            const fill apart = fill_of(&initializer, &tensor);
            compare(&apart.plan, 0, 0, apart.bytes, way + d % 2);
        }
    }
}

/* Counters that a caller chose, which the tiles' shared words would not be right for. */
Test(native, counters_that_carry_in_tiles)
{
    const glr_initializer samplers[] = {glr_random_normal(0.0, 1.0, 5), glr_truncated_normal(0.0, 1.0, 6)};
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {20001}};
    for (unsigned k = 0; k < 2; k++) {
        fill f = fill_of(&samplers[k], &tensor);
        f.plan.base.low = UINT64_MAX - 15;
        compare(&f.plan, 0, 0, f.bytes, k);
    }
}

Test(native, check_at_opening)
{
    const native_device device = device_of(0);
    for (int i = 0; i < GLR_CHECK_PLACES; i++) {
        uint32_t *words = malloc(GLR_CHECK_WORDS * sizeof *words);
        cr_assert_not_null(words);
        const glr_plan plan = glr_check_plan(glr_check_places[i]);
        native_check(&device, &plan, words);
        cr_assert_eq(glr_check_operations("native", words, &plan), GLR_OK, "%s", glr_last_error());
        free(words);
    }
}
