#include "passed_over.h"

#include "text/show.h"

#include "glorand/model.h"

#include <stdio.h>

#define NAME 256 /* bytes of a name that are printed */

/* Which tensors a line is about. */
typedef bool condition(const glr_file_tensor *tensor);

static bool is_unknown(const glr_file_tensor *tensor) { return !glr_file_tensor_is_known(tensor); }

static bool is_not_floating(const glr_file_tensor *tensor)
{
    return glr_file_tensor_is_known(tensor) && !glr_dtype_is_floating(tensor->dtype);
}

bool glr_is_meant(const glr_file_tensor *tensor, const char *pattern)
{
    uint32_t matches = 1;
    if (pattern != NULL) {
        (void)glr_pattern_match(pattern, tensor->name, &matches); /* the pattern has been checked */
    }
    return matches != 0;
}

static bool is_meant(const glr_file_tensor *tensor, condition *is_one, const char *glob)
{
    return is_one(tensor) && glr_is_meant(tensor, glob);
}

static void say_tensor(const glr_file_tensor *tensor, bool first)
{
    char name[NAME], dtype[NAME];
    glr_show(tensor->name, name, sizeof name);
    glr_show(tensor->dtype_name, dtype, sizeof dtype);
    (void)fprintf(stderr, "%s%s (%s", first ? "" : ", ", name, dtype);
    if (tensor->rank > GLR_MAX_RANK) {
        (void)fprintf(stderr, " of rank %u", tensor->rank);
    }
    (void)fputc(')', stderr);
}

/* The line: how many tensors meet the condition, the reason, and the first of them. None for no tensor. */
static void say(const char *path, const glr_safetensors *file, const char *glob, condition *is_one,
                const char *reason)
{
    char shown[4 * NAME];
    size_t count = 0, said = 0;
    for (size_t i = 0; i < file->count; i++) {
        count += is_meant(&file->tensor[i], is_one, glob);
    }
    if (count == 0) {
        return;
    }
    glr_show(path, shown, sizeof shown);
    (void)fprintf(stderr, "glorand: %s: passes over %zu tensor%s %s: ", shown, count, count == 1 ? "" : "s",
                  reason);
    for (size_t i = 0; i < file->count && said < GLR_NAMES_SHOWN; i++) {
        if (is_meant(&file->tensor[i], is_one, glob)) {
            say_tensor(&file->tensor[i], said == 0);
            said++;
        }
    }
    if (count > said) {
        (void)fprintf(stderr, " and %zu more", count - said);
    }
    (void)fputc('\n', stderr);
}

void glr_say_passed_over(const char *path, const glr_safetensors *file, const char *glob)
{
    say(path, file, glob, is_unknown, "of a dtype or rank that glorand does not have");
}

void glr_say_not_floating(const char *path, const glr_safetensors *file)
{
    say(path, file, NULL, is_not_floating, "of integers or booleans");
}
