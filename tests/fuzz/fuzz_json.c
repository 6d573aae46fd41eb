/* Any bytes as JSON: what is read is written and read again as the same. */
#include "check.h"
#include "text/json.h"

#include <string.h>

static void write_value(glr_text *text, glr_json_value value);

static void write_children(glr_text *text, glr_json_value value, const char *brackets)
{
    glr_json_walk walk = glr_json_children(value);
    glr_text_append(text, brackets, 1);
    while (glr_json_next(&walk)) {
        if (walk.index > 0) {
            glr_text_comma(text);
        }
        if (walk.named) {
            glr_text_name(text, walk.name);
            CHECK(glr_json_member(value, walk.name).node == walk.value.node);
        }
        write_value(text, walk.value);
    }
    CHECK(walk.index + 1 == glr_json_size(value));
    glr_text_append(text, brackets + 1, 1);
}

static void write_number(glr_text *text, glr_json_value value)
{
    int64_t integer;
    double number;
    CHECK(glr_json_double(value, &number));
    if (glr_json_int64(value, &integer)) {
        CHECK(glr_json_is_integer(value) && (double)integer == number);
        glr_text_int64(text, integer);
    } else {
        glr_text_double(text, number);
    }
}

static void write_value(glr_text *text, glr_json_value value)
{
    switch (value.kind) {
    case GLR_JSON_ARRAY: write_children(text, value, "[]"); return;
    case GLR_JSON_OBJECT: write_children(text, value, "{}"); return;
    case GLR_JSON_STRING: glr_text_string(text, glr_json_string(value)); return;
    case GLR_JSON_NUMBER: write_number(text, value); return;
    default: glr_text_add(text, glr_json_shown(value));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    glr_json json, again;
    glr_problem problem;
    glr_status status = glr_json_read((const char *)data, length, &json, &problem);
    CHECK(status == GLR_OK || status == GLR_ERROR_PARSE);
    if (status != GLR_OK) {
        return 0;
    }
    glr_text text = {0}, second = {0};
    write_value(&text, glr_json_root(&json));
    CHECK(!text.not_utf8 && !text.out_of_memory);
    CHECK(glr_json_read(text.bytes, text.length, &again, &problem) == GLR_OK);
    write_value(&second, glr_json_root(&again));
    CHECK(text.length == second.length && memcmp(text.bytes, second.bytes, text.length) == 0);
    glr_text_free(&text);
    glr_text_free(&second);
    glr_json_free(&json);
    glr_json_free(&again);
    return 0;
}
