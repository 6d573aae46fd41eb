/* The reader of JSON beside jansson, on texts that are damaged at random: both take the same, with the same
   values, but for what is written down in `differs`. The writer beside jansson's. */
#include "support/golden.h"
#include "text/json.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t drawn; /* the state of a generator: xorshift64* */

static uint64_t draw(uint64_t below)
{
    drawn ^= drawn >> 12;
    drawn ^= drawn << 25;
    drawn ^= drawn >> 27;
    return (drawn * UINT64_C(2685821657736338717) >> 16) % below;
}

/* Where the two differ on purpose. jansson has integers of 64 bits with a sign, and nests up to 2048 levels.
 */
static bool differs(const char *jansson_says)
{
    static const char *const reasons[] = {"too big integer", "too big negative integer",
                                          "maximum parsing depth"};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (strstr(jansson_says, reasons[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool same_value(const json_t *expected, glr_json_value found);

static bool same_children(const json_t *expected, glr_json_value found)
{
    glr_json_walk walk = glr_json_children(found);
    size_t count = 0;
    while (glr_json_next(&walk)) {
        const json_t *child = json_is_object(expected) ? json_object_get(expected, walk.name)
                                                       : json_array_get(expected, walk.index);
        count++;
        if (child == NULL || !same_value(child, walk.value)) {
            return false;
        }
    }
    return count == glr_json_size(found) &&
           count == (json_is_object(expected) ? json_object_size(expected) : json_array_size(expected));
}

static bool same_value(const json_t *expected, glr_json_value found)
{
    int64_t integer;
    double real;
    switch (json_typeof(expected)) {
    case JSON_NULL: return found.kind == GLR_JSON_NULL;
    case JSON_TRUE: return found.kind == GLR_JSON_TRUE;
    case JSON_FALSE: return found.kind == GLR_JSON_FALSE;
    case JSON_STRING:
        return found.kind == GLR_JSON_STRING &&
               strcmp(glr_json_string(found), json_string_value(expected)) == 0;
    case JSON_INTEGER:
        return glr_json_is_integer(found) && glr_json_int64(found, &integer) &&
               integer == json_integer_value(expected) && glr_json_double(found, &real) &&
               real == json_number_value(expected);
    case JSON_REAL:
        return !glr_json_is_integer(found) && glr_json_double(found, &real) &&
               real == json_real_value(expected) && !signbit(real) == !signbit(json_real_value(expected));
    case JSON_ARRAY: return found.kind == GLR_JSON_ARRAY && same_children(expected, found);
    case JSON_OBJECT: return found.kind == GLR_JSON_OBJECT && same_children(expected, found);
    }
    return false;
}

/* Whether both said the same of a text. */
static bool compare(const char *text, size_t length)
{
    json_error_t error;
    glr_json json;
    glr_problem problem = {0};
    json_t *expected = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    glr_status status = glr_json_read(text, length, &json, &problem);
    bool same;
    if (memchr(text, '\0', length) != NULL) { /* jansson takes a zero behind a number for its end */
        same = status == GLR_ERROR_PARSE;
    } else if (expected == NULL) {
        same = status == GLR_ERROR_PARSE || (status == GLR_OK && differs(error.text));
    } else {
        same = (status == GLR_OK && same_value(expected, glr_json_root(&json))) ||
               (status == GLR_ERROR_PARSE && strstr(problem.text, "nested deeper than 64") != NULL);
    }
    json_decref(expected);
    glr_json_free(&json);
    return same;
}

static const char *const fragments[] = {
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u",
    "\\ud83d\\ude39",
    "\\n",
    "null",
    "true",
    "0",
    "-",
    "1e5",
    "1E-7",
    ".5",
    "00",
    "1e308",
    "e400",
    "\xc3\xa9",
    "\xff",
    "\xed\xa0\x80",
    " ",
    "\n",
    "\t",
    "\x01",
    "123456789012",
    "9223372036854775807",
    "\\/",
    "\"a\":",
    "\"seed\"",
    "\\u0000",
    "\\ud800",
    "-9223372036854775808",
    "0.1",
    "\x7f",
    "\\u00e9",
    "[[]]",
};

/* Deletes, doubles or overwrites some bytes of a text, or puts a fragment in. */
static size_t damage(char *text, size_t length, size_t capacity)
{
    const size_t at = length == 0 ? 0 : (size_t)draw(length), left = length - at;
    size_t some = (size_t)draw(8) + 1;
    some = some < left ? some : left;
    const char *fragment = fragments[draw(sizeof fragments / sizeof fragments[0])];
    const size_t added = strlen(fragment);
    switch (draw(5)) {
    case 0: memmove(text + at, text + at + some, left - some); return length - some;
    case 1:
        if (length + some > capacity) {
            return length;
        }
        memmove(text + at + some, text + at, left);
        return length + some;
    case 2:
        if (left > 0) {
            text[at] = (char)(unsigned char)draw(256);
        }
        return length;
    case 3:
        if (left > 0) {
            text[at] = text[draw(length)];
        }
        return length;
    default:
        if (length + added > capacity) {
            return length;
        }
        memmove(text + at + added, text + at, left);
        memcpy(text + at, fragment, added);
        return length + added;
    }
}

/* Texts of some hundred bytes that begin as a given one, damaged a few times each. */
static void compare_damaged(const char *text, size_t length, uint64_t seed, int rounds)
{
    enum { CAPACITY = 700, SPARE = 100 };
    static char work[CAPACITY];
    int taken = 0;
    drawn = seed;
    for (int i = 0; i < rounds; i++) {
        size_t used = length < CAPACITY - SPARE ? length : CAPACITY - SPARE;
        memcpy(work, text, used);
        for (uint64_t times = draw(4); times > 0; times--) {
            used = damage(work, used, CAPACITY);
        }
        char *exact = malloc(used + 1); /* of its length alone, for the sanitizers */
        memcpy(exact, work, used);
        cr_assert(compare(exact, used), "round %d: %.*s (%zu bytes): %s", i, (int)used, work, used,
                  glr_last_error());
        json_t *document = json_loadb(exact, used, JSON_DECODE_ANY, NULL);
        taken += document != NULL;
        json_decref(document);
        free(exact);
    }
    cr_expect_gt(taken, rounds / 20, "only %d of %d texts are JSON", taken, rounds);
}

static const char *const texts[] = {
    "{\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 2, \"mode\": \"fan_out\", "
    "\"distribution\": "
    "\"UNTRUNCATED_normal\", \"seed\": -3, \"dtype\": \"float64\"}, \"module\": null, \"registered_name\": "
    "true}",
    "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"a.w\", \"shape\": [2, 0, 1e1, -0.5], \"slice\": "
    "\"1:,:\"}, {}, []]}",
    "[0, -1, 123456789012345, 1.5e-10, \"\\u20ac\\\\\\\"\", {\"a\": {\"b\": [[[]]], \"c\": false}}, null, "
    "\"\xe2\x82\xac\"]",
    "{\"a\": 1, \"b\": 2, \"c\": 3, \"d\": 4, \"e\": 5, \"f\": 6, \"g\": 7, \"h\": 8, \"i\": 9, \"j\": 10, "
    "\"k\": [11]}",
    "12345",
    "\"abc\"",
    "{}",
    "",
};

Test(json_alike, damaged_texts)
{
    const char *set = getenv("GLORAND_TEST_LONG");
    const int rounds = set != NULL && strcmp(set, "1") == 0 ? 2000000 : 30000;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cr_expect(compare(texts[i], strlen(texts[i])), "%s", texts[i]);
        if (texts[i][0] != '\0') {
            compare_damaged(texts[i], strlen(texts[i]), i + 1, rounds);
        }
    }
}

/* Lists of tensors as they are, and their first tensors, damaged. */
Test(json_alike, lists_of_tensors)
{
    static const char *const names[] = {"gpt2", "resnet50-keras", "llama-2-7b"};
    static char text[131072];
    for (size_t i = 0; i < 3; i++) {
        char path[1024];
        (void)snprintf(path, sizeof path, "%s/data/models/%s.json", SOURCE_DIR, names[i]);
        FILE *file = fopen(path, "rb");
        cr_assert_not_null(file, "%s", path);
        const size_t length = fread(text, 1, sizeof text, file);
        (void)fclose(file);
        cr_expect(compare(text, length), "%s", path);
        char *end = text + 550;
        while (*end != '\n') {
            end--;
        }
        memcpy(end - 1, "]}", 2); /* instead of the comma after a tensor */
        compare_damaged(text, (size_t)(end + 1 - text), 100 + i, 30000);
    }
}

/* ---- Writing ------------------------------------------------------------------------------------------ */

Test(json_alike, strings_and_doubles_are_written_alike)
{
    drawn = 7;
    for (int i = 0; i < 100000; i++) {
        const uint64_t bits = draw(UINT64_C(1) << 32) << 32 | draw(UINT64_C(1) << 32);
        double real;
        char string[8] = "";
        memcpy(&real, &bits, sizeof real);
        real = i % 3 == 0 ? (double)(int64_t)bits : i % 3 == 1 ? (double)(bits % 10000) / 64.0 : real;
        for (size_t k = 0; k < 7; k++) {
            string[k] = (char)(draw(127) + 1);
        }
        json_t *value = isfinite(real) && i % 2 == 0 ? json_real(real) : json_string(string);
        char *expected = json_dumps(value, JSON_ENCODE_ANY);
        glr_text text = {0};
        if (json_is_real(value)) {
            glr_text_double(&text, real);
        } else {
            glr_text_string(&text, string);
        }
        glr_text_append(&text, "", 1);
        cr_assert_str_eq(text.bytes, expected);
        glr_text_free(&text);
        free(expected);
        json_decref(value);
    }
}
