/* The text form of initializers: round trips, expressions, and errors with their columns. */
#include "glorand/glorand.h"
#include "support/random.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const glr_variable variables[] = {{"n_layer", 12.0}, {"_x1", -2.5}, {"s", 7.0}, {"endless", INFINITY}};

static glr_status parse(const char *text, glr_initializer *initializer)
{
    return glr_initializer_from_text(text, strlen(text), variables, COUNT(variables), initializer);
}

static glr_initializer expect_read(const char *text)
{
    glr_initializer read = {0};
    cr_expect_eq(parse(text, &read), GLR_OK, "%s: %s", text, glr_last_error());
    return read;
}

/* Every member, and no padding. */
static bool is_same(const glr_initializer *a, const glr_initializer *b)
{
#define SAME(member) (memcmp(&a->member, &b->member, sizeof a->member) == 0)
    return SAME(reserved) && SAME(kind) && SAME(value) && SAME(integer) && SAME(number) && SAME(mean) &&
           SAME(stddev) && SAME(minval) && SAME(maxval) && SAME(scale) && SAME(mode) && SAME(distribution) &&
           SAME(method) && SAME(layout) && SAME(seeding) && SAME(seed) && SAME(stream) && SAME(key) &&
           SAME(counter) && SAME(input_axis_count) && SAME(output_axis_count) && SAME(batch_axis_count) &&
           SAME(input_axes) && SAME(output_axes) && SAME(batch_axes) && SAME(has_axes) && SAME(lower) &&
           SAME(upper) && SAME(lower_unit) && SAME(upper_unit);
#undef SAME
}

/* Writes an initializer and reads that back as the same. Returns the text, which the next call overwrites. */
static const char *expect_round_trip(const glr_initializer *initializer)
{
    static char text[1024];
    glr_initializer again = {0};
    size_t length = 0;
    text[0] = '\0';
    cr_expect_eq(glr_initializer_to_text(initializer, text, sizeof text, &length), GLR_OK, "%s: %s",
                 glr_kind_name(initializer->kind), glr_last_error());
    cr_expect_eq(length, strlen(text), "%s: %zu", text, length);
    cr_expect_eq(glr_initializer_from_text(text, length, NULL, 0, &again), GLR_OK, "%s: %s", text,
                 glr_last_error());
    cr_expect(is_same(initializer, &again), "%s is read as another", text);
    return text;
}

static void expect_no_form(const glr_initializer *initializer, const char *message)
{
    char text[256];
    cr_expect_eq(glr_initializer_to_text(initializer, text, sizeof text, NULL), GLR_ERROR_UNSUPPORTED);
    cr_expect_str_eq(glr_last_error(), message, "%s", glr_last_error());
}

/* ---- Round trips ------------------------------------------------------------------------------------- */

Test(text, forms)
{
    static const struct {
        const char *text, *written;
    } forms[] = {
        {"glorot_normal", "glorot_normal"},
        {" zeros ( ) ", "zeros"},
        {"ones", "ones"},
        {"GlorotNormal", "glorot_normal"},
        {"uniform(maxval=1)", "random_uniform(-0.05, 1)"},
        {"random_normal(0, 0.02)", "random_normal(0, 0.02)"},
        {"random_normal(1, 0.05)", "random_normal(1)"},
        {"random_normal(-0, 5e-2)", "random_normal(-0)"},
        {"truncated_normal(0, .02, -2s, 2 s)", "truncated_normal(0, 0.02)"},
        {"truncated_normal(stddev=0.02, upper=(1+1)s, mean=0)", "truncated_normal(0, 0.02)"},
        {"truncated_normal(0, 0.02, -3s, 3 s)", "truncated_normal(0, 0.02, -3s, 3s)"},
        {"truncated_normal(0, 0.02, -2s, 3s)", "truncated_normal(0, 0.02, -2s, 3s)"},
        {"truncated_normal(0, 0.02, -3s, 2s)", "truncated_normal(0, 0.02, -3s)"},
        {"truncated_normal(upper=0.1)", "truncated_normal(0, 0.05, -2s, 0.1)"},
        {"truncated_normal(1, 0.5, lower=0)", "truncated_normal(1, 0.5, 0)"},
        {"truncated_normal(0, 1, -2, 2)", "truncated_normal(0, 1, -2, 2)"},
        {"truncated_normal(0, 1, -inf, + inf)", "truncated_normal(0, 1, -inf, inf)"},
        {"truncated_normal(0, 1, 2s, -2s)", "truncated_normal(0, 1, 2s, -2s)"},
        {"truncated_normal(0, 1, -0s, -0)", "truncated_normal(0, 1, -0s, -0)"},
        {"truncated_normal(0, 1, -(1 + 1/3)s, 0x1p-3 s)",
         "truncated_normal(0, 1, -1.3333333333333333s, 0.125s)"},
        {"truncated_normal(0, 1, -s, n_layer s, seed=1)", "truncated_normal(0, 1, -7, 12s, seed=1)"},
        {"truncated_normal(lower=-s\ts)", "truncated_normal(0, 0.05, -7s)"},
        {"variance_scaling(2,fan_in,untruncated_normal)", "variance_scaling(2, fan_in, untruncated_normal)"},
        {"variance_scaling(scale=2, mode=fan_in)", "variance_scaling(2)"},
        {"variance_scaling(2, fan_geo_avg, uniform)", "variance_scaling(2, fan_geo_avg, uniform)"},
        {"variance_scaling(distribution=uniform)", "variance_scaling(1, fan_in, uniform)"},
        {"xavier_normal", "variance_scaling(1, fan_avg, untruncated_normal, layout=torch)"},
        {"xavier_uniform(gain=-1+3, seed=4)", "variance_scaling(4, fan_avg, uniform, seed=4, layout=torch)"},
        {"kaiming_normal", "variance_scaling(2, fan_in, untruncated_normal, layout=torch)"},
        {"kaiming_uniform(2, fan_out)", "variance_scaling(0.4, fan_out, uniform, layout=torch)"},
        {"kaiming_normal(2, fan_in, selu)",
         "variance_scaling(0.5625, fan_in, untruncated_normal, layout=torch)"},
        {"kaiming_normal(mode=fan_out, nonlinearity=linear, layout=keras)",
         "variance_scaling(1, fan_out, untruncated_normal)"},
        {"kaiming_normal(input_axes=[0], output_axes=[1])",
         "variance_scaling(2, fan_in, untruncated_normal, layout=torch, input_axes=[0], output_axes=[1])"},
        {"linear_weight", "variance_scaling(0.3333333333333333, fan_in, uniform, layout=torch)"},
        {"linear_weight(layout=keras)", "variance_scaling(0.3333333333333333, fan_in, uniform)"},
        {"linear_bias(8*8, stream=3)", "random_uniform(-0.125, 0.125, stream=3)"},
        {"linear_bias(fan_in=0)", "random_uniform(0, 0)"},
        {"trunc_normal(0, 0.02, -0.04, 0.04, method=icdf)",
         "truncated_normal(0, 0.02, -0.04, 0.04, method=icdf)"},
        {"trunc_normal(a=-1, b=7, mean=3, std=2)", "truncated_normal(3, 2, -1, 7)"},
        {"trunc_normal(a=-2, b=2)", "truncated_normal(0, 1, -2, 2)"},
        {"trunc_normal(a=-inf, b=n_layer)", "truncated_normal(0, 1, -inf, 12)"},
        {"trunc_normal(1, 2, 0, +inf)", "truncated_normal(1, 2, 0, inf)"},
        {"log_arange()", "log_arange"},
        {"dt_bias(0.001, 0.1)", "dt_bias"},
        {"dt_bias(0.001, 0.1, 0, seed=4)", "dt_bias(0.001, 0.1, 0, seed=4)"},
        {"dt_bias(dt_init_floor=1/2)", "dt_bias(0.001, 0.1, 0.5)"},
        {"sinusoids(1e4)", "sinusoids"},
        {"sinusoids_interleaved(max_timescale=5e5)", "sinusoids_interleaved(500000)"},
        {"IdentityInitializer(-2)", "identity(-2)"},
        {"identity(gain=1)", "identity"},
        {"dirac(layout=torch)", "dirac"},
        {"dirac(groups=3, layout=keras)", "dirac(3, layout=keras)"},
        {"OrthogonalInitializer", "orthogonal"},
        {"orthogonal(sqrt(4), layout=torch)", "orthogonal(2, layout=torch)"},
        {"orthogonal(gain=1, seed=3)", "orthogonal(seed=3)"},
        {"unit_forget_bias()", "unit_forget_bias"},
        {"RandomBytes(seed=4)", "random_bytes(seed=4)"},
        {"constant(0x1.8p1)", "constant(3)"},
        {"constant(-inf)", "constant(-inf)"},
        {"constant(+ nan)", "constant(nan)"},
        {"constant(-nan)", "constant(-nan)"},
        {"constant(1e-400)", "constant"},
        {"constant(0.00012)", "constant(0.00012)"},
        {"constant(0.000012)", "constant(1.2e-5)"},
        {"constant(1234567890123456)", "constant(1234567890123456)"},
        {"constant(12345678901234560)", "constant(1.234567890123456e16)"},
        {"constant(9007199254740993)", "constant(9007199254740993)"},
        {"constant(+9007199254740993)", "constant(9007199254740993)"},
        {"constant( + 18446744073709551615)", "constant(18446744073709551615)"},
        {"constant(-+9007199254740993)", "constant(-9007199254740992)"},
        {"constant(-9223372036854775807, seed=1)", "constant(-9223372036854775807, seed=1)"},
        {"constant(value= 18446744073709551615 )", "constant(18446744073709551615)"},
        {"constant(18446744073709551616)", "constant(1.8446744073709552e19)"},
        {"constant(18446744073709551617)", "constant(1.8446744073709552e19)"},
        {"constant(9007199254740993.0)", "constant(9007199254740992)"},
        {"constant(9007199254740993+0)", "constant(9007199254740992)"},
        {"glorot_normal(seed=42, method=icdf)", "glorot_normal(seed=42, method=icdf)"},
        {"he_normal(layout=torch, stream=-7)", "he_normal(stream=-7, layout=torch)"},
        {"he_normal(output_axes=[], input_axes=[ 0 , -1 ])", "he_normal(input_axes=[0, -1], output_axes=[])"},
        {"he_normal(batch_axes=[0], layout=keras)", "he_normal(batch_axes=[0])"},
        {"he_normal(counter=[0, 0, 5, 4294967295], key=[1, 2])",
         "he_normal(key=[1, 2], counter=[0, 0, 5, 4294967295])"},
        {"random_uniform\n(\t-1,\r1, seed=-9223372036854775808)",
         "random_uniform(-1, 1, seed=-9223372036854775808)"},
    };
    for (size_t i = 0; i < COUNT(forms); i++) {
        const glr_initializer read = expect_read(forms[i].text);
        cr_expect_str_eq(expect_round_trip(&read), forms[i].written, "%s", forms[i].text);
    }
}

