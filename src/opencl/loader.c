#define _GNU_SOURCE /* RTLD_DEFAULT */

#include "loader.h"

#include "api/error.h"
#include "gpu/driver.h"
#include "text/show.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>

#define LIBRARY "libOpenCL.so.1"

static glr_gpu_library state = GLR_GPU_LIBRARY_INIT;
static glr_cl functions;

/* The process's own functions come first: a program that is linked with OpenCL, or a tool like oclgrind that
   is loaded before it, must see our calls. Not if the environment names a library. */
static void *find(void *library, int is_named, const char *name)
{
    void *symbol = is_named ? NULL : dlsym(RTLD_DEFAULT, name);
    return symbol != NULL || library == NULL ? symbol : dlsym(library, name);
}

/* Whether the program has no dynamic loader. dlopen is there all the same, but drivers, which bring libraries
   and threads of their own, crash in such a program. */
static int is_static(void)
{
    const ElfW(Phdr) *header = (const ElfW(Phdr) *)getauxval(AT_PHDR); /* NOLINT(performance-no-int-to-ptr) */
    const unsigned long count = header == NULL ? 0 : getauxval(AT_PHNUM);
    for (unsigned long i = 0; i < count; i++) {
        if (header[i].p_type == PT_INTERP) {
            return 0;
        }
    }
    return 1;
}

static void load(void)
{
    if (is_static()) {
        glr_show_text(state.why_not, sizeof state.why_not, "no OpenCL: the program is linked statically");
        return;
    }
    const char *named = glr_gpu_variable(GLR_OPENCL_VARIABLE);
    int is_named = named != NULL;
    /* Never closed: drivers have threads and exit handlers. */
    void *library = dlopen(is_named ? named : LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL && (is_named || dlsym(RTLD_DEFAULT, "clGetPlatformIDs") == NULL)) {
        const char *reason = dlerror();
        glr_show_text(state.why_not, sizeof state.why_not, "no OpenCL: %s",
                      reason != NULL ? reason : LIBRARY);
        (void)dlerror(); /* frees the text */
        return;
    }
    void *symbol;
#define GLR_CL_FIND(name)                                                                                    \
    symbol = find(library, is_named, #name);                                                                 \
    memcpy(&functions.name, &symbol, sizeof symbol);
#define GLR_CL_FIND_REQUIRED(name)                                                                           \
    GLR_CL_FIND(name)                                                                                        \
    if (symbol == NULL && state.why_not[0] == '\0') {                                                        \
        glr_show_text(state.why_not, sizeof state.why_not, "%s has no %s", is_named ? named : LIBRARY,       \
                      #name);                                                                                \
    }
    GLR_CL_REQUIRED(GLR_CL_FIND_REQUIRED)
    GLR_CL_OPTIONAL(GLR_CL_FIND)
}

glr_status glr_cl_load(const glr_cl **cl)
{
    *cl = &functions;
    return glr_gpu_load(&state, load);
}

/* Names of the errors that a fill can meet. */
static const char *error_name(cl_int error)
{
    switch (error) {
    case CL_DEVICE_NOT_AVAILABLE: return "CL_DEVICE_NOT_AVAILABLE";
    case CL_COMPILER_NOT_AVAILABLE: return "CL_COMPILER_NOT_AVAILABLE";
    case CL_MEM_OBJECT_ALLOCATION_FAILURE: return "CL_MEM_OBJECT_ALLOCATION_FAILURE";
    case CL_OUT_OF_RESOURCES: return "CL_OUT_OF_RESOURCES";
    case CL_OUT_OF_HOST_MEMORY: return "CL_OUT_OF_HOST_MEMORY";
    case CL_BUILD_PROGRAM_FAILURE: return "CL_BUILD_PROGRAM_FAILURE";
    case CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST: return "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST";
    case CL_INVALID_VALUE: return "CL_INVALID_VALUE";
    case CL_INVALID_CONTEXT: return "CL_INVALID_CONTEXT";
    case CL_INVALID_COMMAND_QUEUE: return "CL_INVALID_COMMAND_QUEUE";
    case CL_INVALID_MEM_OBJECT: return "CL_INVALID_MEM_OBJECT";
    case CL_INVALID_EVENT_WAIT_LIST: return "CL_INVALID_EVENT_WAIT_LIST";
    case CL_INVALID_BUFFER_SIZE: return "CL_INVALID_BUFFER_SIZE";
    default: return "an error";
    }
}

glr_status glr_cl_fail(const char *function, cl_int error)
{
    glr_status status = GLR_ERROR_DEVICE;
    switch (error) {
    case CL_OUT_OF_HOST_MEMORY:
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
    case CL_INVALID_BUFFER_SIZE: status = GLR_ERROR_MEMORY; break;
    case CL_DEVICE_NOT_AVAILABLE:
    case CL_COMPILER_NOT_AVAILABLE: status = GLR_ERROR_UNAVAILABLE; break;
    case CL_INVALID_EVENT_WAIT_LIST: status = GLR_ERROR_ARGUMENT; break;
    default: break;
    }
    return glr_fail(status, "OpenCL: %s returned %s (%d)", function, error_name(error), (int)error);
}
