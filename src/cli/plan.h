/* The table that init --plan prints. */
#ifndef GLR_CLI_PLAN_H
#define GLR_CLI_PLAN_H

#include "glorand/model.h"

/* Prints a resolved model, a line per tensor, and totals. Returns an exit status. */
int glr_print_plan(const glr_model *model);

#endif