static void expect_bound(double bound, double number, glr_bound_unit unit, glr_bound_unit expected,
                         const char *text)
{
    cr_expect_arr_eq(&bound, &number, sizeof bound, "%s: %a, not %a", text, bound, number);
    cr_expect_eq(unit, expected, "%s: unit %d, not %d", text, (int)unit, (int)expected);
}

Test(text, bounds)
{
    static const struct {
        const char *text;
        double lower, upper;
        glr_bound_unit lower_unit, upper_unit;
    } bounds[] = {
        {"truncated_normal", 0.0, 0.0, GLR_BOUND_DEFAULT, GLR_BOUND_DEFAULT},
        {"truncated_normal(0, 1, -2s, 2s)", 0.0, 0.0, GLR_BOUND_DEFAULT, GLR_BOUND_DEFAULT},
        {"truncated_normal(0, 1, 2s, -2s)", 2.0, -2.0, GLR_BOUND_STDDEV, GLR_BOUND_STDDEV},
        {"truncated_normal(0, 1, -2, 2)", -2.0, 2.0, GLR_BOUND_ABSOLUTE, GLR_BOUND_ABSOLUTE},
        {"truncated_normal(0, 1, -1/3s, s)", -1.0 / 3.0, 7.0, GLR_BOUND_STDDEV, GLR_BOUND_ABSOLUTE},
        {"truncated_normal(0, 1, -inf, 3s)", -INFINITY, 3.0, GLR_BOUND_STDDEV, GLR_BOUND_STDDEV},
        {"truncated_normal(upper=inf)", 0.0, INFINITY, GLR_BOUND_DEFAULT, GLR_BOUND_STDDEV},
        {"trunc_normal(0, 1, -2, 2)", -2.0, 2.0, GLR_BOUND_ABSOLUTE, GLR_BOUND_ABSOLUTE},
        {"trunc_normal(0, 1, -inf, 2)", -INFINITY, 2.0, GLR_BOUND_STDDEV, GLR_BOUND_ABSOLUTE},
    };
    for (size_t i = 0; i < COUNT(bounds); i++) {
        const glr_initializer read = expect_read(bounds[i].text);
        expect_bound(read.lower, bounds[i].lower, read.lower_unit, bounds[i].lower_unit, bounds[i].text);
        expect_bound(read.upper, bounds[i].upper, read.upper_unit, bounds[i].upper_unit, bounds[i].text);
    }
}

