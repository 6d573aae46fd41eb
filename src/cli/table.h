/* Tables with names of others in them. */
#ifndef GLR_CLI_TABLE_H
#define GLR_CLI_TABLE_H

#include "text/text.h"

#include "glorand/model.h"

/* Characters of the widest column. */
#define GLR_WIDEST_CELL 80

/* The greater of a column's width and a cell's, unless that is wider than the widest: such a cell moves what
   stands behind it in its own row, and no other. */
int glr_cell_width(int width, const char *text);

/* Prints a cell, as glr_show shows it but with backslashes doubled, and spaces up to a width. */
void glr_print_cell(const char *text, int width);

/* The table that init --plan prints: a line for each tensor of a resolved model, and totals. Returns an exit
   status. */
int glr_print_plan(const glr_model *model);

#endif
