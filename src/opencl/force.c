#include "force.h"

#include "api/error.h"
#include "gpu/driver.h"

#include <string.h>

#define VARIABLE   "GLORAND_OPENCL_FORCE"
#define SEPARATORS ", "

static const char *const words[] = {"none", "one-lane", "software-sqrt", "no-fp64", "simulator"};

static int is(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

/* Goes on from *at + *length to the next word of a list; false at its end. */
static int next(const char **at, size_t *length)
{
    *at += *length;
    *at += strspn(*at, SEPARATORS);
    *length = strcspn(*at, SEPARATORS);
    return *length > 0;
}

static int is_known(const char *at, size_t length)
{
    int known = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        known = known || is(at, length, words[i]);
    }
    return known;
}

glr_status glr_opencl_check_force(void)
{
    const char *at = glr_gpu_variable(VARIABLE);
    size_t length = 0;
    while (at != NULL && next(&at, &length)) {
        if (!is_known(at, length)) {
            return glr_fail(GLR_ERROR_ARGUMENT,
                            VARIABLE
                            ": must be none, one-lane, software-sqrt, no-fp64 or simulator, not '%.*s'",
                            length < 64 ? (int)length : 64, at);
        }
    }
    return GLR_OK;
}

int glr_opencl_forces(const char *word)
{
    const char *at = glr_gpu_variable(VARIABLE);
    size_t length = 0;
    while (at != NULL && next(&at, &length)) {
        if (is(at, length, word)) {
            return 1;
        }
    }
    return 0;
}
