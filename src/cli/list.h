/* A list of tensors, with the options that decide what they are drawn from. */
#ifndef GLR_CLI_LIST_H
#define GLR_CLI_LIST_H

#include "variable_options.h"

#include "files/safetensors.h"

#include "glorand/model.h"

/* Options of a list; --rule as it was given. */
typedef struct glr_list_options {
    const char **rule; /* room for one an argument */
    size_t rule_count;
    glr_variable_options variables;
    glr_model_options options;
} glr_list_options;

/* Makes room for the rules of so many arguments. The functions here return an exit status, after a message if
   it is not EXIT_DONE. */
int glr_list_options_make(int argc, glr_list_options *given);

void glr_list_options_free(glr_list_options *given);

/* Reads and resolves a list. On failure *model is NULL. */
int glr_list_read(const char *path, const glr_list_options *given, glr_model **model);

/* A function of the library that writes a text about a model. */
typedef glr_status glr_model_writer(const glr_model *model, char *buffer, size_t capacity, size_t *length);

/* Such a text, to be freed; NULL on failure. */
char *glr_text_of_model(glr_model_writer *write, const glr_model *model, glr_problem *problem);

/* Strings of a file's metadata. */
#define GLR_KEY_VERSION        "glorand.version"
#define GLR_KEY_STREAM_VERSION "glorand.stream_version"
#define GLR_KEY_SPEC           "glorand.spec"

/* The model that a file was made from, by its metadata. On failure *model is NULL. */
bool glr_spec_of_file(const glr_safetensors *file, glr_model **model, glr_problem *problem);

#endif
