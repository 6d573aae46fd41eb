/* Results of the library's functions, to be compared with those in other surroundings. */
#ifndef GLR_TEST_HOST_RECORD_H
#define GLR_TEST_HOST_RECORD_H

#include "draw.h"
#include "surroundings.h"

/* Bytes of a label and of a text, the final zeros included. */
#define LABEL 160
#define TEXT  200

typedef struct entry {
    char label[LABEL];
    uint64_t hash;
    char text[TEXT]; /* for people; the hash is compared */
} entry;

typedef struct record {
    size_t count;
    entry entries[2048];
} record;

/* Appends bytes, or a text. They are kept as hashes: printing numbers would depend on the surroundings, too.
 */
void record_bytes(record *into, const char *label, const void *bytes, size_t length);
void record_text(record *into, const char *label, const char *text);

/* Appends a status, and the message of a failure. */
void record_status(record *into, const char *label, glr_status status);

/* Fails where the records differ, and names what it was. */
void compare_records(const record *expected, const record *given, const char *name);

/* Runs a statement that calls a public function, and fails unless it leaves its surroundings as they were. */
#define CALL(function, statement)                                                                            \
    do {                                                                                                     \
        const surroundings before_ = surroundings_now();                                                     \
        statement;                                                                                           \
        note_call(#function);                                                                                \
        check_surroundings(&before_, #function);                                                             \
    } while (0)

/* Remembers that a function has been called; prints those that have. */
void note_call(const char *function);
void print_calls(void);

#endif
