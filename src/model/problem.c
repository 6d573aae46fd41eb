#include "problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool glr_problem_set(glr_problem *problem, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(problem->text, sizeof problem->text, format, arguments);
    va_end(arguments);
    problem->is_systems = false;
    return false;
}

/* Sets the text, followed by a cause. */
static void set_cause(glr_problem *problem, const char *cause, const char *format, va_list arguments)
{
    int length = vsnprintf(problem->text, sizeof problem->text, format, arguments);
    if (length >= 0 && (size_t)length < sizeof problem->text) {
        (void)snprintf(problem->text + length, sizeof problem->text - (size_t)length, ": %s", cause);
    }
}

static bool is_systems(int error)
{
    return error == ENOMEM || error == EMFILE || error == ENFILE || error == EIO || error == EINTR;
}

bool glr_problem_errno(glr_problem *problem, const char *format, ...)
{
    const int error = errno;
    va_list arguments;
    va_start(arguments, format);
    set_cause(problem, strerror(error), format, arguments);
    va_end(arguments);
    problem->is_systems = is_systems(error);
    return false;
}

bool glr_problem_stream(glr_problem *problem, FILE *stream, const char *format, ...)
{
    const int error = errno;
    const bool ends = feof(stream) != 0; /* which sets no errno */
    va_list arguments;
    va_start(arguments, format);
    set_cause(problem, ends ? "the file ends early" : strerror(error), format, arguments);
    va_end(arguments);
    problem->is_systems = !ends && is_systems(error);
    return false;
}

bool glr_problem_memory(glr_problem *problem)
{
    (void)glr_problem_set(problem, "out of memory");
    problem->is_systems = true;
    return false;
}

bool glr_problem_status(glr_problem *problem, glr_status status)
{
    (void)glr_problem_set(problem, "%s", glr_last_error());
    problem->is_systems = status == GLR_ERROR_MEMORY || status == GLR_ERROR_SYSTEM;
    return false;
}

bool glr_problem_prefix(glr_problem *problem, const char *format, ...)
{
    glr_problem whole = {.is_systems = problem->is_systems};
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(whole.text, sizeof whole.text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof whole.text) {
        return false;
    }
    (void)snprintf(whole.text + length, sizeof whole.text - (size_t)length, "%s", problem->text);
    *problem = whole;
    return false;
}
