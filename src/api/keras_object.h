/* Objects as Keras's serializers write them: {"class_name": ..., "config": ..., "module": ..., ...}. */
#ifndef GLR_API_KERAS_OBJECT_H
#define GLR_API_KERAS_OBJECT_H

#include "text/json.h"

/* Checks all members of an initializer's object but the value of config: all are known, and what
   they say of the class is true of Keras's own initializers. *class_name lives as long as the document;
   *is_serialized is whether a serializer has written where the class is from.
   Errors: GLR_ERROR_PARSE, GLR_ERROR_UNSUPPORTED (a class of somebody else). */
glr_status glr_keras_class_of(glr_json_value object, const char **class_name, bool *is_serialized);

/* Reads config.seed into an initializer: an integer, null, or a SeedGenerator.
   Errors: GLR_ERROR_PARSE, GLR_ERROR_UNSUPPORTED (another object). */
glr_status glr_keras_read_seed(glr_json_value value, glr_initializer *initializer);

#endif