/* Text has infinite bounds, and those of 2 standard deviations, in one unit alone. */
Test(text, bounds_in_another_unit)
{
    static const struct {
        double lower, upper;
        glr_bound_unit unit;
        const char *written;
    } cases[] = {
        {-2.0, 2.0, GLR_BOUND_STDDEV, "truncated_normal(0, 1, seed=5)"},
        {-2.0, 3.0, GLR_BOUND_STDDEV, "truncated_normal(0, 1, -2s, 3s, seed=5)"},
        {-INFINITY, 2.0, GLR_BOUND_ABSOLUTE, "truncated_normal(0, 1, -inf, 2, seed=5)"},
        {-INFINITY, INFINITY, GLR_BOUND_ABSOLUTE, "truncated_normal(0, 1, -inf, inf, seed=5)"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const glr_initializer made =
            glr_truncated_normal_between(0.0, 1.0, cases[i].lower, cases[i].upper, cases[i].unit, 5);
        char text[128] = "";
        cr_expect_eq(glr_initializer_to_text(&made, text, sizeof text, NULL), GLR_OK, "%s", glr_last_error());
        cr_expect_str_eq(text, cases[i].written, "%s", text);
        const glr_initializer read = expect_read(text);
        cr_expect_str_eq(expect_round_trip(&read), text);
    }
}

/* Integers that a double holds, or that are another type's, have no form. */
Test(text, integers_as_they_are_made)
{
    const uint64_t odd = (UINT64_C(1) << 63) + 1;
    glr_initializer made = glr_constant_int64(INT64_MIN);
    cr_expect_eq(made.number, GLR_NUMBER_DOUBLE);
    cr_expect_eq(made.value, -0x1p63);
    made = glr_constant_uint64(odd);
    cr_expect_eq(made.number, GLR_NUMBER_UINT64);
    cr_expect_str_eq(expect_round_trip(&made), "constant(9223372036854775809, seed=0)");
    made = glr_constant_int64(INT64_MAX);
    cr_expect_eq(made.number, GLR_NUMBER_INT64);
    cr_expect_str_eq(expect_round_trip(&made), "constant(9223372036854775807, seed=0)");
    made = glr_constant_uint64(INT64_MAX);
    cr_expect_eq(made.number, GLR_NUMBER_INT64);
    made.number = GLR_NUMBER_UINT64;
    expect_no_form(&made,
                   "initializer.number: uint64 has no form in text for an integer that an int64 can hold");
    made.number = GLR_NUMBER_INT64;
    made.integer = 5;
    expect_no_form(&made, "initializer.number: int64 has no form in text for an integer that value can hold");
}

Test(text, every_kind)
{
    for (int i = GLR_KIND_ZEROS; i <= GLR_KIND_RANDOM_BYTES; i++) {
        glr_initializer made = glr_initializer_of_kind((glr_kind)i);
        char expected[64];
        (void)snprintf(expected, sizeof expected, "%s(seed=0)", glr_kind_name(made.kind));
        cr_expect_str_eq(expect_round_trip(&made), expected);
        made.seeding = GLR_SEEDING_NONE;
        cr_expect_str_eq(expect_round_trip(&made), glr_kind_name(made.kind));
        const glr_initializer read = expect_read(glr_kind_name(made.kind));
        cr_expect(is_same(&read, &made), "%s", glr_kind_name(made.kind));
    }
}

/* Each is read as a law, with arguments or without, and torch's are there; of the names of kinds none is
   missing and none is there twice. */
Test(text, names_of_laws)
{
    static const char *const torch[] = {"xavier_normal", "kaiming_uniform", "linear_bias", "trunc_normal"};
    size_t count = 0, kinds = 0, found = 0;
    for (const char *name; (name = glr_law_name(count)) != NULL; count++) {
        glr_initializer read = {0};
        if (parse(name, &read) != GLR_OK) {
            cr_expect(strstr(glr_last_error(), " needs ") != NULL, "%s: %s", name, glr_last_error());
        }
        kinds += glr_kind_of_name(name) != GLR_KIND_NONE;
        for (size_t i = 0; i < COUNT(torch); i++) {
            found += strcmp(name, torch[i]) == 0;
        }
        for (size_t i = 0; i < count; i++) {
            cr_expect_str_neq(glr_law_name(i), name);
        }
    }
    for (int kind = 0; kind < 256; kind++) {
        kinds -= glr_kind_of_name(glr_kind_name((glr_kind)kind)) != GLR_KIND_NONE;
    }
    cr_expect_eq(kinds, 0);
    cr_expect_eq(found, COUNT(torch));
    cr_expect_null(glr_law_name(count + 1));
    cr_expect_null(glr_law_name(SIZE_MAX));
}

/* As Python's repr writes them, but for '+' and ".0". Of 2^-44 and 2^89 the nearest decimal with 16 digits is
   read as another number, and the next one is not. */
Test(text, numbers_have_as_few_digits_as_they_need)
{
    static const struct {
        double number;
        const char *written;
    } numbers[] = {
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3.0, "0.3333333333333333"},
        {0x1p-1074, "5e-324"},
        {0x0.fffffffffffffp-1022, "2.225073858507201e-308"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {-DBL_MAX, "-1.7976931348623157e308"},
        {1e23, "1e23"},
        {0x1p53, "9007199254740992"},
        {0x1p53 + 2.0, "9007199254740994"},
        {0x1p63, "9.223372036854776e18"},
        {0x1p-44, "5.684341886080802e-14"},
        {0x1p89, "6.189700196426902e26"},
        {1e15, "1000000000000000"},
        {1e16, "1e16"},
        {0.0001, "0.0001"},
        {123.456, "123.456"},
        {-0.0, "-0"},
    };
    for (size_t i = 0; i < COUNT(numbers); i++) {
        const glr_initializer made = glr_random_uniform(numbers[i].number, 3.0, 0);
        char expected[64];
        (void)snprintf(expected, sizeof expected, "random_uniform(%s, 3, seed=0)", numbers[i].written);
        cr_expect_str_eq(expect_round_trip(&made), expected);
    }
}

static double random_double(test_random *random)
{
    static const double special[] = {0.0,     -0.0,      1.0,     0.05,   -0.05,  0x1p-1074,
                                     DBL_MIN, 0x1p-1023, DBL_MAX, 0x1p53, 0x1p54, 9007199254740993.0 * 3.0,
                                     1e22,    1e23,      0x1p-44, 1e-5,   1e16,   123456789.0};
    if (test_random_between(random, 0, 2) == 0) {
        return special[test_random_between(random, 0, COUNT(special) - 1)];
    }
    double number;
    do {
        const uint64_t bits = test_random_bits(random);
        memcpy(&number, &bits, sizeof number);
    } while (!isfinite(number));
    return number;
}

static void random_axes(test_random *random, int32_t axes[GLR_MAX_RANK], uint32_t *count)
{
    *count = (uint32_t)test_random_between(random, 0, GLR_MAX_RANK);
    for (uint32_t i = 0; i < *count; i++) {
        axes[i] = (int32_t)test_random_between(random, -GLR_MAX_RANK, GLR_MAX_RANK - 1);
    }
}

/* As text has it: 2 standard deviations are the default, and an infinite bound counts them. */
static double random_bound(test_random *random, double its_default, glr_bound_unit *unit)
{
    *unit = (glr_bound_unit)test_random_between(random, 0, 2);
    if (*unit == GLR_BOUND_DEFAULT) {
        return 0.0;
    }
    if (*unit == GLR_BOUND_STDDEV && test_random_between(random, 0, 3) == 0) {
        return test_random_between(random, 0, 1) == 0 ? -INFINITY : INFINITY;
    }
    double bound;
    do {
        bound = test_random_between(random, 0, 3) == 0 ? -its_default : random_double(random);
    } while (bound == its_default && *unit == GLR_BOUND_STDDEV);
    return bound;
}

static void random_law(test_random *random, glr_initializer *made)
{
    switch (made->kind) {
    case GLR_KIND_CONSTANT: {
        const double others[] = {INFINITY, -INFINITY, NAN, copysign(NAN, -1.0)};
        made->value = test_random_between(random, 0, 3) == 0 ? others[test_random_between(random, 0, 3)]
                                                             : random_double(random);
        break;
    }
    case GLR_KIND_TRUNCATED_NORMAL:
        made->lower = random_bound(random, -2.0, &made->lower_unit);
        made->upper = random_bound(random, 2.0, &made->upper_unit);
        made->mean = random_double(random);
        made->stddev = random_double(random);
        break;
    case GLR_KIND_RANDOM_NORMAL:
        made->mean = random_double(random);
        made->stddev = random_double(random);
        break;
    case GLR_KIND_RANDOM_UNIFORM:
        made->minval = random_double(random);
        made->maxval = random_double(random);
        break;
    case GLR_KIND_VARIANCE_SCALING:
        made->scale = random_double(random);
        made->mode = (glr_mode)test_random_between(random, 0, 3);
        made->distribution = (glr_distribution)test_random_between(random, 0, 2);
        break;
    case GLR_KIND_DT_BIAS:
        made->minval = random_double(random);
        made->maxval = random_double(random);
        made->value = random_double(random);
        break;
    case GLR_KIND_SINUSOIDS:
    case GLR_KIND_SINUSOIDS_INTERLEAVED:
    case GLR_KIND_IDENTITY:
    case GLR_KIND_ORTHOGONAL: made->scale = random_double(random); break;
    case GLR_KIND_DIRAC: made->integer = (int64_t)test_random_bits(random); break;
    default: break;
    }
}

static void random_settings(test_random *random, glr_initializer *made)
{
    made->seeding = (glr_seeding)test_random_between(random, 0, 2);
    if (made->seeding == GLR_SEEDING_SEED) {
        made->seed = (int64_t)test_random_bits(random);
    } else if (made->seeding == GLR_SEEDING_KEY) {
        for (int i = 0; i < 4; i++) {
            made->key[i / 2] = (uint32_t)test_random_bits(random);
            made->counter[i] = (uint32_t)test_random_bits(random);
        }
    }
    made->stream = test_random_between(random, 0, 1) == 0 ? 0 : (int64_t)test_random_bits(random);
    made->method = (glr_method)test_random_between(random, 0, 1);
    made->layout = (glr_layout)test_random_between(random, 0, 1);
    made->has_axes = (uint32_t)test_random_between(random, 0, 1);
    if (made->has_axes) {
        random_axes(random, made->input_axes, &made->input_axis_count);
        random_axes(random, made->output_axes, &made->output_axis_count);
    }
    random_axes(random, made->batch_axes, &made->batch_axis_count);
}

Test(text, random_members)
{
    test_random random = test_random_start("random_members");
    for (int i = 0; i < 20000; i++) {
        glr_initializer made = glr_initializer_of_kind(
            (glr_kind)test_random_between(&random, GLR_KIND_ZEROS, GLR_KIND_RANDOM_BYTES));
        random_law(&random, &made);
        random_settings(&random, &made);
        (void)expect_round_trip(&made);
    }
}

/* ---- Expressions ------------------------------------------------------------------------------------- */

/* The compiler evaluates the same text. */
Test(text, expressions)
{
    const double n_layer = 12.0, _x1 = -2.5;
#define SAME(expression)                                                                                     \
    {                                                                                                        \
#expression, expression                                                                              \
    }
    const struct {
        const char *text;
        double value;
    } expressions[] = {
        SAME(0.02 / sqrt(2.0 * n_layer)),
        SAME(1.0 - 2.0 - 3.0),
        SAME(1.0 - (2.0 - 3.0)),
        SAME(8.0 / 4.0 / 2.0),
        SAME(8.0 / 4.0 * 2.0),
        SAME(1.0 + 2.0 * 3.0 - 4.0 / 5.0),
        SAME(-2.0 * -_x1 / -+3.0),
        SAME(-(1.0 + n_layer) * .1),
        SAME(0.1 + 0.2),
        SAME(1. / 3.),
        SAME(sqrt(sqrt(2.0)) * 1e-3),
        SAME(0x1.8p-3 + 0X10p0),
        SAME(0x.8p0 * 1E2),
        SAME(9007199254740993.0 + 1.0),
        SAME(5e-324 / 2.0),
        SAME(1.7976931348623157e308 - 1e292),
        SAME(-0.0 * 1.0),
        SAME(sqrt(0.0) - 0.0),
        SAME(((((n_layer))))),
        SAME(2.2250738585072011e-308),
        SAME(1e-300 * 1e-300),
    };
#undef SAME
    for (size_t i = 0; i < COUNT(expressions); i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "constant(%s)", expressions[i].text);
        const glr_initializer read = expect_read(text);
        cr_expect_arr_eq(&read.value, &expressions[i].value, sizeof read.value, "%s: %a, not %a", text,
                         read.value, expressions[i].value);
    }
    cr_expect_eq(expect_read("random_normal(1, n_layer - 4)").stddev, 8.0);
    cr_expect_eq(expect_read("random_normal(1, stddev=s)").stddev, 7.0);
}

