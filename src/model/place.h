/* Where in a list of tensors a value is, and complaints that say so. */
#ifndef GLR_MODEL_PLACE_H
#define GLR_MODEL_PLACE_H

#include "model.h"

/* A place in the document: "tensors[3].shape". */
typedef struct glr_place {
    const struct glr_place *parent; /* NULL for the document's members */
    const char *name;               /* of a member; NULL of an element */
    size_t index;                   /* of an element */
    const glr_variables *variables; /* for texts */
    glr_problem *problem;
} glr_place;

glr_place glr_place_of_member(const glr_place *parent, const char *name);
glr_place glr_place_of_element(const glr_place *parent, size_t index);

/* Puts the place before the problem that has been set. All of these return false, so that a check is one
 * line. */
bool glr_complain_at(const glr_place *where, const char *separator);

/* Fails with a text. */
bool glr_complain(const glr_place *where, const char *text);

/* Fails for a value that is not what is expected: "must be an integer, not \"1\"". */
bool glr_complain_kind(const glr_place *where, glr_json_value value, const char *expected);

/* Fails as a function of the library did; true for GLR_OK. */
bool glr_take_status(glr_status status, const glr_place *where);

#endif
