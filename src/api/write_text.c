/* Initializers to their text form, and the arguments of that form. */
#include "call.h"
#include "initializer.h"
#include "text_arguments.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Arguments ------------------------------------------------------------------------------------- */

/* Enumerators are read and written by way of uint32_t. */
_Static_assert(sizeof(glr_mode) == sizeof(uint32_t) && sizeof(glr_distribution) == sizeof(uint32_t) &&
                   sizeof(glr_method) == sizeof(uint32_t) && sizeof(glr_layout) == sizeof(uint32_t) &&
                   sizeof(glr_bound_unit) == sizeof(uint32_t),
               "an enumeration of another size");

#define MEMBER(member_name) .name = #member_name, .member = offsetof(glr_initializer, member_name)

static const glr_argument of_constant[] = {{MEMBER(value), .form = GLR_ARGUMENT_VALUE}};
static const glr_argument of_normal[] = {
    {MEMBER(mean), .form = GLR_ARGUMENT_FINITE},
    {MEMBER(stddev), .form = GLR_ARGUMENT_FINITE},
};

#define BOUND(member_name, its_default)                                                                      \
    MEMBER(member_name), .form = GLR_ARGUMENT_BOUND, .unit = offsetof(glr_initializer, member_name##_unit),  \
                         .bound = (its_default)

static const glr_argument of_truncated[] = {
    {MEMBER(mean), .form = GLR_ARGUMENT_FINITE},
    {MEMBER(stddev), .form = GLR_ARGUMENT_FINITE},
    {BOUND(lower, -2.0)},
    {BOUND(upper, 2.0)},
};
static const glr_argument of_uniform[] = {
    {MEMBER(minval), .form = GLR_ARGUMENT_FINITE},
    {MEMBER(maxval), .form = GLR_ARGUMENT_FINITE},
};
static const glr_argument of_scaling[] = {
    {MEMBER(scale), .form = GLR_ARGUMENT_FINITE},
    {MEMBER(mode), .form = GLR_ARGUMENT_CHOICE, .count = 4, .choice = glr_mode_names},
    {MEMBER(distribution), .form = GLR_ARGUMENT_CHOICE, .count = 3, .choice = glr_distribution_names},
};

/* An argument that has another name than the member that holds it. */
#define CALLED(argument_name, member_name)                                                                   \
    .name = (argument_name), .member = offsetof(glr_initializer, member_name)

static const glr_argument of_dt_bias[] = {
    {CALLED("dt_min", minval), .form = GLR_ARGUMENT_FINITE},
    {CALLED("dt_max", maxval), .form = GLR_ARGUMENT_FINITE},
    {CALLED("dt_init_floor", value), .form = GLR_ARGUMENT_FINITE},
};
static const glr_argument of_sinusoids[] = {{CALLED("max_timescale", scale), .form = GLR_ARGUMENT_FINITE}};
static const glr_argument of_gain[] = {{CALLED("gain", scale), .form = GLR_ARGUMENT_FINITE}};
static const glr_argument of_dirac[] = {{CALLED("groups", integer), .form = GLR_ARGUMENT_INTEGER}};

#define AXES(list)                                                                                           \
    MEMBER(list##_axes), .form = GLR_ARGUMENT_AXES, .length = offsetof(glr_initializer, list##_axis_count)

const glr_argument glr_settings[GLR_SETTING_COUNT] = {
    [GLR_SETTING_SEED] = {MEMBER(seed), .form = GLR_ARGUMENT_INTEGER},
    [GLR_SETTING_STREAM] = {MEMBER(stream), .form = GLR_ARGUMENT_INTEGER},
    [GLR_SETTING_KEY] = {MEMBER(key), .form = GLR_ARGUMENT_WORDS, .count = 2},
    [GLR_SETTING_COUNTER] = {MEMBER(counter), .form = GLR_ARGUMENT_WORDS, .count = 4},
    [GLR_SETTING_METHOD] = {MEMBER(method), .form = GLR_ARGUMENT_CHOICE, .count = 2,
                            .choice = glr_method_names},
    [GLR_SETTING_LAYOUT] = {MEMBER(layout), .form = GLR_ARGUMENT_CHOICE, .count = 2,
                            .choice = glr_layout_names},
    [GLR_SETTING_INPUT_AXES] = {AXES(input)},
    [GLR_SETTING_OUTPUT_AXES] = {AXES(output)},
    [GLR_SETTING_BATCH_AXES] = {AXES(batch)},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

const glr_argument *glr_law_arguments(glr_kind kind, size_t *count)
{
    switch (kind) {
    case GLR_KIND_CONSTANT: *count = COUNT(of_constant); return of_constant;
    case GLR_KIND_RANDOM_NORMAL: *count = COUNT(of_normal); return of_normal;
    case GLR_KIND_TRUNCATED_NORMAL: *count = COUNT(of_truncated); return of_truncated;
    case GLR_KIND_RANDOM_UNIFORM: *count = COUNT(of_uniform); return of_uniform;
    case GLR_KIND_VARIANCE_SCALING: *count = COUNT(of_scaling); return of_scaling;
    case GLR_KIND_DT_BIAS: *count = COUNT(of_dt_bias); return of_dt_bias;
    case GLR_KIND_SINUSOIDS:
    case GLR_KIND_SINUSOIDS_INTERLEAVED: *count = COUNT(of_sinusoids); return of_sinusoids;
    case GLR_KIND_IDENTITY:
    case GLR_KIND_ORTHOGONAL: *count = COUNT(of_gain); return of_gain;
    case GLR_KIND_DIRAC: *count = COUNT(of_dirac); return of_dirac;
    default: *count = 0; return NULL;
    }
}

static const void *member_of(const glr_initializer *initializer, size_t offset)
{
    return (const char *)initializer + offset;
}

static double double_of(const glr_initializer *initializer, const glr_argument *argument)
{
    double value;
    memcpy(&value, member_of(initializer, argument->member), sizeof value);
    return value;
}

static uint32_t number_of(const glr_initializer *initializer, size_t offset)
{
    uint32_t number;
    memcpy(&number, member_of(initializer, offset), sizeof number);
    return number;
}

/* ---- Checks --------------------------------------------------------------------------------------- */

/* Copies the member of an argument: of axes those that count, of a bound its unit, too, but no default. */
static void copy_member(const glr_initializer *from, const glr_argument *argument, glr_initializer *to)
{
    size_t bytes = 0;
    switch (argument->form) {
    case GLR_ARGUMENT_BOUND: {
        const uint32_t unit = number_of(from, argument->unit);
        memcpy((char *)to + argument->unit, &unit, sizeof unit);
        bytes = unit == GLR_BOUND_DEFAULT ? 0 : sizeof(double);
        break;
    }
    case GLR_ARGUMENT_CHOICE: bytes = sizeof(uint32_t); break;
    case GLR_ARGUMENT_WORDS: bytes = argument->count * sizeof(uint32_t); break;
    case GLR_ARGUMENT_AXES: {
        const uint32_t count = number_of(from, argument->length);
        memcpy((char *)to + argument->length, &count, sizeof count);
        bytes = count * sizeof(int32_t);
        break;
    }
    default: bytes = sizeof(double); break; /* or an int64_t */
    }
    memcpy((char *)to + argument->member, member_of(from, argument->member), bytes);
    if (argument->form == GLR_ARGUMENT_VALUE) {
        to->number = from->number;
        to->integer = from->integer;
    }
}

/* Whether a setting is written: it counts, and is not the default. */
static bool is_written(const glr_initializer *initializer, int setting)
{
    switch (setting) {
    case GLR_SETTING_SEED: return initializer->seeding == GLR_SEEDING_SEED;
    case GLR_SETTING_STREAM: return initializer->stream != 0;
    case GLR_SETTING_KEY:
    case GLR_SETTING_COUNTER: return initializer->seeding == GLR_SEEDING_KEY;
    case GLR_SETTING_METHOD: return initializer->method != GLR_METHOD_RESAMPLE;
    case GLR_SETTING_LAYOUT: return initializer->layout != glr_initializer_of_kind(initializer->kind).layout;
    case GLR_SETTING_BATCH_AXES: return initializer->batch_axis_count > 0;
    default: return initializer->has_axes == 1;
    }
}

/* The initializer as its text says it: members that have no place there are as the text leaves them. */
static glr_initializer said_of(const glr_initializer *initializer)
{
    size_t count;
    const glr_argument *law = glr_law_arguments(initializer->kind, &count);
    glr_initializer said = glr_initializer_of_kind(initializer->kind);
    for (size_t i = 0; i < count; i++) {
        copy_member(initializer, &law[i], &said);
    }
    for (int i = 0; i < GLR_SETTING_COUNT; i++) {
        if (is_written(initializer, i)) {
            copy_member(initializer, &glr_settings[i], &said);
        }
    }
    return said;
}

/* Fails if a member would be read back as another. */
static glr_status check_said(const glr_initializer *initializer)
{
#define SIZED(member_name) MEMBER(member_name), .bytes = sizeof initializer->member_name
    static const struct {
        const char *name;
        size_t member, bytes;
    } members[] = {
        {SIZED(value)},      {SIZED(integer)}, {SIZED(number)},  {SIZED(mean)},       {SIZED(stddev)},
        {SIZED(minval)},     {SIZED(maxval)},  {SIZED(scale)},   {SIZED(mode)},       {SIZED(distribution)},
        {SIZED(seed)},       {SIZED(key)},     {SIZED(counter)}, {SIZED(input_axes)}, {SIZED(output_axes)},
        {SIZED(batch_axes)}, {SIZED(lower)},   {SIZED(upper)},   {SIZED(lower_unit)}, {SIZED(upper_unit)},
    };
    const glr_initializer said = said_of(initializer);
    for (size_t i = 0; i < COUNT(members); i++) {
        if (memcmp(member_of(initializer, members[i].member), member_of(&said, members[i].member),
                   members[i].bytes) != 0) {
            return glr_fail(GLR_ERROR_UNSUPPORTED,
                            "initializer.%s: has no effect here, and no form in text unless it is as "
                            "glr_initializer_of_kind sets it",
                            members[i].name);
        }
    }
    return GLR_OK;
}

/* Integers have a form as glr_constant_int64 and glr_constant_uint64 make them. */
static glr_status check_integer(const glr_initializer *initializer)
{
    glr_initializer made = glr_initializer_of_kind(GLR_KIND_CONSTANT);
    const bool negative = initializer->number == GLR_NUMBER_INT64 && initializer->integer < 0;
    const uint64_t bits = (uint64_t)initializer->integer;
    glr_set_integer(&made, negative, negative ? 0 - bits : bits);
    return made.number == initializer->number
               ? GLR_OK
               : glr_fail(GLR_ERROR_UNSUPPORTED,
                          "initializer.number: %s has no form in text for an integer that %s can hold",
                          initializer->number == GLR_NUMBER_INT64 ? "int64" : "uint64",
                          made.number == GLR_NUMBER_DOUBLE ? "value" : "an int64");
}

/* Finite numbers have a form; as a constant, infinities and the NaN of NAN with either sign, too. */
static glr_status check_double(const glr_initializer *initializer, const glr_argument *argument)
{
    const double value = double_of(initializer, argument);
    if (argument->form == GLR_ARGUMENT_VALUE && initializer->number != GLR_NUMBER_DOUBLE) {
        return check_integer(initializer);
    }
    if (isfinite(value)) {
        return GLR_OK;
    }
    if (argument->form == GLR_ARGUMENT_FINITE) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s: %g is not finite", argument->name, value);
    }
    const double read = copysign(isnan(value) ? (double)NAN : (double)INFINITY, value);
    return memcmp(&read, &value, sizeof value) == 0
               ? GLR_OK
               : glr_fail(GLR_ERROR_UNSUPPORTED, "initializer.%s: a NaN with a payload has no form in text",
                          argument->name);
}

static glr_status check_choice(const glr_initializer *initializer, const glr_argument *argument)
{
    const uint32_t number = number_of(initializer, argument->member);
    return number < argument->count ? GLR_OK
                                    : glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s: %u is more than %u",
                                               argument->name, number, argument->count - 1);
}

static glr_status check_law(const glr_initializer *initializer)
{
    size_t count;
    const glr_argument *law = glr_law_arguments(initializer->kind, &count);
    glr_status status = GLR_OK;
    for (size_t i = 0; i < count && status == GLR_OK; i++) {
        if (law[i].form == GLR_ARGUMENT_FINITE || law[i].form == GLR_ARGUMENT_VALUE) {
            status = check_double(initializer, &law[i]);
        } else if (law[i].form == GLR_ARGUMENT_CHOICE) {
            status = check_choice(initializer, &law[i]);
        }
    }
    return status;
}

static glr_status check_axes(const glr_initializer *initializer, const glr_argument *argument)
{
    const int32_t *axes = member_of(initializer, argument->member);
    const uint32_t count = number_of(initializer, argument->length);
    if (count > GLR_MAX_RANK) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s: %u axes are more than %d", argument->name, count,
                        GLR_MAX_RANK);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (axes[i] < -GLR_MAX_RANK || axes[i] >= GLR_MAX_RANK) {
            return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s[%u]: %d is not an integer from %d to %d",
                            argument->name, i, axes[i], -GLR_MAX_RANK, GLR_MAX_RANK - 1);
        }
    }
    return GLR_OK;
}

