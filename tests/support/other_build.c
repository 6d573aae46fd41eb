/* A build of glorand that does something else than the one that GLORAND_REAL names, which it calls: takes
   twice as long for a fill (GLORAND_OTHER=slow), draws another value (wrong), is of another version
   (version), or of the same but without bounds of truncated normals (older). */
#include <glorand/glorand.h>

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* The function of the real build. */
static void find(const char *name, void *function)
{
    void *library = dlopen(getenv("GLORAND_REAL"), RTLD_NOW | RTLD_LOCAL);
    void *symbol = library != NULL ? dlsym(library, name) : NULL;
    if (symbol == NULL) {
        abort();
    }
    memcpy(function, &symbol, sizeof symbol);
}

static int is(const char *word)
{
    const char *other = getenv("GLORAND_OTHER");
    return other != NULL && strcmp(other, word) == 0;
}

#define FORWARD(type, name, parameters, arguments)                                                           \
    GLR_API type name parameters                                                                             \
    {                                                                                                        \
        type(*function) parameters; /* NOLINT(bugprone-macro-parentheses) */                                 \
        find(#name, (void *)&function);                                                                      \
        return function arguments;                                                                           \
    }

FORWARD(const char *, glr_version_string, (void), ())
FORWARD(const char *, glr_last_error, (void), ())
FORWARD(glr_status, glr_open, (const glr_options *options, glr_device **device), (options, device))
FORWARD(glr_status, glr_alloc, (glr_device * device, uint64_t bytes, void **memory), (device, bytes, memory))
FORWARD(glr_status, glr_free, (glr_device * device, void *memory), (device, memory))
FORWARD(glr_status, glr_copy_to_host, (glr_device * device, void *host, const void *memory, uint64_t bytes),
        (device, host, memory, bytes))

GLR_API uint32_t glr_version(void)
{
    return is("version") ? 9009009 : 1000 * (1000 * GLR_VERSION_MAJOR + GLR_VERSION_MINOR);
}

GLR_API void glr_close(glr_device *device)
{
    void (*function)(glr_device *);
    find("glr_close", (void *)&function);
    function(device);
}

GLR_API glr_status glr_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                            void *dst, uint64_t dst_bytes)
{
    glr_status (*function)(glr_device *, const glr_initializer *, const glr_tensor *, void *, uint64_t);
    if (is("older") && initializer->lower_unit != GLR_BOUND_DEFAULT) {
        return GLR_ERROR_ARGUMENT; /* they were reserved words there */
    }
    find("glr_fill", (void *)&function);
    glr_status status = function(device, initializer, tensor, dst, dst_bytes);
    if (is("slow") && status == GLR_OK) {
        status = function(device, initializer, tensor, dst, dst_bytes);
    }
    if (is("wrong") && status == GLR_OK) {
        ((unsigned char *)dst)[0] ^= 1;
    }
    return status;
}
