#include "cache.h"

#include "gpu/driver.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define MAX_BYTES ((size_t)256 << 20) /* of a binary that is believed */

#define FILE_NAME 64 /* bytes of a file's name */

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

/* Whether an open file or folder is of this type, ours, and nobody else can write it. */
static int is_ours(int descriptor, mode_t type)
{
    struct stat status;
    return fstat(descriptor, &status) == 0 && (status.st_mode & S_IFMT) == type &&
           status.st_uid == geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Whether a folder may be made in this one: it is ours or root's, as /tmp is, and so is a link that leads to
   it. Root with a user's HOME would otherwise leave there what that user cannot replace, or make a folder
   where the user's link leads. */
static int may_make_in(const char *parent)
{
    struct stat named, there;
    return lstat(parent, &named) == 0 && stat(parent, &there) == 0 &&
           (named.st_uid == geteuid() || named.st_uid == 0) &&
           (there.st_uid == geteuid() || there.st_uid == 0);
}

/* Makes a folder, if the one that it is to be in allows that. A failure shows again when it is opened.
 */
static void make_folder(const char *path)
{
    char parent[1024];
    const char *slash = strrchr(path, '/');
    const int length = slash == path ? 1 : (int)(slash - path);
    if (snprintf(parent, sizeof parent, "%.*s", length, path) < (int)sizeof parent && may_make_in(parent)) {
        (void)mkdir(path, 0700);
    }
}

/* Opens the folder, which is made if it is not there. -1 if it has no place, or is not
   ours alone: whoever can write a binary decides what runs here. */
static int open_folder(void)
{
    const char *cache = glr_gpu_variable("XDG_CACHE_HOME"), *home = glr_gpu_variable("HOME");
    char path[1024];
    int is_set = cache != NULL && cache[0] == '/'; /* others are to be ignored, says the XDG specification */
    if (!is_set && (home == NULL || home[0] != '/')) {
        return -1;
    }
    int length = snprintf(path, sizeof path, "%s%s", is_set ? cache : home, is_set ? "" : "/.cache");
    if (length < 0 || (size_t)length + sizeof "/glorand" > sizeof path) {
        return -1;
    }
    make_folder(path);
    memcpy(path + length, "/glorand", sizeof "/glorand");
    make_folder(path);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder >= 0 && !is_ours(folder, S_IFDIR)) {
        (void)close(folder);
        folder = -1;
    }
    return folder;
}

/* Opens a regular file of ours in the folder; -1 if what is there is something else. Neither a link is
   followed nor a FIFO waited for. */
static int open_ours(int folder, const char *name, int flags)
{
    int descriptor =
        openat(folder, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor >= 0 && !is_ours(descriptor, S_IFREG)) {
        (void)close(descriptor);
        descriptor = -1;
    }
    return descriptor;
}

/* A FILE for a descriptor, which is closed if there is none. */
static FILE *file_of(int descriptor, const char *mode)
{
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, mode);
    if (file == NULL && descriptor >= 0) {
        (void)close(descriptor);
    }
    return file;
}

/* The name of a key's file: that of the binary, or, with the extension part, of what is not finished. */
static void write_name(const char *key, const char *extension, char name[FILE_NAME])
{
    char hash[GLR_CACHE_HASH_TEXT];
    glr_cache_hash(key, strlen(key), hash);
    (void)snprintf(name, FILE_NAME, "opencl-%s.%s", hash, extension);
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
        header.binary_size > MAX_BYTES) {
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
    char name[FILE_NAME];
    write_name(key, "bin", name);
    int folder = open_folder();
    FILE *file = folder < 0 ? NULL : file_of(open_ours(folder, name, O_RDONLY), "rb");
    int loaded = file != NULL && read_binary(file, key, entry);
    if (file != NULL) {
        (void)fclose(file); /* was only read */
    }
    if (folder >= 0) {
        (void)close(folder);
    }
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

/* Opens the unfinished file, or takes the one that a killed process has left; -1 if another process is
   writing it. That one may have given it its name between our two calls: then there is nothing to do. */
static int open_part(int folder, const char *part)
{
    struct stat opened, there;
    int descriptor = open_ours(folder, part, O_WRONLY | O_CREAT);
    if (descriptor >= 0 && (flock(descriptor, LOCK_EX | LOCK_NB) != 0 || fstat(descriptor, &opened) != 0 ||
                            fstatat(folder, part, &there, AT_SYMLINK_NOFOLLOW) != 0 ||
                            opened.st_ino != there.st_ino || ftruncate(descriptor, 0) != 0)) {
        (void)close(descriptor);
        descriptor = -1;
    }
    return descriptor;
}

static void save_in(int folder, const char *key, const glr_cache_entry *entry)
{
    char name[FILE_NAME], part[FILE_NAME];
    write_name(key, "bin", name);
    write_name(key, "part", part);
    FILE *file = file_of(open_part(folder, part), "wb");
    if (file == NULL) {
        return;
    }
    /* Renamed while it is locked: nobody else can be writing it. */
    int saved =
        write_binary(file, key, entry) && fflush(file) == 0 && renameat(folder, part, folder, name) == 0;
    if (!saved) {
        (void)unlinkat(folder, part, 0);
    }
    (void)fclose(file); /* was flushed */
}

void glr_cache_save(const char *key, const glr_cache_entry *entry)
{
    int folder = entry->size > MAX_BYTES ? -1 : open_folder();
    if (folder >= 0) {
        save_in(folder, key, entry);
        (void)close(folder);
    }
}
