#include "cache.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define MOST_BYTES ((size_t)256 << 20) /* of a binary that is believed */

/* A file: this, the key, the binary. */
typedef struct file_header {
    char magic[16];
    uint64_t key_size, binary_size;
    char hash[GLR_CACHE_HASH_TEXT]; /* of the binary */
    char reserved[7];
} file_header;

static const char magic[16] = "glorand binary\n";

void glr_cache_hash(const void *bytes, size_t size, char text[GLR_CACHE_HASH_TEXT])
{
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes, size));
    for (size_t i = 0; i < sizeof canonical.digest; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", canonical.digest[i]);
    }
}

/* The folder, made if it is not there; false if there is no place for it. */
static int cache_folder(char *path, size_t capacity)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int is_set = cache != NULL && cache[0] == '/'; /* others are to be ignored, says the XDG specification */
    if (!is_set && (home == NULL || home[0] != '/')) {
        return 0;
    }
    int length = snprintf(path, capacity, "%s%s", is_set ? cache : home, is_set ? "" : "/.cache");
    if (length < 0 || (size_t)length + sizeof "/glorand" > capacity) {
        return 0;
    }
    (void)mkdir(path, 0700); /* if it fails, so will what follows */
    memcpy(path + length, "/glorand", sizeof "/glorand");
    (void)mkdir(path, 0700);
    return 1;
}

static int cache_path(const char *key, char *path, size_t capacity)
{
    char folder[1024], hash[GLR_CACHE_HASH_TEXT];
    if (!cache_folder(folder, sizeof folder)) {
        return 0;
    }
    glr_cache_hash(key, strlen(key), hash);
    int length = snprintf(path, capacity, "%s/opencl-%s.bin", folder, hash);
    return length > 0 && (size_t)length < capacity;
}

/* Reads the key that stands in the file, and says whether it is ours. */
static int key_agrees(FILE *file, const char *key, uint64_t size)
{
    char found[GLR_CACHE_KEY];
    return size == strlen(key) && size < sizeof found && fread(found, 1, (size_t)size, file) == size &&
           memcmp(found, key, (size_t)size) == 0;
}

static int read_binary(FILE *file, const char *key, glr_cache_entry *entry)
{
    file_header header;
    char hash[GLR_CACHE_HASH_TEXT];
    if (fread(&header, sizeof header, 1, file) != 1 || memcmp(header.magic, magic, sizeof magic) != 0 ||
        !key_agrees(file, key, header.key_size) || header.binary_size == 0 ||
        header.binary_size > MOST_BYTES) {
        return 0;
    }
    entry->size = (size_t)header.binary_size;
    entry->binary = malloc(entry->size);
    if (entry->binary == NULL) {
        return 0;
    }
    if (fread(entry->binary, 1, entry->size, file) == entry->size && fgetc(file) == EOF) {
        glr_cache_hash(entry->binary, entry->size, hash);
        if (memcmp(hash, header.hash, sizeof hash) == 0) {
            return 1;
        }
    }
    free(entry->binary);
    return 0;
}

int glr_cache_load(const char *key, glr_cache_entry *entry)
{
    char path[1200];
    if (!cache_path(key, path, sizeof path)) {
        return 0;
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return 0;
    }
    int loaded = read_binary(file, key, entry);
    (void)fclose(file); /* was only read */
    return loaded;
}

static int write_binary(FILE *file, const char *key, const glr_cache_entry *entry)
{
    file_header header = {.key_size = strlen(key), .binary_size = entry->size};
    memcpy(header.magic, magic, sizeof magic);
    glr_cache_hash(entry->binary, entry->size, header.hash);
    return fwrite(&header, sizeof header, 1, file) == 1 &&
           fwrite(key, 1, (size_t)header.key_size, file) == header.key_size &&
           fwrite(entry->binary, 1, entry->size, file) == entry->size;
}

void glr_cache_save(const char *key, const glr_cache_entry *entry)
{
    char path[1200], beside[sizeof path + 8];
    if (entry->size > MOST_BYTES || !cache_path(key, path, sizeof path)) {
        return;
    }
    (void)snprintf(beside, sizeof beside, "%s.XXXXXX", path);
    int descriptor = mkstemp(beside);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    if (file == NULL) {
        if (descriptor >= 0) {
            (void)close(descriptor);
            (void)unlink(beside);
        }
        return;
    }
    int written = write_binary(file, key, entry);
    written = fclose(file) == 0 && written;
    if (!written || rename(beside, path) != 0) {
        (void)unlink(beside);
    }
}