static glr_status check_writable(const glr_initializer *initializer)
{
    glr_status status = GLR_CHECK_RESERVED("initializer", initializer);
    if (status == GLR_OK) {
        status = glr_check_choices(initializer);
    }
    if (status == GLR_OK) {
        status = glr_check_axes_given(initializer);
    }
    for (int i = GLR_SETTING_INPUT_AXES; i <= GLR_SETTING_BATCH_AXES && status == GLR_OK; i++) {
        status = check_axes(initializer, &glr_settings[i]);
    }
    if (status == GLR_OK) {
        status = check_law(initializer);
    }
    return status == GLR_OK ? check_said(initializer) : status;
}

/* ---- Doubles --------------------------------------------------------------------------------------- */

/* Bytes that hold every form and a zero. */
#define SHORTEST 48

/* Adds one to the last of the digits of a form d.ddde+XX; false if they are all 9. */
static bool round_up(char *text, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        char *digit = &text[i == 0 ? 0 : i + 1];
        if (*digit != '9') {
            ++*digit;
            return true;
        }
        *digit = '0';
    }
    return false;
}

/* Writes a positive number with so many digits as d.ddde+XX; whether it is read back as the same. The nearest
   may not be: numbers above a power of 2 are twice as far apart as those below, so the next decimal above may
   be read as it where the nearest, below, is not. */
