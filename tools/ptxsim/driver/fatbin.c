/* The PTX inside what a program hands to cuModuleLoadData: PTX text, a fat binary, or the wrapper that nvcc
   puts around one. A fat binary is a header and entries, each with a header of its own:

     header  u32 magic, u16 version, u16 size of this header, u64 bytes of entries
     entry   u16 kind (1: PTX, 2: machine code), u16 version, u32 size of this header, u64 bytes that follow,
             u32, u32 offset of options, u32, u32 capability (10 * major + minor), u32, u32, u64 flags, ... */
#include "state.h"

#include <string.h>

#define WRAPPER_MAGIC   0x466243b1U
#define FATBIN_MAGIC    0xba55ed50U
#define FLAG_COMPRESSED UINT64_C(0x2000)
#define FLAG_ZSTD       UINT64_C(0x8000)

typedef struct wrapper {
    uint32_t magic, version;
    const void *data;
    void *more;
} wrapper;

typedef struct header {
    uint32_t magic;
    uint16_t version, size;
    uint64_t bytes;
} header;

typedef struct entry {
    uint16_t kind, version;
    uint32_t size;
    uint64_t bytes;
    uint32_t unknown, options, compiler, capability;
    uint32_t name, name_size;
    uint64_t flags;
} entry;

static CUresult find_in_entries(const unsigned char *at, uint64_t bytes, int capability, const char **text,
                                size_t *size)
{
    const unsigned char *end = at + bytes;
    uint32_t best = 0;
    CUresult result = CUDA_ERROR_NO_BINARY_FOR_GPU;
    while ((size_t)(end - at) >= sizeof(entry)) {
        entry e;
        memcpy(&e, at, sizeof e);
        if (e.size < sizeof e || e.size > (size_t)(end - at) || e.bytes > (size_t)(end - at) - e.size) {
            return CUDA_ERROR_INVALID_IMAGE;
        }
        if (e.kind == 1 && e.capability <= (uint32_t)capability && e.capability > best) {
            if ((e.flags & (FLAG_COMPRESSED | FLAG_ZSTD)) != 0) {
                return CUDA_ERROR_NOT_SUPPORTED;
            }
            best = e.capability;
            *text = (const char *)(at + e.size);
            *size = strnlen(*text, e.bytes);
            result = CUDA_SUCCESS;
        }
        at += e.size + e.bytes;
    }
    return result;
}

CUresult ptxsim_find_ptx(const void *image, int capability, const char **text, size_t *size)
{
    uint32_t magic = 0;
    if (image == NULL) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    memcpy(&magic, image, strnlen(image, sizeof magic));
    if (magic == WRAPPER_MAGIC) {
        wrapper w;
        memcpy(&w, image, sizeof w);
        image = w.data;
        memcpy(&magic, image, sizeof magic);
    }
    if (magic == FATBIN_MAGIC) {
        header h;
        memcpy(&h, image, sizeof h);
        return find_in_entries((const unsigned char *)image + h.size, h.bytes, capability, text, size);
    }
    *text = image;
    *size = strlen(*text);
    return strstr(*text, ".version") != NULL && strstr(*text, ".entry") != NULL ? CUDA_SUCCESS
                                                                                : CUDA_ERROR_INVALID_IMAGE;
}
