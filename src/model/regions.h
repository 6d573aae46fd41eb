/* Regions: boxes of a tensor with an initializer of their own, as the zero row of an embedding has. */
#ifndef GLR_MODEL_REGIONS_H
#define GLR_MODEL_REGIONS_H

#include "place.h"

/* Of one tensor: each has the stream of a name that begins with the tensor's, which may be long. */
#define GLR_MAX_REGIONS 1024

/* Adds a region to those of a tensor, which must be the last that has got some: its box is that of `box`, a
   part of the tensor. False when memory ran out. */
bool glr_region_add(glr_model *model, glr_item *tensor, const glr_tensor *box, const glr_choice *choice);

/* A tensor's region, as a tensor by itself, and where it begins in the whole. */
void glr_region_get(const glr_model *model, const glr_item *tensor, uint32_t number, glr_item *region,
                    int64_t start[GLR_MAX_RANK]);

/* Bytes of the longest box in a region's name, with the final zero. */
#define GLR_REGION_BOX (GLR_MAX_RANK * 44 + 3)

/* Writes the end of the name that gives a region its stream, "[0:1,0:768]", which comes behind its tensor's
 * name. */
void glr_region_box(const glr_item *region, const int64_t start[GLR_MAX_RANK], char text[GLR_REGION_BOX]);

/* Whether a tensor may have so many regions. */
bool glr_regions_check(size_t count, glr_problem *problem);

/* Reads the regions that a list gives for a tensor, whose shape is known. */
bool glr_regions_read(glr_json_value list, const glr_place *where, glr_model *model, glr_item *tensor);

#endif