static bool try_digits(double number, int digits, char text[SHORTEST])
{
    (void)snprintf(text, SHORTEST, "%.*e", digits - 1, number);
    return strtod(text, NULL) == number || (round_up(text, digits) && strtod(text, NULL) == number);
}

/* The digits with a point before, within or behind them. */
static void write_fixed(const char *digits, int count, int exponent, char *text)
{
    if (exponent < 0) {
        (void)snprintf(text, SHORTEST - 1, "0.%.*s%s", -exponent - 1, "000000", digits);
    } else if (exponent >= count - 1) {
        (void)snprintf(text, SHORTEST - 1, "%s%.*s", digits, exponent - count + 1, "0000000000000000");
    } else {
        (void)snprintf(text, SHORTEST - 1, "%.*s.%s", exponent + 1, digits, digits + exponent + 1);
    }
}

static void write_scientific(const char *digits, int exponent, char *text)
{
    (void)snprintf(text, SHORTEST - 1, "%c%s%se%d", digits[0], digits[1] == '\0' ? "" : ".", digits + 1,
                   exponent);
}

/* Writes a finite number with as few significant digits as strtod needs to read it back, as Python's repr
   does but for a ".0" at the end of an integer, and for exponents, which have neither '+' nor leading zeros.
 */
static void shortest(double number, char text[SHORTEST])
{
    char form[SHORTEST], digits[20];
    int count = 1;
    if (signbit(number)) {
        *text++ = '-';
        number = -number;
    }
    while (!try_digits(number, count, form) && count < 17) {
        count++;
    }
    const int exponent = (int)strtol(strchr(form, 'e') + 1, NULL, 10);
    digits[0] = form[0];
    memcpy(digits + 1, form + 2, (size_t)count - 1);
    digits[count] = '\0';
    if (exponent < -4 || exponent >= 16) {
        write_scientific(digits, exponent, text);
    } else {
        write_fixed(digits, count, exponent, text);
    }
}

