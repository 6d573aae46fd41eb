/* The reader and the writer of JSON: what RFC 8259 allows and forbids, sorted as in the JSONTestSuite of
   Nicolas Seriot, and the limits that it leaves to each implementation. */
#include "text/json.h"

#include <criterion/criterion.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static glr_problem problem; /* of the text that was read last */

/* A text in memory of exactly its length, so that a look beyond it is seen by the sanitizers. */
static glr_status read_bytes(const char *text, size_t length, glr_json *json)
{
    char *exact = malloc(length > 0 ? length : 1);
    cr_assert_not_null(exact);
    memcpy(exact, text, length);
    glr_status status = glr_json_read(exact, length, json, &problem);
    free(exact);
    return status;
}

static glr_status read_text(const char *text, glr_json *json) { return read_bytes(text, strlen(text), json); }

/* ---- Grammar ------------------------------------------------------------------------------------------ */

static const char *const valid[] = {
    "[[] ]",
    "[\"\"]",
    "[]",
    "[\"a\"]",
    "[false]",
    "[null, 1, \"1\", {}]",
    "[null]",
    "[1\n]",
    " [1]",
    "[1,null,null]",
    "[2] ",
    "{}",
    "0",
    "-0",
    "null",
    "true",
    "\"a\"",
    "\t\n\r 1 \t\n\r",
    "[123e65]",
    "[0e+1]",
    "[0e1]",
    "[ 4]",
    "[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]",
    "[20e1]",
    "[-0]",
    "[-123]",
    "[-1]",
    "[1E22]",
    "[1E-2]",
    "[1E+2]",
    "[123e45]",
    "[123.456e78]",
    "[1e-2]",
    "[1e+2]",
    "[123]",
    "[123.456789]",
    "[1e-400]",
    "[1.7976931348623157e308]",
    "[18446744073709551616]",
    "{\"asd\":\"sdf\", \"dfg\":\"fgh\"}",
    "{\"a\":\"b\"}",
    "{\"\":0}",
    "{\"a\":[]}",
    "{\"min\": -1.0e+28, \"max\": 1.0e+28}",
    "{\"a\":{\"a\":{\"a\":1}}}",
    "{\"x\":[{\"id\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}], \"id\": \"xx\"}",
    "{\"title\":\"\\u041f\\u043e\\u043b\"}",
    "{\n\"a\": \"b\"\n}",
    "[\"\\u0060\\u012a\\u12AB\"]",
    "[\"\\uD801\\udc37\"]",
    "[\"\\ud83d\\ude39\\ud83d\\udc8d\"]",
    "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
    "[\"\\\\u0000\"]",
    "[\"\\\"\"]",
    "[\"a/*b*/c/*d//e\"]",
    "[\"\\\\a\"]",
    "[\"\\\\n\"]",
    "[\"\\u0012\"]",
    "[\"\\uFFFF\"]",
    "[\"asd\"]",
    "[\"\\uDBFF\\uDFFF\"]",
    "[\"new\\u00A0line\"]",
    "[\"\xf4\x8f\xbf\xbf\"]",
    "[\"\xef\xbf\xbf\"]",
    "[\"\\u002c\"]",
    "[\"\xcf\x80\"]",
    "[\"\xf0\x9b\xbf\xbf\"]",
    "[\"asd \"]",
    "[\"\\u0821\"]",
    "[\"\\u0123\"]",
    "[\"\xe2\x80\xa8\"]",
    "[\"\xe2\x80\xa9\"]",
    "[\"\\u0061\\u30af\\u30EA\\u30b9\"]",
    "[\"new\\u000Aline\"]",
    "[\"\x7f\"]",
    "[\"\\uA66D\"]",
    "[\"\xe2\x8d\x82\xe3\x88\xb4\xe2\x8d\x82\"]",
    "[\"\\uFFFE\"]",
    "[\"\\u200B\"]",
    "[\"\\u2064\"]",
    "\"\\u0022\"",
};

Test(json_reader, what_is_valid)
{
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
        glr_json json;
        cr_expect_eq(read_text(valid[i], &json), GLR_OK, "%s: %s", valid[i], problem.text);
        glr_json_free(&json);
    }
}

