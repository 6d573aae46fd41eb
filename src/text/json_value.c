/* Looking at the values of a JSON document. */
#include "json.h"

#include "show.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static glr_json_value value_at(const glr_json *json, uint32_t node)
{
    glr_json_value value = {json, node, json->node[node].kind};
    return value;
}

static const glr_json_node *node_of(glr_json_value value) { return &value.json->node[value.node]; }

glr_json_value glr_json_root(const glr_json *json) { return value_at(json, 0); }

size_t glr_json_size(glr_json_value value)
{
    return value.kind == GLR_JSON_ARRAY || value.kind == GLR_JSON_OBJECT ? node_of(value)->length : 0;
}

glr_json_walk glr_json_children(glr_json_value value)
{
    glr_json_walk walk = {.value = value, .index = SIZE_MAX, .named = value.kind == GLR_JSON_OBJECT};
    if (value.kind == GLR_JSON_ARRAY || value.kind == GLR_JSON_OBJECT) {
        walk.next = value.node + 1;
        walk.end = node_of(value)->end;
    }
    return walk;
}

bool glr_json_next(glr_json_walk *walk)
{
    if (walk->next >= walk->end) {
        return false;
    }
    const glr_json *json = walk->value.json;
    if (walk->named) {
        walk->name = json->text + json->node[walk->next].start;
        walk->next++;
    }
    walk->value = value_at(json, walk->next);
    walk->next = node_of(walk->value)->end;
    walk->index++;
    return true;
}

glr_json_value glr_json_member(glr_json_value object, const char *name)
{
    glr_json_walk walk = glr_json_children(object);
    while (walk.named && glr_json_next(&walk)) {
        if (strcmp(walk.name, name) == 0) {
            return walk.value;
        }
    }
    glr_json_value missing = {.kind = GLR_JSON_MISSING};
    return missing;
}

const char *glr_json_string(glr_json_value value)
{
    return value.kind == GLR_JSON_STRING ? value.json->text + node_of(value)->start : NULL;
}

const char *glr_json_shown(glr_json_value value)
{
    switch (value.kind) {
    case GLR_JSON_NULL: return "null";
    case GLR_JSON_FALSE: return "false";
    case GLR_JSON_TRUE: return "true";
    case GLR_JSON_NUMBER:
    case GLR_JSON_STRING: return value.json->text + node_of(value)->start;
    case GLR_JSON_ARRAY: return "an array";
    case GLR_JSON_OBJECT: return "an object";
    default: return "nothing";
    }
}

const char *glr_json_quoted(glr_json_value value, char text[GLR_JSON_QUOTED])
{
    const char *quote = value.kind == GLR_JSON_STRING ? "\"" : "";
    char shown[GLR_JSON_QUOTED - 2];
    glr_show(glr_json_shown(value), shown, sizeof shown);
    (void)snprintf(text, GLR_JSON_QUOTED, "%s%s%s", quote, shown, quote);
    return text;
}

bool glr_json_is_integer(glr_json_value value)
{
    return value.kind == GLR_JSON_NUMBER && strpbrk(glr_json_shown(value), ".eENI") == NULL;
}

/* An integer's magnitude, if 64 bits hold it. */
static bool magnitude_of(glr_json_value value, bool *negative, uint64_t *magnitude)
{
    if (!glr_json_is_integer(value)) {
        return false;
    }
    const char *digit = glr_json_shown(value);
    *negative = *digit == '-';
    *magnitude = 0;
    for (digit += *negative; *digit != '\0'; digit++) {
        const uint64_t more = (uint64_t)(*digit - '0');
        if (*magnitude > (UINT64_MAX - more) / 10) {
            return false;
        }
        *magnitude = *magnitude * 10 + more;
    }
    return true;
}

bool glr_json_int64(glr_json_value value, int64_t *number)
{
    bool negative;
    uint64_t magnitude;
    if (!magnitude_of(value, &negative, &magnitude) || magnitude > (uint64_t)INT64_MAX + negative) {
        return false;
    }
    if (magnitude > INT64_MAX) {
        *number = INT64_MIN;
    } else {
        *number = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    }
    return true;
}

bool glr_json_uint64(glr_json_value value, uint64_t *number)
{
    bool negative;
    return magnitude_of(value, &negative, number) && (!negative || *number == 0);
}

bool glr_json_seed(glr_json_value value, int64_t *seed)
{
    uint64_t bits;
    if (glr_json_int64(value, seed)) {
        return true;
    }
    if (!glr_json_uint64(value, &bits)) {
        return false;
    }
    memcpy(seed, &bits, sizeof bits);
    return true;
}

/* Integers have no negative zero; strtod may have several NaNs. */
bool glr_json_double(glr_json_value value, double *number)
{
    if (value.kind != GLR_JSON_NUMBER) {
        return false;
    }
    *number = strcmp(glr_json_shown(value), "NaN") == 0 ? (double)NAN : strtod(glr_json_shown(value), NULL);
    if (*number == 0.0 && glr_json_is_integer(value)) {
        *number = 0.0;
    }
    return true;
}

bool glr_json_is_exact(glr_json_value value)
{
    double number;
    char text[DBL_MAX_10_EXP + 8];
    if (!glr_json_double(value, &number) || !glr_json_is_integer(value)) {
        return value.kind == GLR_JSON_NUMBER;
    }
    (void)snprintf(text, sizeof text, "%.0f", number);
    return number == 0.0 || strcmp(text, glr_json_shown(value)) == 0;
}
