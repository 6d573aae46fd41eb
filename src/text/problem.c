#include "problem.h"

#include "show.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void set(glr_problem *problem, glr_status status, const char *format, va_list arguments)
{
    glr_show_format(problem->text, sizeof problem->text, format, arguments);
    problem->status = status;
}

bool glr_problem_set(glr_problem *problem, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set(problem, GLR_ERROR_PARSE, format, arguments);
    va_end(arguments);
    return false;
}

glr_status glr_problem_fail(glr_problem *problem, glr_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set(problem, status, format, arguments);
    va_end(arguments);
    return status;
}

bool glr_problem_is_systems(const glr_problem *problem)
{
    return problem->status == GLR_ERROR_MEMORY || problem->status == GLR_ERROR_SYSTEM;
}

/* Sets the text, followed by a cause. */
static void set_cause(glr_problem *problem, const char *cause, const char *format, va_list arguments)
{
    char text[sizeof problem->text - 128]; /* which leaves room for the cause */
    glr_show_format(text, sizeof text, format, arguments);
    (void)snprintf(problem->text, sizeof problem->text, "%s: %.120s", text, cause);
}

static bool is_systems(int error)
{
    return error == ENOMEM || error == EMFILE || error == ENFILE || error == EIO || error == EINTR ||
           error == EAGAIN;
}

bool glr_problem_errno(glr_problem *problem, const char *format, ...)
{
    const int error = errno;
    va_list arguments;
    va_start(arguments, format);
    set_cause(problem, strerror(error), format, arguments);
    va_end(arguments);
    problem->status = is_systems(error) ? GLR_ERROR_SYSTEM : GLR_ERROR_PARSE;
    return false;
}

bool glr_problem_memory(glr_problem *problem)
{
    (void)glr_problem_fail(problem, GLR_ERROR_MEMORY, "out of memory");
    return false;
}

bool glr_problem_status(glr_problem *problem, glr_status status)
{
    (void)glr_problem_fail(problem, status, "%s", glr_last_error());
    return false;
}

bool glr_problem_prefix(glr_problem *problem, const char *format, ...)
{
    char prefix[sizeof problem->text], whole[2 * sizeof problem->text];
    va_list arguments;
    va_start(arguments, format);
    glr_show_format(prefix, sizeof prefix, format, arguments);
    va_end(arguments);
    (void)snprintf(whole, sizeof whole, "%s%s", prefix, problem->text);
    glr_show(whole, problem->text, sizeof problem->text);
    return false;
}