static const char *const invalid[] = {
    /* arrays */
    "[1 true]",
    "[\"\": 1]",
    "[\"\"],",
    "[,1]",
    "[1,,2]",
    "[\"x\",,]",
    "[\"x\"]]",
    "[\"\",]",
    "[\"x\"",
    "[x",
    "[3[4]]",
    "[,]",
    "[-]",
    "[   , \"\"]",
    "[\"a\",\n4\n,1,",
    "[1,]",
    "[1,,]",
    "[*]",
    "[\"\"",
    "[1,",
    "[1,\n1\n,1",
    "[{}",
    "[",
    "]",
    "[1",
    "[a",
    "[\"a",
    "[\"a\"",
    "['a']",
    "[1}",
    "[}",
    "[1]x",
    "[][]",
    "[]]",
    /* words */
    "[fals]",
    "[nul]",
    "[tru]",
    "nul",
    "True",
    "TRUE",
    "[nan]",
    "[NaN]",
    "[Infinity]",
    "[-Infinity]",
    "[Inf]",
    "truefalse",
    "nullx",
    "undefined",
    /* numbers */
    "[++1234]",
    "[+1]",
    "[+Inf]",
    "[-01]",
    "[-1.0.]",
    "[-2.]",
    "[-NaN]",
    "[.-1]",
    "[.2e-3]",
    "[0.1.2]",
    "[0.3e+]",
    "[0.3e]",
    "[0.e1]",
    "[0_a]",
    "[0E+]",
    "[0E]",
    "[0e+]",
    "[0e]",
    "[1.0e+]",
    "[1.0e-]",
    "[1.0e]",
    "[1 000.0]",
    "[1eE2]",
    "[2.e+3]",
    "[2.e-3]",
    "[2.e3]",
    "[9.e+]",
    "[0x1]",
    "[0x42]",
    "[1+2]",
    "[-]",
    "[-foo]",
    "[- 1]",
    "[-012]",
    "[-.123]",
    "[-1x]",
    "[1ea]",
    "[1.]",
    "[.123]",
    "[1.2a-3]",
    "[1.8011670033376514H-308]",
    "[012]",
    "[00]",
    "1.5e",
    "--1",
    "0x0",
    "\xef\xbc\x91",
    "1\xc2\xa0",
    /* objects */
    "[\"x\", truth]",
    "{[: \"x\"}\n",
    "{\"x\", null}",
    "{\"x\"::\"b\"}",
    "{\"a\":\"a\" 123}",
    "{key: 'value'}",
    "{\"a\" b}",
    "{:\"b\"}",
    "{\"a\" \"b\"}",
    "{\"a\":",
    "{\"a\"",
    "{1:1}",
    "{9999E9999:1}",
    "{null:null,null:null}",
    "{\"id\":0,,,,,}",
    "{'a':0}",
    "{\"id\":0,}",
    "{\"a\":\"b\"}/**/",
    "{\"a\":\"b\"}#",
    "{\"a\":\"b\",,\"c\":\"d\"}",
    "{a: \"b\"}",
    "{\"a\":\"a",
    "{ \"foo\" : \"bar\", \"a\" }",
    "{\"a\":\"b\"}#{}",
    "{",
    "{]",
    "{\"a\":1]",
    "{,}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1,\"a\"}",
    "}",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\"::1}",
    /* strings */
    "[\"\\uD800\\\"]",
    "[\"\\uD800\\u\"]",
    "[\"\\uD800\\u1\"]",
    "[\"\\uD800\\u1x\"]",
    "[\xc3\xa9]",
    "[\"\\x00\"]",
    "[\"\\\\\\\"]",
    "[\"\\\t\"]",
    "[\"\\a\"]",
    "[\"\\\xe2\x88\x9a\"]",
    "[\"\\\"]",
    "[\"\\u00A\"]",
    "[\"\\uqqqq\"]",
    "[\"\\u 123\"]",
    "[\"\\u-123\"]",
    "[\"\\u+123\"]",
    "[\"\\uD834\\uDd\"]",
    "[\"\\uD800\\uD800\\x\"]",
    "[\"\\'\"]",
    "[\\u0020\"asd\"]",
    "[\\n]",
    "\"",
    "[\"asd",
    "['single quote']",
    "abc",
    "[\"\\",
    "[\"a\nb\"]",
    "[\"\t\"]",
    "\"\\UA66D\"",
    "\"\"x",
    "\"\x1f\"",
    "\"\\u\"",
    "\"\\u1\"",
    "\"\\u12\"",
    "\"\\u123\"",
    "\"\\",
    "\"\\u123",
    "\"\\ud800\\u12",
    "[\"\\ud83d\\ud83d\"]",
    "[\"\\ud800\\ue000\"]",
    "[\"\\uDADA\"]",
    "[\"\\uDd1e\"]",
    "[\"\\uD888\\u1234\"]",
    "[\"\\ud800abc\"]",
    "[\"\\udc00\\ud800\"]",
    "[\"\\uD800\\n\"]",
    "\"\\u0000\"",
    "\"a\\u0000b\"",
    "{\"\\u0000\": 1}",
    /* structure */
    "",
    " ",
    "<.>",
    "[<null>]",
    "[1]x",
    "2@",
    "[true]]",
    "{\"a\": true} \"x\"",
    "*",
    "\xef\xbb\xbf{}",
    "\xef\xbb\xbf",
    "[\x0c]",
    "\xe2\x81\xa0",
    "[\v1]",
    "[\xc2\x85]",
    "// comment\n1",
    "/**/1",
    "1//",
    "#",
    "{}}",
    "[1];",
    "\\",
    "@",
    "{\"a\":/*comment*/\"b\"}",
    "[\xe2\x80\xa8]",
    "'",
    /* UTF-8 */
    "\"\x80\"",
    "\"\xc0\xaf\"",
    "\"\xc1\xbf\"",
    "\"\xe0\x80\xaf\"",
    "\"\xe0\x9f\xbf\"",
    "\"\xf0\x80\x80\xaf\"",
    "\"\xf0\x8f\xbf\xbf\"",
    "\"\xed\xa0\x80\"",
    "\"\xed\xbf\xbf\"",
    "\"\xf4\x90\x80\x80\"",
    "\"\xf5\x80\x80\x80\"",
    "\"\xfc\x83\xbf\xbf\xbf\xbf\"",
    "\"\xff\"",
    "\"\xfe\"",
    "\"\xc3\"",
    "\"\xe2\x82\"",
    "\"\xf0\x9f\x98\"",
    "\xe2\x82",
    "\"\xc3",
    "\"\xe2\x28\xa1\"",
    "\"\xf0\x28\x8c\xbc\"",
    "\"\xf0\x90\x28\xbc\"",
    "\"\xf0\x90\x8c\x28\"",
    "\"\\\xff\"",
    /* duplicates and ranges */
    "{\"a\":1,\"a\":2}",
    "{\"a\":\"b\",\"a\":\"b\"}",
    "{\"a\":1,\"b\":2,\"\\u0061\":3}",
    "{\"\":1,\"\":2}",
    "[1e400]",
    "[-1e400]",
    "[1.8e308]",
    "[0.4e00669999999999999999999999999999999999999]",
};

