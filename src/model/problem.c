#include "problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool glr_problem_set(glr_problem *problem, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(problem->text, sizeof problem->text, format, arguments);
    va_end(arguments);
    return false;
}

bool glr_problem_prefix(glr_problem *problem, const char *format, ...)
{
    glr_problem whole;
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
