/* Texts for tables of tensors. */
#ifndef GLR_CLI_TABLE_H
#define GLR_CLI_TABLE_H

#include "model/model.h"

#define GLR_SHAPE_TEXT (GLR_MAX_RANK * 22 + 3)

/* The shape of the part that is held, "[784, 256]". */
void glr_shape_text(const glr_tensor *tensor, char text[GLR_SHAPE_TEXT]);

/* Columns that the longest name takes. */
int glr_name_width(const glr_model *model);

#endif