Test(json_reader, what_is_invalid)
{
    for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
        glr_json json;
        cr_expect_eq(read_text(invalid[i], &json), GLR_ERROR_PARSE, "%s", invalid[i]);
        cr_expect(json.text == NULL && json.node == NULL, "%s", invalid[i]);
        cr_expect_eq(strncmp(problem.text, "line ", 5), 0, "%s", problem.text);
        glr_json_free(&json);
    }
    static const char zeros[][4] = {"\0", "1\0", "[\0]", "\"\0\""};
    static const size_t lengths[] = {1, 2, 3, 3};
    for (size_t i = 0; i < 4; i++) {
        glr_json json;
        cr_expect_eq(read_bytes(zeros[i], lengths[i], &json), GLR_ERROR_PARSE, "%zu", i);
    }
}

/* No beginning of a valid text is one, but for numbers and for spaces at the end. */
Test(json_reader, texts_that_end_too_soon)
{
    static const char text[] =
        "{\"a\\n\": [1, -2.5e3, \"\\ud83d\\ude39\xe2\x82\xac\", true, null, {\"b\": false}]}";
    for (size_t length = 0; length < sizeof text - 1; length++) {
        glr_json json;
        cr_expect_eq(read_bytes(text, length, &json), GLR_ERROR_PARSE, "%.*s", (int)length, text);
    }
}