/* ---- Writing -------------------------------------------------------------------------------------- */

static void write_double(glr_text *text, double value)
{
    char form[SHORTEST];
    if (isfinite(value)) {
        shortest(value, form);
        glr_text_add(text, form);
        return;
    }
    glr_text_add(text, signbit(value) ? "-" : "");
    glr_text_add(text, isnan(value) ? "nan" : "inf");
}

static void write_bound(glr_text *text, const glr_initializer *initializer, const glr_argument *argument)
{
    const uint32_t unit = number_of(initializer, argument->unit);
    const double value = unit == GLR_BOUND_DEFAULT ? argument->bound : double_of(initializer, argument);
    write_double(text, value);
    if (unit != GLR_BOUND_ABSOLUTE && isfinite(value)) {
        glr_text_add(text, "s");
    }
}

static void write_list(glr_text *text, const glr_initializer *initializer, const glr_argument *argument)
{
    const bool is_axes = argument->form == GLR_ARGUMENT_AXES;
    const uint32_t count = is_axes ? number_of(initializer, argument->length) : argument->count;
    int64_t wide[GLR_MAX_RANK];
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t word = number_of(initializer, argument->member + i * sizeof word);
        wide[i] = is_axes ? (int64_t)(int32_t)word : (int64_t)word;
    }
    glr_text_integers(text, wide, count);
}