/* An expression as it grows: its text, and its value, which is not finite where the text is to be refused. */
typedef struct grown {
    char text[4096];
    size_t length;
} grown;

static void add(grown *into, const char *text)
{
    into->length += (size_t)snprintf(into->text + into->length, sizeof into->text - into->length, "%s", text);
}

static double grow(test_random *random, grown *into, int depth);

static double grow_leaf(test_random *random, grown *into)
{
    char text[64];
    const double number = fabs(random_double(random));
    switch (test_random_between(random, 0, 3)) {
    case 0: add(into, "n_layer"); return 12.0;
    case 1: add(into, "_x1"); return -2.5;
    case 2: (void)snprintf(text, sizeof text, "%.17g", number); break;
    default: (void)snprintf(text, sizeof text, "%a", number); break;
    }
    add(into, text);
    return number;
}

/* In parentheses, so that its value is that of the tree. What is not finite stays so. */
static double grow(test_random *random, grown *into, int depth)
{
    const int64_t form = depth == 0 ? 0 : test_random_between(random, 0, 6);
    if (form == 0) {
        return grow_leaf(random, into);
    }
    add(into, form == 1 ? "-(" : form == 2 ? "sqrt ( " : "(");
    const double left = grow(random, into, depth - 1);
    double result = form == 1 ? -left : form == 2 && left < 0.0 ? (double)NAN : sqrt(left);
    if (form >= 3) {
        static const char operators[] = "+-*/";
        const char sign[] = {' ', operators[form - 3], ' ', '\0'};
        add(into, sign);
        const double right = grow(random, into, depth - 1);
        result = form == 3      ? left + right
                 : form == 4    ? left - right
                 : form == 5    ? left * right
                 : right == 0.0 ? (double)NAN
                                : left / right;
        result = isfinite(left) && isfinite(right) ? result : (double)NAN;
    }
    add(into, ")");
    return isfinite(left) ? result : (double)NAN;
}

Test(text, random_expressions)
{
    test_random random = test_random_start("random_expressions");
    int refused = 0;
    for (int i = 0; i < 20000; i++) {
        grown text = {.length = 0};
        glr_initializer read = {0};
        add(&text, "constant(");
        const double value = grow(&random, &text, (int)test_random_between(&random, 0, 5));
        add(&text, ")");
        const glr_status status = parse(text.text, &read);
        refused += status != GLR_OK;
        cr_expect_eq(status, isfinite(value) ? GLR_OK : GLR_ERROR_PARSE, "%s: %s", text.text,
                     glr_last_error());
        if (status == GLR_OK) {
            cr_expect_arr_eq(&read.value, &value, sizeof value, "%s: %a, not %a", text.text, read.value,
                             value);
        }
    }
    cr_expect(refused > 100 && refused < 15000, "%d are refused", refused);
}

