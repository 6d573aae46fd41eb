/* Texts of others as people see them. */
#include "api/call.h"
#include "text/json.h"
#include "text/show.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect_shown(const char *text, const char *expected)
{
    char shown[512];
    glr_show(text, shown, sizeof shown);
    cr_expect_str_eq(shown, expected);
    glr_show(shown, shown + 256, 256);
    cr_expect_str_eq(shown + 256, expected, "what was shown is shown as it is");
}

Test(show, escapes)
{
    expect_shown("model.layers.0/kernel:0 a b\\c", "model.layers.0/kernel:0 a b\\c");
    expect_shown("\u00e9 \u4e2d \U0001f600 \u0627", "\u00e9 \u4e2d \U0001f600 \u0627");
    expect_shown("a\nb\rc\td\x1b[2K\x7f", "a\\nb\\rc\\td\\x1b[2K\\x7f");
    expect_shown("\xc2\x80\xc2\x9b", "\\u0080\\u009b");
    expect_shown("\xff\xc3(\xed\xa0\x80\xf4\x90\x80\x80\xc0\xaf",
                 "\\xff\\xc3(\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80\\xc0\\xaf");
    expect_shown("\u202egnp.\u2066\u200b\ufeff\u2028", "\\u202egnp.\\u2066\\u200b\\ufeff\\u2028");
    expect_shown("\U000e0041", "\\U000e0041");
}

/* The general categories Cc, Zs, Zl and Zp and what Unicode 15 calls Bidi_Control,
   Default_Ignorable_Code_Point or White_Space, by its files PropList.txt and DerivedCoreProperties.txt;
   neighbours of each range are plain. */
Test(show, what_is_hidden)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x01, 0x1f},       {0x7f, 0x9f},     {0xa0, 0xa0},     {0xad, 0xad},       {0x34f, 0x34f},
        {0x61c, 0x61c},     {0x115f, 0x1160}, {0x1680, 0x1680}, {0x17b4, 0x17b5},   {0x180b, 0x180f},
        {0x2000, 0x200a},   {0x200b, 0x200f}, {0x2028, 0x2029}, {0x202a, 0x202e},   {0x202f, 0x202f},
        {0x205f, 0x205f},   {0x2060, 0x206f}, {0x3000, 0x3000}, {0x3164, 0x3164},   {0xfe00, 0xfe0f},
        {0xfeff, 0xfeff},   {0xffa0, 0xffa0}, {0xfff0, 0xfff8}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
        {0xe0000, 0xe0fff},
    };
    static const uint32_t plain[] = {' ',    '~',    0xa1,   0xac,   0xae,    0x34e,   0x350,   0x61b,
                                     0x61d,  0x2010, 0x2027, 0x2030, 0x205e,  0x2070,  0x3001,  0xfe10,
                                     0xfefe, 0xff00, 0xfffc, 0xfffd, 0x1d17b, 0xdffff, 0xe1000, 0x10fffd};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        for (uint32_t character = ranges[i].first; character <= ranges[i].last; character++) {
            cr_expect(glr_is_hidden(character), "U+%04X", (unsigned)character);
        }
    }
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        cr_expect_not(glr_is_hidden(plain[i]), "U+%04X", (unsigned)plain[i]);
    }
}

/* Whatever the room: whole characters and escapes, the beginning and the end. */
Test(show, texts_that_are_too_long)
{
    static const char text[] = "tensor \u00e9\x1b\u202e\u4e2d\U0001f600\xff\n: \u4e2d\x7f is wrong";
    static const char whole[] = "tensor \u00e9\\x1b\\u202e\u4e2d\U0001f600\\xff\\n: \u4e2d\\x7f is wrong";
    static const char *const units[] = {"\u00e9", "\\x1b", "\\u202e", "\u4e2d", "\U0001f600",
                                        "\\xff",  "\\n",   "\\x7f",   "..."};
    char shown[128];
    for (size_t capacity = 8; capacity <= sizeof whole; capacity++) {
        glr_show(text, shown, capacity);
        cr_expect_lt(strlen(shown), capacity);
        cr_expect_gt(strlen(shown) + 10, capacity, "no room is wasted: %s", shown);
        cr_expect_eq(strcmp(shown, whole) == 0, capacity == sizeof whole, "%s", shown);
        const char *gap = strstr(shown, "...");
        cr_expect_eq(gap == NULL, capacity == sizeof whole);
        if (gap != NULL) {
            cr_expect_eq(strncmp(shown, whole, (size_t)(gap - shown)), 0, "%s", shown);
            cr_expect_str_eq(gap + 3, whole + sizeof whole - 1 - strlen(gap + 3));
        }
        for (const char *at = shown; *at != '\0';) {
            size_t length = *at >= ' ' && *at < 0x7f && *at != '\\' ? 1 : 0;
            for (size_t i = 0; i < sizeof units / sizeof units[0] && length == 0; i++) {
                length = strncmp(at, units[i], strlen(units[i])) == 0 ? strlen(units[i]) : 0;
            }
            cr_assert_gt(length, 0, "%zu bytes: %s", capacity, shown);
            at += length;
        }
    }
}

Test(show, errors_of_the_library)
{
    static const char named[] = "\"\\u001b[2K\\r\\u202e\"";
    char name[4000];
    glr_initializer initializer;
    cr_expect_eq(glr_initializer_from_json(named, strlen(named), &initializer), GLR_ERROR_PARSE);
    cr_expect_str_eq(glr_last_error(), "class_name: \\x1b[2K\\r\\u202e is not an initializer");
    memset(name, 'x', sizeof name);
    name[0] = name[sizeof name - 1] = '"';
    cr_expect_eq(glr_initializer_from_json(name, sizeof name, &initializer), GLR_ERROR_PARSE);
    cr_expect_eq(strncmp(glr_last_error(), "class_name: xxx", 15), 0, "%s", glr_last_error());
    cr_expect_not_null(strstr(glr_last_error(), "x is not an initializer"), "the reason is kept: %s",
                       glr_last_error());
    cr_expect_eq(glr_fail(GLR_ERROR_PARSE, "again: %s", glr_last_error()), GLR_ERROR_PARSE);
    cr_expect_eq(strncmp(glr_last_error(), "again: class_name: xxx", 22), 0,
                 "an error may be made of the last");
}

static void expect_json(bool visible, const char *string, const char *expected)
{
    glr_text text = {.visible = visible};
    glr_text_string(&text, string);
    cr_expect_eq(text.length, strlen(expected));
    cr_expect_eq(memcmp(text.bytes, expected, text.length), 0, "%.*s", (int)text.length, text.bytes);
    glr_json json;
    glr_problem problem;
    cr_assert_eq(glr_json_read(text.bytes, text.length, &json, &problem), GLR_OK);
    cr_expect_str_eq(glr_json_string(glr_json_root(&json)), string, "the value is the same");
    glr_json_free(&json);
    glr_text_free(&text);
}

Test(show, json_for_people)
{
    expect_json(false, "a\x7f\u202e\n", "\"a\x7f\u202e\\n\"");
    expect_json(true, "a\x7f\xc2\x9b\u202e\n\u00e9\U000e0041\U0001f600",
                "\"a\\u007F\\u009B\\u202E\\n\u00e9\\uDB40\\uDC41\U0001f600\"");
}
