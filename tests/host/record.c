#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static entry *append(record *into, const char *label)
{
    if (into->count == sizeof into->entries / sizeof into->entries[0]) {
        fail("a record is full");
        exit(verdict());
    }
    entry *added = &into->entries[into->count++];
    (void)snprintf(added->label, sizeof added->label, "%s", label);
    added->text[0] = '\0';
    return added;
}

void record_bytes(record *into, const char *label, const void *bytes, size_t length)
{
    append(into, label)->hash = hash_of(bytes, length);
}

void record_text(record *into, const char *label, const char *text)
{
    entry *added = append(into, label);
    added->hash = hash_of(text, strlen(text));
    (void)snprintf(added->text, sizeof added->text, "%s", text);
}

void record_status(record *into, const char *label, glr_status status)
{
    if (status == GLR_OK) {
        record_text(into, label, "GLR_OK");
    } else {
        char text[TEXT];
        (void)snprintf(text, sizeof text, "%d: %s", (int)status, glr_last_error());
        record_text(into, label, text);
    }
}

void compare_records(const record *expected, const record *given, const char *name)
{
    if (expected->count != given->count) {
        fail("%s: %zu results, not %zu", name, given->count, expected->count);
        return;
    }
    for (size_t i = 0; i < given->count; i++) {
        const entry *right = &expected->entries[i], *its = &given->entries[i];
        CHECK(strcmp(right->label, its->label) == 0 && right->hash == its->hash, "%s: %s gives %s, not %s",
              name, its->label, its->text[0] != '\0' ? its->text : "other bytes",
              right->text[0] != '\0' ? right->text : "those of the default");
    }
}

static const char *called[128];
static size_t called_count;

void note_call(const char *function)
{
    for (size_t i = 0; i < called_count; i++) {
        if (strcmp(called[i], function) == 0) {
            return;
        }
    }
    if (called_count < sizeof called / sizeof called[0]) {
        called[called_count++] = function;
    }
}

void print_calls(void)
{
    for (size_t i = 0; i < called_count; i++) {
        (void)printf("%s\n", called[i]);
    }
}