/* ---- Errors ------------------------------------------------------------------------------------------ */

static void expect_error(const char *text, glr_status status, const char *message)
{
    glr_initializer read = glr_he_normal(77);
    const glr_initializer before = read;
    cr_expect_eq(parse(text, &read), status, "%s: %s", text, glr_last_error());
    cr_expect_str_eq(glr_last_error(), message, "%s: %s", text, glr_last_error());
    cr_expect(is_same(&read, &before), "%s: the initializer is changed", text);
}

/* Errors of a table of lines: the text, and the message behind it. */
typedef struct error_case {
    const char *text, *message;
} error_case;

static void expect_errors(const error_case *cases, size_t count, glr_status status)
{
    for (size_t i = 0; i < count; i++) {
        expect_error(cases[i].text, status, cases[i].message);
    }
}

#define KINDS                                                                                                \
    "zeros, ones, constant, random_normal, random_uniform, truncated_normal, variance_scaling, "             \
    "trunc_normal, linear_weight, linear_bias, log_arange, dt_bias, sinusoids, sinusoids_interleaved, "      \
    "identity, dirac, orthogonal, unit_forget_bias, random_bytes, or glorot, he, lecun, xavier or kaiming "  \
    "with _normal or _uniform"

Test(text, errors_of_arguments)
{
    static const error_case cases[] = {
        {"", "column 1: expected the name of an initializer, not the end of the text"},
        {"  (1)", "column 3: expected the name of an initializer, not '('"},
        {"glorot", "column 1: unknown initializer 'glorot', expected " KINDS},
        {"fan_in", "column 1: unknown initializer 'fan_in', expected " KINDS},
        {"zeros)", "column 6: expected the end of the text, not ')'"},
        {"zeros() ones", "column 9: expected the end of the text, not 'ones'"},
        {"zeros(", "column 7: expected an argument, not the end of the text"},
        {"zeros(,)", "column 7: expected an argument, not ','"},
        {"random_normal(1,)", "column 17: expected an argument, not ')'"},
        {"zeros(1)", "column 7: too many arguments: zeros takes 0 without a name"},
        {"random_normal(0, 1, 42)", "column 21: too many arguments: random_normal takes 2 without a name"},
        {"random_normal(1 2)", "column 17: expected an operator, ',' or ')', not '2'"},
        {"random_normal(1", "column 16: expected an operator, ',' or ')', not the end of the text"},
        {"constant(1\xc3\xa9)", "column 11: expected an operator, ',' or ')', not '\xc3\xa9'"},
        {"constant(\xff)", "column 10: expected a number, a variable, sqrt or '(', not '\\xff'"},
        {"random_normal(sd=1)", "column 15: random_normal has no argument 'sd'"},
        {"he_normal(scale=2)", "column 11: he_normal has no argument 'scale'"},
        {"random_normal(1, mean=2)", "column 18: duplicate argument 'mean'"},
        {"zeros(seed=1, seed=1)", "column 15: duplicate argument 'seed'"},
        {"random_normal(stddev=1, 2)", "column 25: an argument without a name after one with a name"},
        {"variance_scaling(2, fan)",
         "column 21: unknown mode 'fan', expected fan_in, fan_out, fan_avg or fan_geo_avg"},
        {"variance_scaling(2, 3)", "column 21: expected fan_in, fan_out, fan_avg or fan_geo_avg, not '3'"},
        {"zeros(layout='torch')", "column 14: expected keras or torch, not '''"},
        {"variance_scaling(distribution=normal)", "column 31: unknown distribution 'normal', expected "
                                                  "truncated_normal, untruncated_normal or uniform"},
        {"xavier_normal(1, 2)", "column 18: too many arguments: xavier_normal takes 1 without a name"},
        {"xavier_normal(scale=2)", "column 15: xavier_normal has no argument 'scale'"},
        {"xavier_uniform(gain=-2)", "column 16: gain is -2, not above 0 with a square within double's range"},
        {"xavier_uniform(0)", "column 16: gain is 0, not above 0 with a square within double's range"},
        {"xavier_uniform(1e160)",
         "column 16: gain is 1e+160, not above 0 with a square within double's range"},
        {"kaiming_normal(1e160)", "column 16: a is 1e+160, not a number with a square within double's range"},
        {"kaiming_normal(mode=fan_avg)", "column 21: unknown mode 'fan_avg', expected fan_in or fan_out"},
        {"kaiming_normal(0, fan_in, gelu)",
         "column 27: unknown nonlinearity 'gelu', expected linear, conv1d, conv2d, conv3d, conv_transpose1d, "
         "conv_transpose2d, conv_transpose3d, sigmoid, tanh, relu, leaky_relu or selu"},
        {" linear_bias",
         "column 2: linear_bias needs fan_in, the layer's inputs, which the bias's own shape does "
         "not tell"},
        {"linear_bias(-1)", "column 13: fan_in is -1, not an integer of at least 0"},
        {"linear_bias(fan_in=5/2)", "column 13: fan_in is 2.5, not an integer of at least 0"},
        {"trunc_normal(0, 0.02)",
         "column 1: trunc_normal needs its bounds a and b, which are values: torch's -2 "
         "and 2 are not standard deviations, as truncated_normal's are"},
        {"trunc_normal(a=-2)",
         "column 1: trunc_normal needs its bounds a and b, which are values: torch's -2 "
         "and 2 are not standard deviations, as truncated_normal's are"},
        {"trunc_normal(0, 1, -2s, 2s)", "column 22: expected an operator, ',' or ')', not 's'"},
        {"truncated_normal(0, 1, -3s, 3 st)", "column 31: expected an operator, ',' or ')', not 'st'"},
        {"truncated_normal(0, 1, -3s s)", "column 28: expected an operator, ',' or ')', not 's'"},
        {"truncated_normal(0, 1, -inf s)", "column 29: expected an operator, ',' or ')', not 's'"},
        {"truncated_normal(0, 1, -3s, nan)", "column 29: nan is not a bound"},
        {"truncated_normal(0, 1, - nan s)", "column 24: nan is not a bound"},
        {"truncated_normal(0, 1, -3s, 3s, 4)",
         "column 33: too many arguments: truncated_normal takes 4 without a name"},
        {"truncated_normal(0, 1, -3s, upper=3s, lower=-3s)", "column 39: duplicate argument 'lower'"},
        {"truncated_normal(0, 1, 1 - 3s, 1 + inf)",
         "column 36: inf is not allowed here: arguments are finite"},
        {"trunc_normal(0, 1, nan, 2)", "column 20: nan is not a bound"},
        {"trunc_normal(inf, 1, -2, 2)", "column 14: inf is not allowed here: arguments are finite"},
        {"random_normal(0, 1s)", "column 19: expected an operator, ',' or ')', not 's'"},
        {"zeros(method=fast)", "column 14: unknown method 'fast', expected resample or icdf"},
        {"zeros(layout=tf)", "column 14: unknown layout 'tf', expected keras or torch"},
        {"zeros(seed=1.5)", "column 13: expected an operator, ',' or ')', not '.'"},
        {"zeros(seed=n_layer)", "column 12: expected an integer, not 'n_layer'"},
        {"zeros(seed=9223372036854775808)", "column 12: the integer is beyond the range of "
                                            "-9223372036854775808 to 9223372036854775807"},
        {"zeros(stream=-9223372036854775809)", "column 15: the integer is beyond the range of "
                                               "-9223372036854775808 to 9223372036854775807"},
        {"zeros(key=[1, 2])", "column 7: key needs counter beside it"},
        {"zeros(seed=1, counter=[1, 2, 3, 4])", "column 15: counter needs key beside it"},
        {"zeros(key=[1, 2], counter=[1, 2, 3, 4], seed=5)",
         "column 41: seed cannot stand beside key and counter"},
        {"zeros(key=[1])", "column 13: key has 1 elements, not 2"},
        {"zeros(key=[1, 2, 3])", "column 18: key has more than 2 elements"},
        {"zeros(key=[1, -2])", "column 15: expected an integer, not '-'"},
        {"zeros(key=[4294967296, 1])", "column 12: the integer is beyond the range of 0 to 4294967295"},
        {"zeros(key=1)", "column 11: expected a list in '[' and ']', not '1'"},
        {"zeros(input_axes=[0])", "column 7: input_axes needs output_axes beside it"},
        {"zeros(batch_axes=[0, 16])", "column 22: the integer is beyond the range of -16 to 15"},
        {"zeros(batch_axes=[0 1])", "column 21: expected ',' or ']', not '1'"},
        {"zeros(batch_axes=[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1])",
         "column 51: batch_axes has more than 16 elements"},
    };
    expect_errors(cases, COUNT(cases), GLR_ERROR_PARSE);
}