static const struct {
    const char *text, *message;
} messages[] = {
    {"", "line 1, column 0: expected a value, not the end of the text"},
    {"{", "line 1, column 1: expected a name in quotes or '}', not the end of the text"},
    {"[1, 2", "line 1, column 5: expected ',' or ']', not the end of the text"},
    {"{\n  \"a\": 1,\n  oops}", "line 3, column 6: expected a name in quotes, not oops"},
    {"[1 x]", "line 1, column 4: expected ',' or ']', not x"},
    {"{\"\xe2\x82\xac\": ?}", "line 1, column 7: expected a value, not ?"},
    {"{\"a\": 1} 2", "line 1, column 10: expected the end of the text, not 2"},
    {"[01]", "line 1, column 3: this is not a number of JSON: 01"},
    {"[1e999]", "line 1, column 6: this number is beyond the range of double: 1e999"},
    {"\n\n\"\xc3\"", "line 3, column 2: this byte is not UTF-8"},
    {"\"\\u0000\"", "line 1, column 7: \\u0000 is not allowed"},
    {"\"\\ud800\"", "line 1, column 7: half of a surrogate pair stands alone"},
    {"\"\\x\"", "line 1, column 2: a backslash in a string is followed by no escape of JSON"},
    {"\"\\u12\"", "line 1, column 3: \\u is not followed by four hexadecimal digits"},
    {"\"a\nb\"", "a control character stands unescaped in a string"},
    {"\"abc", "line 1, column 4: the text ends within a string"},
    {"[\v]", "line 1, column 2: expected a value or ']', not a control character"},
    {"{\"a\": 1,\n \"b\": 2, \"\\u0061\": 3}", "line 2, column 17: duplicate object key a"},
};

Test(json_reader, messages_say_where)
{
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        glr_json json;
        cr_expect_eq(read_text(messages[i].text, &json), GLR_ERROR_PARSE, "%s", messages[i].text);
        cr_expect_not_null(strstr(problem.text, messages[i].message), "%s: %s", messages[i].text,
                           problem.text);
    }
}

/* ---- Depth and size ----------------------------------------------------------------------------------- */

static glr_status read_nested(size_t depth, const char *open, const char *middle, const char *close)
{
    char *text = calloc(depth * (strlen(open) + strlen(close)) + strlen(middle) + 1, 1), *to = text;
    cr_assert_not_null(text);
    for (size_t i = 0; i < depth; i++) {
        to += sprintf(to, "%s", open);
    }
    to += sprintf(to, "%s", middle);
    for (size_t i = 0; i < depth; i++) {
        to += sprintf(to, "%s", close);
    }
    glr_json json;
    glr_status status = read_text(text, &json);
    glr_json_free(&json);
    free(text);
    return status;
}

Test(json_reader, depth_has_a_limit)
{
    cr_expect_eq(read_nested(GLR_JSON_MAX_DEPTH, "[", "", "]"), GLR_OK);
    cr_expect_eq(read_nested(GLR_JSON_MAX_DEPTH, "{\"a\":", "1", "}"), GLR_OK);
    cr_expect_eq(read_nested(GLR_JSON_MAX_DEPTH + 1, "[", "", "]"), GLR_ERROR_PARSE);
    cr_expect_str_eq(problem.text, "line 1, column 65: arrays and objects are nested deeper than 64 levels");
    cr_expect_eq(read_nested(GLR_JSON_MAX_DEPTH + 1, "{\"a\":", "1", "}"), GLR_ERROR_PARSE);
    cr_expect_eq(read_nested(1000000, "[", "", ""), GLR_ERROR_PARSE);
    cr_expect_not_null(strstr(problem.text, "deeper than 64 levels"), "%s", problem.text);
}

