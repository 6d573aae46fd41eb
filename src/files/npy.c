/* The header of .npy files, version 1.0 (numpy.lib.format). */
#include "files.h"

#include "core/dtypes.h"
#include "text/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC     "\x93NUMPY\x01\x00"
#define PREFIX    10 /* the magic string and two bytes of length */
#define ALIGNMENT 64

/* NumPy's code of a dtype, or NULL. Values lie in memory as they do here: the host is little-endian. */
static const char *descr_of(glr_dtype dtype)
{
    static const char *const descrs[] = {
#define DESCR(NAME, number, name, bits, aliases, tag, descr, ...) [GLR_DTYPE_##NAME] = (descr),
        GLR_FOR_EACH_DTYPE(DESCR, DESCR, DESCR, DESCR)};
    const size_t number = (size_t)dtype;
    const char *descr = number < sizeof descrs / sizeof descrs[0] ? descrs[number] : NULL;
    return descr != NULL && descr[0] != '\0' ? descr : NULL;
}

char *glr_npy_header(glr_dtype dtype, uint32_t rank, const int64_t *shape, size_t *length,
                     glr_problem *problem)
{
    const char *descr = descr_of(dtype);
    if (descr == NULL) {
        (void)glr_problem_set(problem, "the .npy format has no %s; write a .safetensors file",
                              glr_dtype_name(dtype));
        return NULL;
    }
    char text[GLR_MAX_RANK * 24 + 128];
    int used = snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (uint32_t a = 0; a < rank; a++) {
        used += snprintf(text + used, sizeof text - (size_t)used, "%" PRId64 "%s", shape[a],
                         a + 1 < rank ? ", " : (rank == 1 ? "," : ""));
    }
    used += snprintf(text + used, sizeof text - (size_t)used, "), }");
    size_t whole = (PREFIX + (size_t)used + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    char *header = malloc(whole);
    if (header == NULL) {
        (void)glr_problem_memory(problem);
        return NULL;
    }
    memcpy(header, MAGIC, PREFIX - 2);
    header[PREFIX - 2] = (char)(unsigned char)((whole - PREFIX) & 0xffU);
    header[PREFIX - 1] = (char)(unsigned char)((whole - PREFIX) >> 8 & 0xffU);
    memcpy(header + PREFIX, text, (size_t)used);
    memset(header + PREFIX + used, ' ', whole - PREFIX - (size_t)used);
    header[whole - 1] = '\n';
    *length = whole;
    return header;
}