Test(text, errors_of_expressions)
{
    static const error_case cases[] = {
        {"constant(n_layers)", "column 10: unknown variable 'n_layers'"},
        {"constant(N_LAYER)", "column 10: unknown variable 'N_LAYER'"},
        {"constant(endless)", "column 10: the variable 'endless' is inf, not a finite number"},
        {"constant(1/0)", "column 11: division of 1 by 0"},
        {"constant(2 / (n_layer - 12))", "column 12: division of 2 by 0"},
        {"constant(1e200*-1e200)", "column 15: 1e+200 * -1e+200 is beyond the range of double"},
        {"constant(1e308 + 1e308)", "column 16: 1e+308 + 1e+308 is beyond the range of double"},
        {"constant(1e999)", "column 10: the number 1e999 is beyond the range of double"},
        {"constant(sqrt(0 - 2))", "column 10: the square root of -2, a negative number"},
        {"constant(sqrt 2)", "column 15: expected '(' after sqrt, not '2'"},
        {"constant(exp(1))", "column 10: unknown function 'exp'"},
        {"constant(1 + inf)", "column 14: inf is not allowed here: arguments are finite"},
        {"constant(inf + 1)", "column 14: expected an operator, ',' or ')', not '+'"},
        {"random_normal(nan)", "column 15: nan is not allowed here: arguments are finite"},
        {"random_normal(0, -inf)", "column 19: inf is not allowed here: arguments are finite"},
        {"constant((1)", "column 13: expected an operator, ',' or ')', not the end of the text"},
        {"constant(((1)", "column 14: expected an operator or ')', not the end of the text"},
        {"constant(())", "column 11: expected a number, a variable, sqrt or '(', not ')'"},
        {"constant(1 +)", "column 13: expected a number, a variable, sqrt or '(', not ')'"},
        {"constant(2 ** 3)", "column 13: expected a number, a variable, sqrt or '(', not '*'"},
        {"constant(.)", "column 10: '.' is not a number"},
        {"constant(1e)", "column 11: expected an operator, ',' or ')', not 'e'"},
        {"constant(0x)", "column 11: expected an operator, ',' or ')', not 'x'"},
        {"constant(3s)", "column 11: expected an operator, ',' or ')', not 's'"},
        {"constant(1,5)", "column 12: too many arguments: constant takes 1 without a name"},
    };
    expect_errors(cases, COUNT(cases), GLR_ERROR_PARSE);
}

Test(text, errors_of_what_is_not_drawn)
{
    static const error_case cases[] = {
        {"stft(1)", "column 1: the initializer 'stft' is not supported"},
    };
    expect_errors(cases, COUNT(cases), GLR_ERROR_UNSUPPORTED);
}

/* 32 levels of parentheses are read, and signs before a number are not levels. */
Test(text, nesting)
{
    char text[4096];
    for (int depth = 1; depth <= 40; depth++) {
        glr_initializer read = {0};
        (void)snprintf(text, sizeof text, "constant(%.*s1%.*s)", depth,
                       "((((((((((((((((((((((((((((((((((((((((", depth,
                       "))))))))))))))))))))))))))))))))))))))))");
        cr_expect_eq(parse(text, &read), depth <= 32 ? GLR_OK : GLR_ERROR_PARSE, "%d: %s", depth,
                     glr_last_error());
    }
    cr_expect_str_eq(glr_last_error(), "column 42: parentheses are nested deeper than 32 levels");
    size_t length = (size_t)snprintf(text, sizeof text, "constant(0");
    for (int i = 0; i < 40; i++) { /* beside each other, they are not nested */
        length += (size_t)snprintf(text + length, sizeof text - length, " + (%d)", i);
    }
    (void)snprintf(text + length, sizeof text - length, ")");
    cr_expect_eq(expect_read(text).value, 780.0);
    memset(text, '-', sizeof text);
    memcpy(text, "constant(", 9);
    memcpy(text + 3009, "1)", sizeof "1)");
    cr_expect_eq(expect_read(text).value, 1.0);
}

Test(text, lengths)
{
    glr_initializer read = {0};
    cr_expect_eq(glr_initializer_from_text("zeros()", 5, NULL, 0, &read), GLR_OK);
    cr_expect_eq(read.kind, GLR_KIND_ZEROS);
    cr_expect_eq(glr_initializer_from_text("constant(12)", 11, NULL, 0, &read), GLR_ERROR_PARSE);
    cr_expect_eq(glr_initializer_from_text("zeros\0", 6, NULL, 0, &read), GLR_ERROR_PARSE);
    cr_expect_str_eq(glr_last_error(), "column 6: expected the end of the text, not a zero byte");

    char text[16];
    size_t length = 0;
    const glr_initializer made = glr_constant(0.5);
    memset(text, 'x', sizeof text);
    cr_expect_eq(glr_initializer_to_text(&made, text, sizeof text, &length), GLR_ERROR_TOO_SMALL);
    cr_expect_str_eq(glr_last_error(), "capacity: 16 is fewer than the 22 bytes of the text");
    cr_expect(length == strlen("constant(0.5, seed=0)") && text[0] == 'x', "%zu", length);
    cr_expect_eq(glr_initializer_to_text(&made, NULL, 0, &length), GLR_ERROR_TOO_SMALL);
    cr_expect_eq(glr_initializer_to_text(&made, NULL, 0, NULL), GLR_ERROR_TOO_SMALL);
    char exact[22];
    cr_expect_eq(glr_initializer_to_text(&made, exact, sizeof exact - 1, NULL), GLR_ERROR_TOO_SMALL);
    cr_expect_eq(glr_initializer_to_text(&made, exact, sizeof exact, NULL), GLR_OK);
    cr_expect_str_eq(exact, "constant(0.5, seed=0)");
}

