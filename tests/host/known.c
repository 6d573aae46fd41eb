#include "known.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The files are written with one token a line. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = allocate((size_t)1 << 22);
    if (file == NULL) {
        fail("%s cannot be opened", path);
        exit(verdict());
    }
    text[fread(text, 1, ((size_t)1 << 22) - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

/* The text behind a member's name, before `end`; NULL without one. */
static const char *member(const char *from, const char *end, const char *name)
{
    const char *found = strstr(from, name);
    return found != NULL && found < end ? found + strlen(name) : NULL;
}

static void copy_text(char *to, size_t capacity, const char *from, const char *end)
{
    const size_t length = (size_t)(end - from);
    if (length >= capacity) {
        fail("a case is longer than expected");
        exit(verdict());
    }
    memcpy(to, from, length);
    to[length] = '\0';
}

/* The case between two places of the text; whether it is one to take. */
static bool read_case(const char *from, const char *end, known *into)
{
    const char *shape = member(from, end, "\"shape\": ["), *sha256 = member(from, end, "\"sha256\": \""),
               *config = member(from, end, "\"config\": {");
    if (shape == NULL || sha256 == NULL || config == NULL ||
        member(from, end, "\"dtype\": \"float32\"") == NULL) {
        return false;
    }
    const char *close = strchr(config, '}'), *stream = member(from, end, "\"stream\": ");
    memset(into, 0, sizeof *into);
    (void)snprintf(into->initializer, sizeof into->initializer, "{\"class_name\": %.*s",
                   (int)(close + 1 - from), from);
    (void)strncat(into->initializer, "}", sizeof into->initializer - strlen(into->initializer) - 1);
    into->by_icdf = member(from, end, "\"method\": \"icdf\"") != NULL;
    into->tensor.dtype = GLR_DTYPE_FLOAT32;
    int64_t elements = 1;
    for (char *next = NULL; into->tensor.rank < GLR_MAX_RANK; shape = next + 1) {
        const long long extent = strtoll(shape, &next, 10);
        if (next == shape) {
            break;
        }
        into->tensor.shape[into->tensor.rank++] = extent;
        elements *= extent;
    }
    copy_text(into->sha256, sizeof into->sha256, sha256, strchr(sha256, '"'));
    return elements >= 10000 && elements <= 100000 && (stream == NULL || strtoll(stream, NULL, 10) == 0);
}

static bool has_class(const known *cases, size_t count, const known *wanted)
{
    for (size_t i = 0; i < count; i++) {
        const size_t length = (size_t)(strchr(wanted->initializer, ',') - wanted->initializer);
        if (strncmp(cases[i].initializer, wanted->initializer, length) == 0 &&
            cases[i].by_icdf == wanted->by_icdf) {
            return true;
        }
    }
    return false;
}

static size_t read_file(const char *path, known *cases, size_t count, size_t capacity)
{
    static const char first[] = "\"class_name\": ";
    char *text = read_text(path);
    const char *at = strstr(text, first);
    while (at != NULL && count < capacity) {
        const char *from = at + strlen(first), *next = strstr(from, first);
        if (read_case(from, next != NULL ? next : text + strlen(text), &cases[count]) &&
            !has_class(cases, count, &cases[count])) {
            count++;
        }
        at = next;
    }
    free(text);
    return count;
}

size_t read_known(known *cases, size_t capacity)
{
    size_t count = read_file(TEST_DATA "/golden/cases.json", cases, 0, capacity);
    CHECK(count == 10, "%zu classes of known values, not 10", count);
    const size_t all = read_file(TEST_DATA "/golden/icdf.json", cases, count, capacity);
    CHECK(all > count, "no values of the inverse distribution function");
    return all;
}

void check_known(glr_device *device, const known *golden_case, const char *name)
{
    glr_initializer initializer = {0};
    uint64_t bytes = 0;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char text[SHA256_TEXT];
    struct sha256_ctx context;
    if (glr_initializer_from_json(golden_case->initializer, strlen(golden_case->initializer), &initializer) !=
            GLR_OK ||
        glr_tensor_extent(&golden_case->tensor, NULL, &bytes) != GLR_OK) {
        fail("%s: %s: %s", name, golden_case->initializer, glr_last_error());
        return;
    }
    initializer.method = golden_case->by_icdf ? GLR_METHOD_ICDF : GLR_METHOD_RESAMPLE;
    void *values = allocate(bytes);
    CHECK(glr_fill(device, &initializer, &golden_case->tensor, values, bytes) == GLR_OK, "%s: %s", name,
          glr_last_error());
    sha256_init(&context);
    sha256_update(&context, bytes, values);
    sha256_digest(&context, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
    CHECK(strcmp(text, golden_case->sha256) == 0, "%s: other values than TensorFlow's for %s", name,
          golden_case->initializer);
    free(values);
}