/* Objects that are searched for duplicates by sorting: the second of a pair is named, wherever it stands. */
Test(json_reader, duplicates_among_many)
{
    enum { MEMBERS = 5000 };
    static char text[MEMBERS * 24];
    for (size_t twin = 1; twin < MEMBERS; twin += 997) {
        size_t used = 0;
        for (size_t i = 0; i < MEMBERS; i++) {
            used += (size_t)sprintf(text + used, "%s\"name%zu\": [{}, %zu]", i == 0 ? "{" : ",\n",
                                    i == twin ? 0 : i, i);
        }
        (void)sprintf(text + used, "}");
        glr_json json;
        char line[32];
        (void)snprintf(line, sizeof line, "line %zu, column 7: ", twin + 1);
        cr_expect_eq(read_text(text, &json), GLR_ERROR_PARSE);
        cr_expect_eq(strncmp(problem.text, line, strlen(line)), 0, "%s", problem.text);
        cr_expect_not_null(strstr(problem.text, "duplicate object key name0"), "%s", problem.text);
    }
}

/* ---- Values ------------------------------------------------------------------------------------------- */

Test(json_reader, strings_are_unescaped)
{
    glr_json json;
    cr_assert_eq(
        read_text(
            "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"\\u0041\\u00e9\\u20AC\\ud83d\\uDE39\", \"\", \"a\xc3\xa9\"]",
            &json),
        GLR_OK, "%s", problem.text);
    static const char *const expected[] = {"\"\\/\b\f\n\r\t", "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\xb9", "",
                                           "a\xc3\xa9"};
    glr_json_walk walk = glr_json_children(glr_json_root(&json));
    while (glr_json_next(&walk)) {
        cr_expect_str_eq(glr_json_string(walk.value), expected[walk.index]);
    }
    cr_expect_eq(walk.index, 3);
    glr_json_free(&json);
}

static const struct {
    const char *text;
    bool is_int64, is_uint64, is_exact;
    int64_t signed_value;
    uint64_t unsigned_value;
    double value;
} numbers[] = {
    {"0", true, true, true, 0, 0, 0.0},
    {"-0", true, true, true, 0, 0, 0.0},
    {"-1", true, false, true, -1, 0, -1.0},
    {"9007199254740992", true, true, true, INT64_C(1) << 53, UINT64_C(1) << 53, 0x1p53},
    {"9007199254740993", true, true, false, (INT64_C(1) << 53) + 1, (UINT64_C(1) << 53) + 1, 0x1p53},
    {"-9007199254740993", true, false, false, -(INT64_C(1) << 53) - 1, 0, -0x1p53},
    {"1234567890123456789", true, true, false, INT64_C(1234567890123456789), UINT64_C(1234567890123456789),
     1234567890123456768.0},
    {"9223372036854775807", true, true, false, INT64_MAX, INT64_MAX, 0x1p63},
    {"-9223372036854775808", true, false, true, INT64_MIN, 0, -0x1p63},
    {"-9223372036854775809", false, false, false, 0, 0, -0x1p63},
    {"9223372036854775808", false, true, true, 0, UINT64_C(1) << 63, 0x1p63},
    {"18446744073709549568", false, true, true, 0, UINT64_MAX - 2047, 0x1.fffffffffffffp63},
    {"18446744073709551615", false, true, false, 0, UINT64_MAX, 0x1p64},
    {"18446744073709551616", false, false, true, 0, 0, 0x1p64},
    {"1e2", false, false, true, 0, 0, 100.0},
    {"1.0", false, false, true, 0, 0, 1.0},
    {"-0.0", false, false, true, 0, 0, -0.0},
    {"0.1", false, false, true, 0, 0, 0.1},
    {"1.7976931348623157e308", false, false, true, 0, 0, DBL_MAX},
    {"2.2250738585072011e-308", false, false, true, 0, 0, 0x0.fffffffffffffp-1022},
    {"4.9e-324", false, false, true, 0, 0, 0x1p-1074},
    {"1e-400", false, false, true, 0, 0, 0.0},
    {"1000000000000000000000000000000", false, false, false, 0, 0, 1e30},
};