static void expect_table_error(const glr_variable *table, size_t count, const char *message)
{
    static const char text[] = "constant(a)";
    glr_initializer read = {0};
    cr_expect_eq(glr_initializer_from_text(text, strlen(text), table, count, &read), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), message, "%s", glr_last_error());
}

Test(text, tables_of_variables)
{
    const glr_variable twice[] = {{"a", 1.0}, {"b", 1.0}, {"a", 2.0}};
    const glr_variable nameless[] = {{"a", 1.0}, {NULL, 1.0}};
    const glr_variable bad[] = {{"a-b", 1.0}}, empty[] = {{"", 1.0}}, digit[] = {{"1a", 1.0}};
    const glr_variable reserved[] = {{"a", 1.0}, {"inf", 1.0}};
    glr_initializer read = {0};
    cr_expect_eq(glr_initializer_from_text("constant(a)", 11, twice, 3, &read), GLR_OK);
    cr_expect_eq(read.value, 2.0, "the last counts");
    expect_table_error(NULL, 1, "variables: must not be NULL");
    expect_table_error(nameless, 2, "variables[1].name: must not be NULL");
    expect_table_error(bad, 1,
                       "variables[0].name: 'a-b' is not a letter or '_' and then letters, digits or '_'");
    expect_table_error(empty, 1,
                       "variables[0].name: '' is not a letter or '_' and then letters, digits or '_'");
    expect_table_error(digit, 1,
                       "variables[0].name: '1a' is not a letter or '_' and then letters, digits or '_'");
    expect_table_error(reserved, 2, "variables[1].name: 'inf' has a meaning of its own");
}

/* ---- What cannot be written -------------------------------------------------------------------------- */

static void expect_unwritten(glr_initializer initializer, glr_status status, const char *message)
{
    char text[256] = "as before";
    size_t length = 5;
    cr_expect_eq(glr_initializer_to_text(&initializer, text, sizeof text, &length), status, "%s: %s", message,
                 text);
    cr_expect_not_null(strstr(glr_last_error(), message), "%s", glr_last_error());
    cr_expect(length == 5 && strcmp(text, "as before") == 0, "%s: %s", message, text);
}

#define EXPECT_UNWRITTEN(made, change, status, message)                                                      \
    do {                                                                                                     \
        glr_initializer it = made;                                                                           \
        it.change;                                                                                           \
        expect_unwritten(it, status, message);                                                               \
    } while (0)

Test(text, members_without_a_form)
{
    static const uint64_t payload_bits = 0x7ff8000000000001;
    double payload;
    memcpy(&payload, &payload_bits, sizeof payload);
    EXPECT_UNWRITTEN(glr_constant(1.0), stddev = 1.0, GLR_ERROR_UNSUPPORTED,
                     "initializer.stddev: has no effect");
    EXPECT_UNWRITTEN(glr_he_normal(1), value = -0.0, GLR_ERROR_UNSUPPORTED,
                     "initializer.value: has no effect");
    EXPECT_UNWRITTEN(glr_he_normal(1), mode = GLR_MODE_FAN_AVG, GLR_ERROR_UNSUPPORTED,
                     "initializer.mode: has no");
    EXPECT_UNWRITTEN(glr_he_normal(1), seeding = GLR_SEEDING_NONE, GLR_ERROR_UNSUPPORTED,
                     "initializer.seed: has");
    EXPECT_UNWRITTEN(glr_he_normal(1), seeding = GLR_SEEDING_KEY, GLR_ERROR_UNSUPPORTED,
                     "initializer.seed: has");
    EXPECT_UNWRITTEN(glr_he_normal(1), counter[3] = 1, GLR_ERROR_UNSUPPORTED, "initializer.counter: has no");
    EXPECT_UNWRITTEN(glr_he_normal(1), batch_axes[15] = 1, GLR_ERROR_UNSUPPORTED,
                     "initializer.batch_axes: has");
    EXPECT_UNWRITTEN(glr_constant(payload), stream = 0, GLR_ERROR_UNSUPPORTED,
                     "initializer.value: a NaN with a");
    EXPECT_UNWRITTEN(glr_he_normal(1), kind = (glr_kind)99, GLR_ERROR_ARGUMENT, "initializer.kind: 99");
    EXPECT_UNWRITTEN(glr_he_normal(1), method = (glr_method)2, GLR_ERROR_ARGUMENT, "initializer.method: 2");
    EXPECT_UNWRITTEN(glr_he_normal(1), layout = (glr_layout)2, GLR_ERROR_ARGUMENT, "initializer.layout: 2");
    EXPECT_UNWRITTEN(glr_he_normal(1), seeding = (glr_seeding)3, GLR_ERROR_ARGUMENT,
                     "initializer.seeding: must be seeded (0), keyed (1) or unseeded (2), not 3");
    EXPECT_UNWRITTEN(glr_he_normal(1), has_axes = 2, GLR_ERROR_ARGUMENT, "initializer.has_axes: 2");
    EXPECT_UNWRITTEN(glr_he_normal(1), input_axis_count = 1, GLR_ERROR_ARGUMENT,
                     "initializer.has_axes: 0, but");
    EXPECT_UNWRITTEN(glr_he_normal(1), batch_axis_count = 17, GLR_ERROR_ARGUMENT,
                     "batch_axes: 17 axes are more");
    EXPECT_UNWRITTEN(glr_he_normal(1), batch_axis_count = (it.batch_axes[0] = 16, 1U), GLR_ERROR_ARGUMENT,
                     "initializer.batch_axes[0]: 16 is not an integer from -16 to 15");
    EXPECT_UNWRITTEN(glr_random_normal(0.0, 1.0, 1), mean = INFINITY, GLR_ERROR_ARGUMENT,
                     "initializer.mean: inf is not finite");
    EXPECT_UNWRITTEN(glr_variance_scaling(1.0, (glr_mode)4, GLR_DISTRIBUTION_UNIFORM, 1), seed = 2,
                     GLR_ERROR_ARGUMENT, "initializer.mode: 4 is more than 3");

    EXPECT_UNWRITTEN(glr_random_normal(0.0, 1.0, 1), lower = -1.0, GLR_ERROR_UNSUPPORTED,
                     "initializer.lower: has no effect");
    EXPECT_UNWRITTEN(glr_he_normal(1), upper_unit = GLR_BOUND_STDDEV, GLR_ERROR_UNSUPPORTED,
                     "initializer.upper_unit: has no effect");
    EXPECT_UNWRITTEN(glr_truncated_normal(0.0, 1.0, 1), lower = -0.0, GLR_ERROR_UNSUPPORTED,
                     "initializer.lower: has no effect");
    EXPECT_UNWRITTEN(glr_truncated_normal(0.0, 1.0, 1), lower = -3.0, GLR_ERROR_ARGUMENT,
                     "initializer.lower: -3 without a unit, since lower_unit is 0");
    EXPECT_UNWRITTEN(
        glr_truncated_normal(0.0, 1.0, 1), lower_unit = (glr_bound_unit)3, GLR_ERROR_ARGUMENT,
        "initializer.lower_unit: must be default (0), standard deviations (1) or absolute (2), not 3");
    EXPECT_UNWRITTEN(
        glr_truncated_normal(0.0, 1.0, 1), upper_unit = (glr_bound_unit)-1, GLR_ERROR_ARGUMENT,
        "initializer.upper_unit: must be default (0), standard deviations (1) or absolute (2), not -1");
    EXPECT_UNWRITTEN(glr_truncated_normal_between(0.0, 1.0, 0.0, 1.0, GLR_BOUND_STDDEV, 1), upper = NAN,
                     GLR_ERROR_ARGUMENT, "initializer.upper: nan is not a bound");

    EXPECT_UNWRITTEN(glr_he_normal(3), reserved[2] = 1, GLR_ERROR_ARGUMENT,
                     "initializer.reserved[2]: 1 is not 0");
}

