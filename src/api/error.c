/* Statuses and the calling thread's last error. */
#include "error.h"

#include "text/show.h"

#include <stdarg.h>
#include <string.h>

static _Thread_local char last_error[GLR_MESSAGE];

void glr_keep_error(char message[GLR_MESSAGE]) { memcpy(message, last_error, sizeof last_error); }

void glr_put_back_error(const char message[GLR_MESSAGE]) { memcpy(last_error, message, sizeof last_error); }

glr_status glr_fail(glr_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    glr_show_format(last_error, sizeof last_error, format, arguments);
    va_end(arguments);
    return status;
}

glr_status glr_check_reserved(const char *name, const uint32_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (words[i] != 0) {
            return glr_fail(GLR_ERROR_ARGUMENT, "%s.reserved[%zu]: %u is not 0", name, i, words[i]);
        }
    }
    return GLR_OK;
}

glr_status glr_fail_by(const glr_problem *problem) { return glr_fail(problem->status, "%s", problem->text); }

glr_status glr_fail_null(const char *name)
{
    return glr_fail(GLR_ERROR_ARGUMENT, "%s: must not be NULL", name);
}

const char *glr_last_error(void) { return last_error; }

const char *glr_status_name(glr_status status)
{
    switch (status) {
    case GLR_OK: return "GLR_OK";
    case GLR_ERROR_ARGUMENT: return "GLR_ERROR_ARGUMENT";
    case GLR_ERROR_SHAPE: return "GLR_ERROR_SHAPE";
    case GLR_ERROR_TOO_SMALL: return "GLR_ERROR_TOO_SMALL";
    case GLR_ERROR_UNSUPPORTED: return "GLR_ERROR_UNSUPPORTED";
    case GLR_ERROR_UNAVAILABLE: return "GLR_ERROR_UNAVAILABLE";
    case GLR_ERROR_MEMORY: return "GLR_ERROR_MEMORY";
    case GLR_ERROR_DEVICE: return "GLR_ERROR_DEVICE";
    case GLR_ERROR_PARSE: return "GLR_ERROR_PARSE";
    case GLR_ERROR_SYSTEM: return "GLR_ERROR_SYSTEM";
    case GLR_ERROR_UNSEEDED: return "GLR_ERROR_UNSEEDED";
    case GLR_ERROR_UNDECIDED: return "GLR_ERROR_UNDECIDED";
    }
    return "unknown status";
}
