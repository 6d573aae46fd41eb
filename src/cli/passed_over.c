#include "passed_over.h"

#include "api/show.h"
#include "model/glob.h"

#include <stdio.h>

#define NAME 256 /* bytes of a name that are printed */

static bool is_passed_over(const glr_file_tensor *tensor, const char *glob)
{
    return !glr_file_tensor_is_known(tensor) && (glob == NULL || glr_glob_matches(glob, tensor->name));
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

void glr_say_passed_over(const char *path, const glr_safetensors *file, const char *glob)
{
    char shown[4 * NAME];
    size_t count = 0, said = 0;
    for (size_t i = 0; i < file->count; i++) {
        count += is_passed_over(&file->tensor[i], glob);
    }
    if (count == 0) {
        return;
    }
    glr_show(path, shown, sizeof shown);
    (void)fprintf(stderr,
                  "glorand: %s: passes over %zu tensor%s of a dtype or rank that glorand does not have: ",
                  shown, count, count == 1 ? "" : "s");
    for (size_t i = 0; i < file->count && said < GLR_NAMES_SHOWN; i++) {
        if (is_passed_over(&file->tensor[i], glob)) {
            say_tensor(&file->tensor[i], said == 0);
            said++;
        }
    }
    if (count > said) {
        (void)fprintf(stderr, " and %zu more", count - said);
    }
    (void)fputc('\n', stderr);
}
