/* The PTX inside what a program hands to cuModuleLoadData: PTX text, a fat binary, or the wrapper that nvcc
   puts around one. A fat binary is a header and entries, each with a header of its own:

     header  u32 magic, u16 version, u16 size of this header, u64 bytes of entries
     entry   u16 kind (1: PTX, 2: machine code), u16 version, u32 size of this header, u64 bytes that follow,
             u32, u32 offset of options, u32, u32 capability (10 * major + minor), u32, u32, u64 flags, ... */
#define _GNU_SOURCE /* memmem */
#include "state.h"

#include <limits.h>
#include <stdlib.h>
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

/* Drivers of a version of CUDA, and the newest version of the PTX ISA that they read (10 * major + minor),
   from the release history in NVIDIA's "Parallel Thread Execution ISA". */
static const struct {
    int driver, ptx;
} readers[] = {{12000, 80}, {12010, 81}, {12020, 82}, {12030, 83}, {12040, 84}, {12050, 85},
               {12070, 86}, {12080, 87}, {12090, 88}, {13000, 90}, {13010, 91}};

/* The newest PTX ISA that the driver reads. Drivers that are not in the list read all, and so does one whose
   version was not chosen. */
static int newest_ptx(void)
{
    const size_t count = sizeof readers / sizeof readers[0];
    if (ptxsim.version < readers[0].driver || ptxsim.version > readers[count - 1].driver) {
        return INT_MAX;
    }
    size_t i = count - 1;
    while (ptxsim.version < readers[i].driver) {
        i--;
    }
    return readers[i].ptx;
}

/* Whether the driver reads a text of PTX of some bytes. */
static bool is_readable(const char *text, size_t size)
{
    static const char word[] = ".version ";
    const char *at = memmem(text, size, word, strlen(word));
    char *rest = NULL;
    if (at == NULL) {
        return true; /* and is wrong for another reason */
    }
    const long major = strtol(at + strlen(word), &rest, 10);
    return 10 * major + (*rest == '.' ? strtol(rest + 1, NULL, 10) : 0) <= newest_ptx();
}

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
            const char *found = (const char *)(at + e.size);
            if (is_readable(found, e.bytes)) {
                best = e.capability;
                *text = found;
                *size = strnlen(found, e.bytes);
                result = CUDA_SUCCESS;
            } else if (best == 0) {
                result = CUDA_ERROR_UNSUPPORTED_PTX_VERSION;
            }
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
    if (strstr(*text, ".version") == NULL || strstr(*text, ".entry") == NULL) {
        return CUDA_ERROR_INVALID_IMAGE;
    }
    return is_readable(*text, *size) ? CUDA_SUCCESS : CUDA_ERROR_UNSUPPORTED_PTX_VERSION;
}
