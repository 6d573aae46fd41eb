/* Any bytes as a file of the cache of program binaries: what is read back is what was saved under that key,
   whole, or nothing. */
#include "bytes.h"
#include "check.h"
#include "opencl/cache.h"
#include "scratch.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* The file's header as a reader of bytes sees it. */
#define MAGIC       "glorand binary\n" /* and the zero */
#define KEY_SIZE    16
#define BINARY_SIZE 24
#define HASH        32
#define HEADER      72 /* bytes; the key follows, then the binary */

static uint8_t file[1 << 16];

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    CHECK(setenv("XDG_CACHE_HOME", fuzz_scratch_make(), 1) == 0);
    return 0;
}

/* XXH128 in hexadecimal, the higher half first. */
static void hash_text(const void *bytes, size_t size, char text[33])
{
    const XXH128_hash_t hash = XXH3_128bits(bytes, size);
    (void)snprintf(text, 33, "%016llx%016llx", (unsigned long long)hash.high64,
                   (unsigned long long)hash.low64);
}

static uint64_t number_at(size_t offset)
{
    uint64_t number;
    memcpy(&number, file + offset, sizeof number);
    return number;
}

/* The length of the binary behind the key, if this is a whole file of that key, or else 0. */
static size_t binary_of(const char *key, size_t length)
{
    char hash[33];
    const size_t key_length = strlen(key), before = HEADER + key_length;
    if (length <= before || memcmp(file, MAGIC, 16) != 0 || number_at(KEY_SIZE) != key_length ||
        memcmp(file + HEADER, key, key_length) != 0 || number_at(BINARY_SIZE) != length - before) {
        return 0;
    }
    hash_text(file + before, length - before, hash);
    return memcmp(file + HASH, hash, sizeof hash) == 0 ? length - before : 0;
}

/* The name of the file that a key has. */
static void name_of(const char *key, char name[80])
{
    char hash[33];
    hash_text(key, strlen(key), hash);
    (void)snprintf(name, 80, "opencl-%s.bin\n", hash);
}

static void expect(const char *key, const uint8_t *binary, size_t size)
{
    glr_cache_entry entry = {NULL, 0};
    const int loaded = glr_cache_load(key, &entry);
    CHECK(loaded == (size > 0));
    if (loaded) {
        CHECK(entry.size == size && memcmp(entry.binary, binary, size) == 0);
        free(entry.binary);
    }
}

/* Saves the binary, and finds the one file that it lies in. Returns the length of that, which is in `file`.
 */
static size_t save(const char *key, const uint8_t *binary, size_t size)
{
    char name[80], path[128];
    static unsigned char copy[sizeof file];
    glr_cache_entry entry = {copy, size};
    memcpy(copy, binary, size);
    glr_cache_save(key, &entry);
    name_of(key, name);
    CHECK(strcmp(fuzz_scratch_list("glorand"), name) == 0);
    (void)snprintf(path, sizeof path, "%s/glorand/%.*s", getenv("XDG_CACHE_HOME"), (int)strlen(name) - 1,
                   name);
    FILE *stream = fopen(path, "rb");
    CHECK(stream != NULL);
    const size_t length = fread(file, 1, sizeof file, stream);
    CHECK(fclose(stream) == 0 && binary_of(key, length) == size);
    return length;
}

/* Makes the hash right again where the input says so: else no change of the rest would be looked at. */
static size_t damage(fuzz_bytes *bytes, size_t length, size_t key_length)
{
    for (uint8_t left = fuzz_byte(bytes) % 4; left > 0; left--) {
        const size_t place = (fuzz_byte(bytes) + 256U * (fuzz_byte(bytes) % 2U)) % length;
        file[place] ^= fuzz_byte(bytes);
    }
    const uint8_t cut = fuzz_byte(bytes);
    length = cut < 64 ? length - cut % length : cut < 96 ? length + cut - 63U : length;
    if (fuzz_byte(bytes) % 2 != 0 && length > HEADER + key_length) {
        hash_text(file + HEADER + key_length, length - HEADER - key_length, (char *)file + HASH);
    }
    return length;
}

/* A file of the input's alone, or one that was saved and then damaged. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    char key[4096], name[80];
    fuzz_bytes bytes = {data, length};
    const int is_raw = fuzz_byte(&bytes) % 2;
    size_t key_length = fuzz_byte(&bytes);
    key_length = key_length < 250 ? key_length % 64
                                  : key_length * 9; /* the longest are longer than any that is read */
    for (size_t i = 0; i < key_length; i++) {
        key[i] = (char)(1 + fuzz_byte(&bytes) % 255);
    }
    key[key_length] = '\0';
    if (key_length >= GLR_CACHE_KEY || bytes.left == 0 || bytes.left > sizeof file / 2) {
        expect(key, NULL, 0);
        return 0;
    }
    size_t written = save(key, bytes.next, bytes.left);
    expect(key, bytes.next, bytes.left);
    if (is_raw) {
        written = bytes.left;
        memcpy(file, bytes.next, written);
    } else {
        fuzz_bytes changes = {data, length};
        written = damage(&changes, written, key_length);
    }
    name_of(key, name);
    char below[100];
    (void)snprintf(below, sizeof below, "glorand/%.*s", (int)strlen(name) - 1, name);
    fuzz_scratch_write(below, file, written, NULL, 0);
    expect(key, file + HEADER + key_length, binary_of(key, written));
    fuzz_scratch_empty("glorand");
    expect(key, NULL, 0);
    return 0;
}
