/* The functions in fixed point, against mpmath's values, the C library's and the compiler's 128-bit integers.
 */
#include "api/make_plan.h"
#include "core/core.h"
#include "support/golden.h"
#include "support/random.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

/* Words of all sizes, and those near the ends of their halves. */
static uint64_t some_word(test_random *random)
{
    const uint64_t bits = test_random_bits(random), kind = test_random_bits(random) % 8;
    switch (kind) {
    case 0: return bits >> (bits % 64);
    case 1: return bits | 0xffffffffU;
    case 2: return bits & ~UINT64_C(0xffffffff);
    case 3: return bits | UINT64_C(0xffffffff00000000);
    case 4: return ~(bits >> (bits % 64));
    default: return bits;
    }
}

Test(fixed, products_and_quotients)
{
    test_random random = test_random_start("quotients");
    for (int i = 0; i < 3000000; i++) {
        const uint64_t b = some_word(&random) | UINT64_C(1) << 63;
        const uint64_t a = i % 4 == 0 ? b - 1 - some_word(&random) % 5 : some_word(&random) % b;
        cr_assert_eq(glr_upper_product(a, b), (uint64_t)((wide)a * b >> 64));
        cr_assert_eq(glr_upper_product_by_halves(a, b), (uint64_t)((wide)a * b >> 64));
        cr_assert_eq(glr_quotient(a, b), (uint64_t)(((wide)a << 64) / b), "%" PRIx64 " / %" PRIx64, a, b);
    }
}

Test(fixed, leading_zeros)
{
    for (uint32_t zeros = 0; zeros < 64; zeros++) {
        cr_assert_eq(glr_leading_zeros(UINT64_C(1) << 63 >> zeros), zeros);
        cr_assert_eq(glr_leading_zeros(UINT64_MAX >> zeros), zeros);
    }
}

/* The signed result, as an integer of two's complement. */
static uint64_t signed_of(glr_fixed value)
{
    return value.is_negative ? 0 - value.magnitude : value.magnitude;
}

static uint64_t result_of(const char *name, uint64_t argument)
{
    if (strcmp(name, "log2") == 0) {
        return glr_fixed_log2(argument);
    }
    return strcmp(name, "exp2") == 0 ? glr_fixed_exp2(argument)
                                     : signed_of(glr_fixed_sine(argument, strcmp(name, "cosine") == 0));
}

/* An integer of a sign and 64 bits in hexadecimal, in two's complement; 2^64 is 0. */
static uint64_t integer_of(const char *text)
{
    const int negative = *text == '-';
    const uint64_t magnitude =
        strcmp(text, "0x10000000000000000") == 0 ? 0 : strtoull(text + negative, NULL, 16);
    return negative ? 0 - magnitude : magnitude;
}

Test(fixed, values_of_mpmath)
{
    json_t *golden = golden_read("golden/index_laws.json"), *row;
    size_t i;
    json_array_foreach(json_object_get(golden, "functions"), i, row)
    {
        const char *name = json_string_value(json_array_get(row, 0));
        const uint64_t argument = integer_of(json_string_value(json_array_get(row, 1)));
        const uint64_t exact = integer_of(json_string_value(json_array_get(row, 2)));
        const uint64_t off = result_of(name, argument) - exact;
        const uint64_t distance = (int64_t)off < 0 ? 0 - off : off;
        cr_expect_leq(distance, strcmp(name, "log2") == 0 ? 12 : 4, "%s %" PRIx64 ": off by %" PRId64, name,
                      argument, (int64_t)off);
    }
    cr_assert_gt(i, 200);
    json_decref(golden);
}

/* The numbers of elements before they are rounded, every bit as the text of the stream has it. */
Test(fixed, numbers_of_the_text)
{
    json_t *golden = golden_read("golden/index_laws.json"), *law, *element;
    size_t i, j, checked = 0;
    json_array_foreach(json_object_get(golden, "laws"), i, law)
    {
        const glr_initializer initializer = golden_initializer(law);
        const glr_tensor tensor = golden_tensor(law);
        glr_plan plan;
        uint64_t bytes;
        cr_assert_eq(glr_make_plan(&initializer, &tensor, &plan, &bytes), GLR_OK, "%s", glr_last_error());
        glr_seed_plan(&initializer, &plan);
        json_array_foreach(json_object_get(law, "elements"), j, element)
        {
            const uint64_t index = (uint64_t)json_integer_value(json_array_get(element, 0));
            const uint32_t word = (uint32_t)glr_index_bytes(&plan.law, index, plan.base, &plan.keys);
            const uint64_t number = signed_of(glr_number_at(&plan.law, index, word));
            cr_expect_eq(number, integer_of(json_string_value(json_array_get(element, 2))),
                         "%s, element %" PRIu64, glr_kind_name(initializer.kind), index);
            checked++;
        }
    }
    cr_assert_gt(checked, 200);
    json_decref(golden);
}