Test(json_reader, numbers)
{
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const char *text = numbers[i].text;
        glr_json json;
        int64_t signed_value = 0;
        uint64_t unsigned_value = 0;
        double value = NAN;
        cr_assert_eq(read_text(text, &json), GLR_OK, "%s", text);
        glr_json_value root = glr_json_root(&json);
        cr_expect_eq(glr_json_int64(root, &signed_value), numbers[i].is_int64, "%s", text);
        cr_expect(!numbers[i].is_int64 || signed_value == numbers[i].signed_value, "%s: %" PRId64, text,
                  signed_value);
        cr_expect_eq(glr_json_uint64(root, &unsigned_value), numbers[i].is_uint64, "%s", text);
        cr_expect(!numbers[i].is_uint64 || unsigned_value == numbers[i].unsigned_value, "%s: %" PRIu64, text,
                  unsigned_value);
        cr_expect(glr_json_double(root, &value) && value == numbers[i].value, "%s: %a", text, value);
        cr_expect_eq(signbit(value) != 0, signbit(numbers[i].value) != 0, "%s", text);
        cr_expect_eq(glr_json_is_exact(root), numbers[i].is_exact, "%s", text);
        cr_expect_eq(glr_json_is_integer(root), strpbrk(text, ".e") == NULL, "%s", text);
        cr_expect_str_eq(glr_json_shown(root), text);
        glr_json_free(&json);
    }
}

Test(json_reader, members_and_kinds)
{
    glr_json json;
    cr_assert_eq(
        read_text("{\"a\": [1, [2, 3], {}], \"b\": null, \"c\": {\"d\": true, \"e\": false}, \"f\": \"x\"}",
                  &json),
        GLR_OK);
    glr_json_value root = glr_json_root(&json), a = glr_json_member(root, "a"),
                   c = glr_json_member(root, "c");
    cr_expect(root.kind == GLR_JSON_OBJECT && glr_json_size(root) == 4);
    cr_expect(a.kind == GLR_JSON_ARRAY && glr_json_size(a) == 3);
    cr_expect(glr_json_member(root, "b").kind == GLR_JSON_NULL &&
              glr_json_member(c, "d").kind == GLR_JSON_TRUE);
    cr_expect(glr_json_member(c, "e").kind == GLR_JSON_FALSE);
    cr_expect_str_eq(glr_json_string(glr_json_member(root, "f")), "x");
    glr_json_value missing = glr_json_member(root, "d");
    cr_expect_eq(missing.kind, GLR_JSON_MISSING);
    cr_expect(glr_json_size(missing) == 0 && glr_json_string(missing) == NULL &&
              !glr_json_is_integer(missing));
    cr_expect_eq(glr_json_member(missing, "a").kind, GLR_JSON_MISSING);
    cr_expect_eq(glr_json_member(a, "a").kind, GLR_JSON_MISSING);
    glr_json_walk none = glr_json_children(glr_json_member(root, "b"));
    cr_expect_not(glr_json_next(&none));
    glr_json_free(&json);
    glr_json_free(&json);
}

/* ---- Writing ------------------------------------------------------------------------------------------ */

Test(json_reader, what_is_written)
{
    glr_text text = {0};
    const int64_t integers[] = {INT64_MIN, -1, 0, INT64_MAX};
    glr_text_integers(&text, integers, 4);
    glr_text_string(&text, "\"\\/\b\f\n\r\t\x01\x1f\x7f\xe2\x82\xac");
    static const double reals[] = {0.0, -0.0, 1.0, 0.1, 1e20, 1e-5, 5e-324, DBL_MAX, 123456789012345680.0,
                                   -2.5};
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++) {
        glr_text_add(&text, " ");
        glr_text_double(&text, reals[i]);
    }
    glr_text_append(&text, "", 1);
    cr_assert_not(text.out_of_memory || text.not_utf8);
    cr_expect_str_eq(text.bytes,
                     "[-9223372036854775808,-1,0,9223372036854775807]"
                     "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001F\x7f\xe2\x82\xac\""
                     " 0.0 -0.0 1.0 0.10000000000000001 1e20 1.0000000000000001e-5"
                     " 4.9406564584124654e-324 1.7976931348623157e308 1.2345678901234568e17 -2.5");
    glr_text_free(&text);
    glr_text bad = {0};
    glr_text_string(&bad, "a\xff");
    glr_text_add(&bad, "more");
    cr_expect(bad.not_utf8 && !bad.out_of_memory);
    glr_text_free(&bad);
}

Test(json_reader, limited_texts)
{
    glr_text limited = {.limit = 10};
    for (int i = 0; i < 1000; i++) {
        glr_text_add(&limited, "1234567");
    }
    cr_expect(limited.length == 7000 && limited.capacity < 7000 && !limited.out_of_memory);
    glr_text_free(&limited);
}