/* ---- The page ---------------------------------------------------------------------------------------- */

/* The text between the first two backquotes of *line, and *line behind it; false if there is none. */
static bool next_code(char **line, char **code)
{
    char *start = strchr(*line, '`'), *end = start == NULL ? NULL : strchr(start + 1, '`');
    if (end == NULL) {
        return false;
    }
    *end = '\0';
    *code = start + 1;
    *line = end + 1;
    return true;
}

/* Of docs/text.md, each row that has a text and what is written of it, or its error. */
Test(text, page)
{
    FILE *page = fopen(SOURCE_DIR "/docs/text.md", "r");
    cr_assert_not_null(page);
    char line[512];
    int written = 0, refused = 0;
    bool inside = false;
    while (fgets(line, sizeof line, page) != NULL) {
        char *at = line, *text, *result;
        if (strncmp(line, "| Text |", 8) == 0) {
            inside = true;
        } else if (line[0] != '|') {
            inside = false;
        } else if (inside && next_code(&at, &text)) {
            at = strchr(at, '|'); /* remarks behind the text */
            cr_assert(at != NULL && next_code(&at, &result), "%s", text);
            glr_initializer read = {0};
            if (strncmp(result, "column ", 7) == 0) {
                cr_expect_neq(parse(text, &read), GLR_OK, "%s", text);
                cr_expect_str_eq(glr_last_error(), result, "%s", text);
                refused++;
            } else {
                read = expect_read(text);
                cr_expect_str_eq(expect_round_trip(&read), result, "%s", text);
                written++;
            }
        }
    }
    cr_expect_eq(fclose(page), 0);
    cr_expect(written == 18 && refused == 13, "%d texts are written, %d refused", written, refused);
}

/* What PyTorch's functions draw from: the upper bound of a uniform, or a normal's deviation. The formulas are
   those of their documentation, for a tensor of 7 inputs, 5 outputs and 9 places. */
static const struct {
    bool is_bounded;
    double scale;
} pytorch[] = {
    {true, 0.23570226039551584},  /* sqrt(6/(63 + 45)) */
    {false, 0.13608276348795434}, /* sqrt(2/(63 + 45)) */
    {true, 0.3086066999241838},   /* sqrt(6/63) */
    {false, 0.1781741612749496},  /* sqrt(2/63) */
    {false, 0.21081851067789195}, /* sqrt(2/45) */
    {true, 0.12598815766974242},  /* sqrt(6/(1 + 5)/63) */
    {false, 0.02},
    {false, 0.02},
    {true, 0.04},
    {true, 0.125},
};

static void expect_pytorch(const char *text, size_t row)
{
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 4, .shape = {5, 7, 3, 3}};
    glr_initializer read = expect_read(text);
    glr_summary summary;
    read.layout = GLR_LAYOUT_TORCH;
    cr_assert_lt(row, sizeof pytorch / sizeof pytorch[0], "%s", text);
    cr_assert_eq(glr_describe(&read, &tensor, &summary), GLR_OK, "%s", glr_last_error());
    const double scale = pytorch[row].is_bounded ? summary.upper : summary.stddev;
    cr_expect_eq(isfinite(summary.upper) != 0, pytorch[row].is_bounded, "%s", text);
    cr_expect_lt(fabs(scale - pytorch[row].scale), 1e-15, "%s: %.17g", text, scale);
}

/* Of docs/text.md, each row that says what an initializer of PyTorch is here. */
Test(text, page_of_pytorch)
{
    FILE *page = fopen(SOURCE_DIR "/docs/text.md", "r");
    cr_assert_not_null(page);
    char line[512];
    size_t row = 0;
    bool inside = false;
    while (fgets(line, sizeof line, page) != NULL) {
        char *at = line + 1, *text;
        if (strncmp(line, "| In PyTorch |", 14) == 0) {
            inside = true;
        } else if (line[0] != '|') {
            inside = false;
        } else if (inside && (at = strchr(at, '|')) != NULL && next_code(&at, &text)) {
            expect_pytorch(text, row++);
        }
    }
    cr_expect_eq(fclose(page), 0);
    cr_expect_eq(row, sizeof pytorch / sizeof pytorch[0], "%zu rows are read", row);
}

/* ---- Random texts ------------------------------------------------------------------------------------ */

/* Words in any order, and texts with bytes replaced: all end in a status, and what is read is written. */
Test(text, random_texts)
{
    static const char *const words[] = {
        "random_normal",
        "variance_scaling",
        "constant",
        "zeros",
        "(",
        "(",
        ")",
        ")",
        ",",
        ",",
        "=",
        "mean",
        "stddev",
        "scale",
        "seed",
        "key",
        "counter",
        "input_axes",
        "output_axes",
        "[",
        "]",
        "1",
        "2",
        "-",
        "+",
        "*",
        "/",
        "0.5",
        "sqrt",
        "n_layer",
        "fan_in",
        "uniform",
        "inf",
        "nan",
        " ",
        "truncated_normal",
        "trunc_normal",
        "xavier_uniform",
        "kaiming_normal",
        "linear_bias",
        "gain",
        "nonlinearity",
        "selu",
        "2s",
        "lower",
        "upper",
        "s",
        "0x1p-3",
        "1e5",
        "method",
        "icdf",
        "\xff",
        "x",
    };
    static const char *const starts[] = {
        "constant(1/(2-n_layer))",
        "truncated_normal(0, 0.02, -2s, 2s)",
        "truncated_normal(0, 0.02, -inf, 0.5)",
        "he_normal(seed=1, batch_axes=[0,1])",
        "trunc_normal(3, 2, -1, 7)",
        "kaiming_uniform(1/2, fan_out, leaky_relu, stream=5)",
        "variance_scaling(2, fan_out, uniform, key=[1, 2], counter=[1, 2, 3, 4])",
    };
    test_random random = {16, 16};
    int accepted = 0;
    for (int i = 0; i < 100000; i++) {
        grown text = {.length = 0};
        glr_initializer read = {0};
        if (i % 2 == 0) {
            for (int64_t left = test_random_between(&random, 1, 12); left > 0; left--) {
                add(&text, words[test_random_between(&random, 0, COUNT(words) - 1)]);
            }
        } else {
            add(&text, starts[test_random_between(&random, 0, COUNT(starts) - 1)]);
            for (int64_t left = test_random_between(&random, 1, 3); left > 0; left--) {
                const char *word = words[test_random_between(&random, 0, COUNT(words) - 1)];
                text.text[test_random_between(&random, 0, (int64_t)text.length - 1)] = word[0];
            }
        }
        if (parse(text.text, &read) == GLR_OK) {
            accepted++;
            (void)expect_round_trip(&read);
        } else {
            cr_expect(strncmp(glr_last_error(), "column ", 7) == 0, "%s: %s", text.text, glr_last_error());
        }
    }
    cr_expect(accepted > 1000, "%d are read", accepted);
}