static void write_value(glr_text *text, const glr_initializer *initializer, const glr_argument *argument)
{
    int64_t integer;
    switch (argument->form) {
    case GLR_ARGUMENT_CHOICE:
        glr_text_add(text, argument->choice[number_of(initializer, argument->member)]);
        return;
    case GLR_ARGUMENT_INTEGER:
        memcpy(&integer, member_of(initializer, argument->member), sizeof integer);
        glr_text_int64(text, integer);
        return;
    case GLR_ARGUMENT_BOUND: write_bound(text, initializer, argument); return;
    case GLR_ARGUMENT_WORDS:
    case GLR_ARGUMENT_AXES: write_list(text, initializer, argument); return;
    case GLR_ARGUMENT_VALUE:
        if (initializer->number != GLR_NUMBER_DOUBLE) {
            glr_write_integer(text, initializer);
            return;
        }
        break;
    default: break;
    }
    write_double(text, double_of(initializer, argument));
}

static void write_separator(glr_text *text, bool *first)
{
    glr_text_add(text, *first ? "(" : ", ");
    *first = false;
}

/* Whether a bound is the default, under that name or as standard deviations. */
static bool is_default_bound(const glr_initializer *initializer, const glr_argument *argument)
{
    const uint32_t unit = number_of(initializer, argument->unit);
    return unit == GLR_BOUND_DEFAULT ||
           (unit == GLR_BOUND_STDDEV && double_of(initializer, argument) == argument->bound);
}

/* Whether an argument has its default, bit for bit: -0 is not 0. */
static bool is_default(const glr_initializer *initializer, const glr_argument *argument,
                       const glr_initializer *defaults)
{
    const size_t bytes = argument->form == GLR_ARGUMENT_CHOICE ? sizeof(uint32_t) : sizeof(double);
    if (argument->form == GLR_ARGUMENT_VALUE && initializer->number != GLR_NUMBER_DOUBLE) {
        return false;
    }
    if (argument->form == GLR_ARGUMENT_BOUND) {
        return is_default_bound(initializer, argument);
    }
    return memcmp(member_of(initializer, argument->member), member_of(defaults, argument->member), bytes) ==
           0;
}

/* How many arguments are written without a name: up to the last that is not the default. */
static size_t count_written(const glr_initializer *initializer, const glr_argument *law, size_t count)
{
    const glr_initializer defaults = glr_initializer_of_kind(initializer->kind);
    while (count > 0 && is_default(initializer, &law[count - 1], &defaults)) {
        count--;
    }
    return count;
}

static glr_status write_initializer(glr_text *text, const glr_initializer *initializer)
{
    size_t count;
    bool first = true;
    const glr_status status = check_writable(initializer);
    if (status != GLR_OK) {
        return status;
    }
    const glr_argument *law = glr_law_arguments(initializer->kind, &count);
    count = count_written(initializer, law, count);
    glr_text_add(text, glr_kind_name(initializer->kind));
    for (size_t i = 0; i < count; i++) {
        write_separator(text, &first);
        write_value(text, initializer, &law[i]);
    }
    for (int i = 0; i < GLR_SETTING_COUNT; i++) {
        if (is_written(initializer, i)) {
            write_separator(text, &first);
            glr_text_add(text, glr_settings[i].name);
            glr_text_add(text, "=");
            write_value(text, initializer, &glr_settings[i]);
        }
    }
    glr_text_add(text, first ? "" : ")");
    return GLR_OK;
}

glr_status glr_initializer_to_text(const glr_initializer *initializer, char *text, size_t capacity,
                                   size_t *length)
{
    const glr_host host = glr_enter();
    return glr_leave(
        &host, glr_initializer_hand_over(write_initializer, initializer, "text", text, capacity, length));
}
