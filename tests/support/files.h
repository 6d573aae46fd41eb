/* Temporary files, and running the built command. */
#ifndef GLR_TEST_FILES_H
#define GLR_TEST_FILES_H

#include <stddef.h>

/* Makes a folder of its own for the test, changes into it, and removes it with all it holds when the test
   ends; so tests can name their files plainly. */
void enter_scratch(void);

void write_file(const char *name, const void *bytes, size_t length);
void write_text(const char *name, const char *text);

/* A file's bytes, to be freed. */
unsigned char *read_file(const char *name, size_t *length);

/* Whether a name exists. */
int exists(const char *name);

/* How many entries the scratch folder has. */
int entries(void);

typedef struct outcome {
    int status; /* exit status, or 128 + signal */
    char out[65536], err[8192];
} outcome;

/* Runs a shell command line in which `glorand` is the built command. */
outcome run(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
