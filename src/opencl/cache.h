/* Program binaries in the user's cache folder: $XDG_CACHE_HOME/glorand, or .cache/glorand in the home folder.
   Nothing here fails: a cache that is damaged, cannot be written, or belongs to others or can be written by
   them, is as good as none. */
#ifndef GLR_OPENCL_CACHE_H
#define GLR_OPENCL_CACHE_H

#include <stddef.h>

#define GLR_CACHE_KEY       2048 /* bytes of the longest key */
#define GLR_CACHE_HASH_TEXT 33

typedef struct glr_cache_entry {
    unsigned char *binary; /* to be freed */
    size_t size;
} glr_cache_entry;

/* A hash of bytes, as text. */
void glr_cache_hash(const void *bytes, size_t size, char text[GLR_CACHE_HASH_TEXT]);

/* Reads the binary that was saved under a key, a text; false if there is none, or it is not as it was saved.
 */
int glr_cache_load(const char *key, glr_cache_entry *entry);

/* Saves a binary. It is there whole or not at all, also when processes do so at the same time. */
void glr_cache_save(const char *key, const glr_cache_entry *entry);

#endif
