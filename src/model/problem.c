#include "problem.h"

#include "api/show.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool glr_problem_set(glr_problem *problem, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    glr_show_format(problem->text, sizeof problem->text, format, arguments);
    va_end(arguments);
    problem->is_systems = false;
    return false;
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
    problem->is_systems = is_systems(error);
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
    char prefix[sizeof problem->text], whole[2 * sizeof problem->text];
    va_list arguments;
    va_start(arguments, format);
    glr_show_format(prefix, sizeof prefix, format, arguments);
    va_end(arguments);
    (void)snprintf(whole, sizeof whole, "%s%s", prefix, problem->text);
    glr_show(whole, problem->text, sizeof problem->text);
    return false;
}
