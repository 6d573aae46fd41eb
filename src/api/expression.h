/* Arithmetic in the text form of an initializer. */
#ifndef GLR_API_EXPRESSION_H
#define GLR_API_EXPRESSION_H

#include "text_scanner.h"

/* Parentheses within each other; deeper ones are refused. */
#define GLR_EXPRESSION_MAX_DEPTH 32

/* Fails unless every variable has a name that an expression can use. Errors: GLR_ERROR_ARGUMENT. */
glr_status glr_check_variables(const glr_variable *variables, size_t count);

/* Evaluates the expression at the scanner's position in double, each operation rounded by itself. The value
   is finite, or NaN if a capture in it has no value yet. Errors: GLR_ERROR_PARSE. */
glr_status glr_read_expression(glr_scanner *scanner, double *value);

#endif