/* In units of 2^-64 and 2^-63; the C library's own are beyond 2^-63. */
Test(fixed, errors_on_samples)
{
    test_random random = test_random_start("fixed");
    const long double turn = 6.283185307179586476925286766559005768L;
    for (int i = 0; i < 1000000; i++) {
        const uint64_t word = some_word(&random), m = (word | UINT64_C(1) << 63) & ~UINT64_C(0xff);
        const long double angle = (long double)word * 0x1p-64L * turn;
        const long double log2 = (long double)glr_fixed_log2(m) * 0x1p-64L;
        const long double exp2 = (long double)glr_fixed_exp2(word) * 0x1p-63L;
        const glr_fixed sine = glr_fixed_sine(word, 0), cosine = glr_fixed_sine(word, 1);
        const long double s = (long double)sine.magnitude * (sine.is_negative ? -0x1p-63L : 0x1p-63L);
        const long double c = (long double)cosine.magnitude * (cosine.is_negative ? -0x1p-63L : 0x1p-63L);
        cr_assert(fabsl(log2 - log2l((long double)m * 0x1p-63L)) < 0x1p-60L, "log2 %" PRIx64, m);
        cr_assert(fabsl(exp2 - exp2l((long double)word * 0x1p-64L)) < 0x1p-60L, "exp2 %" PRIx64, word);
        cr_assert(fabsl(s - sinl(angle)) < 0x1p-60L && fabsl(c - cosl(angle)) < 0x1p-60L,
                  "sine or cosine %" PRIx64, word);
    }
}

/* Horner's sums of positive terms grow with the argument, so that its greatest shows whether any overflows.
 */
Test(fixed, greatest_arguments)
{
    cr_assert_eq(glr_fixed_exp2(0), UINT64_C(1) << 63);
    cr_assert_geq(glr_fixed_exp2((UINT64_C(1) << 63) - 1), UINT64_C(0xb504f333f9de6480));
    cr_assert_geq(glr_fixed_exp2(UINT64_MAX), UINT64_MAX - 8);
    cr_assert_eq(glr_fixed_log2(UINT64_C(1) << 63), 0);
    cr_assert_geq(glr_fixed_log2(UINT64_MAX - 255), UINT64_MAX - 512);
}

/* The compiler's conversions round to nearest even, too. */
Test(fixed, nearest_float)
{
    test_random random = test_random_start("nearest");
    for (int i = 0; i < 1000000; i++) {
        uint64_t word = some_word(&random);
        if (i % 3 == 0) { /* ties and their neighbors */
            const int bits = i % 2 == 0 ? 24 : 53;
            word = (word | UINT64_C(1) << 63) >> (64 - bits) << (64 - bits) | UINT64_C(1) << (63 - bits);
            word += test_random_bits(&random) % 3 - 1;
        }
        const glr_fixed number = {word, 0, i % 7 == 0};
        const float single = i % 7 == 0 ? -(float)word : (float)word;
        const double both = i % 7 == 0 ? -(double)word : (double)word;
        if (word != 0) {
            cr_assert_eq(glr_nearest_float(number, 23, 127), glr_bits_of(single), "%" PRIx64, word);
            cr_assert_eq(glr_nearest_float(number, 52, 1023), glr_bits_of_f64(both), "%" PRIx64, word);
        }
    }
    const glr_fixed zero = {0, -63, 1};
    cr_assert_eq(glr_nearest_float(zero, 23, 127), 0);
    const glr_fixed small = {3, -65, 1};
    cr_assert_eq(glr_nearest_float(small, 52, 1023), glr_bits_of_f64(-0x1.8p-64));
}
