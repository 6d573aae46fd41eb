#define _GNU_SOURCE /* RTLD_DEFAULT */

#include "driver.h"

#include "api/call.h"
#include "gpu/args.h"
#include "gpu/driver.h"
#include "text/show.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <link.h>
#include <stdatomic.h>
#include <stdio.h>
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

static glr_status status_of(cl_int error)
{
    switch (error) {
    case CL_SUCCESS: return GLR_OK;
    case CL_OUT_OF_HOST_MEMORY:
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
    case CL_INVALID_BUFFER_SIZE: return GLR_ERROR_MEMORY;
    case CL_DEVICE_NOT_AVAILABLE:
    case CL_COMPILER_NOT_AVAILABLE: return GLR_ERROR_UNAVAILABLE;
    case CL_INVALID_EVENT_WAIT_LIST: return GLR_ERROR_ARGUMENT;
    default: return GLR_ERROR_DEVICE;
    }
}

static glr_status fail(glr_status status, const char *function, cl_int error)
{
    return glr_fail(status, "OpenCL: %s returned %s (%d)", function, error_name(error), (int)error);
}

glr_status glr_cl_status(const char *function, cl_int error)
{
    const glr_status status = status_of(error);
    return status == GLR_OK ? GLR_OK : fail(status, function, error);
}

glr_status glr_cl_made(const char *function, const void *object, cl_int error)
{
    return error == CL_SUCCESS && object == NULL ? fail(GLR_ERROR_DEVICE, function, error)
                                                 : glr_cl_status(function, error);
}

/* ---- Devices ----------------------------------------------------------------------------------------- */

#define MAX_PLATFORMS 16

void glr_opencl_text(const glr_cl *cl, cl_device_id id, cl_device_info what, char *text, size_t capacity)
{
    char whole[1024] = "";
    if (cl->clGetDeviceInfo(id, what, sizeof whole - 1, whole, NULL) != CL_SUCCESS) {
        whole[0] = '\0';
    }
    (void)snprintf(text, capacity, "%s", whole);
}

uint64_t glr_opencl_number(const glr_cl *cl, cl_device_id id, cl_device_info what, size_t size)
{
    uint64_t number = 0; /* of fewer bytes: the rest stays 0 */
    if (cl->clGetDeviceInfo(id, what, size, &number, NULL) != CL_SUCCESS) {
        return 0;
    }
    return number;
}

static void append_platform(const glr_cl *cl, cl_platform_id platform, glr_opencl_found *found, size_t *count)
{
    cl_device_id ids[GLR_OPENCL_MAX_DEVICES];
    cl_uint devices = 0;
    if (cl->clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, GLR_OPENCL_MAX_DEVICES, ids, &devices) !=
        CL_SUCCESS) {
        return; /* none, or a broken platform beside others */
    }
    for (cl_uint i = 0; i < devices && i < GLR_OPENCL_MAX_DEVICES && *count < GLR_OPENCL_MAX_DEVICES; i++) {
        glr_opencl_found one = {platform, ids[i], 0};
        one.is_cpu =
            (glr_opencl_number(cl, ids[i], CL_DEVICE_TYPE, sizeof(cl_device_type)) & CL_DEVICE_TYPE_CPU) != 0;
        found[(*count)++] = one;
    }
}

/* Moves CPUs to the end, keeping the order otherwise. */
static void sort(glr_opencl_found *found, size_t count)
{
    glr_opencl_found sorted[GLR_OPENCL_MAX_DEVICES] = {{NULL, NULL, 0}};
    size_t next = 0;
    for (int is_cpu = 0; is_cpu < 2; is_cpu++) {
        for (size_t i = 0; i < count; i++) {
            if (found[i].is_cpu == is_cpu) {
                sorted[next++] = found[i];
            }
        }
    }
    memcpy(found, sorted, next * sizeof *found);
}

/* Fails where OpenCL is not to be loaded though it is asked for by name. */
static glr_status check_loading(void)
{
    static atomic_bool is_safe; /* since it was loaded, or the environment or a GPU is reason to try */
    glr_status status = glr_opencl_check_force();
    if (status != GLR_OK || atomic_load(&is_safe)) {
        return status;
    }
    if (glr_gpu_variable(GLR_OPENCL_VARIABLE) == NULL && glr_gpu_nodes(GLR_DEVICE_NODES) == 0) {
        status = glr_opencl_check_hazards(GLR_SYSFS);
    }
    if (status == GLR_OK) {
        atomic_store(&is_safe, 1);
    }
    return status;
}

glr_status glr_opencl_find(const glr_cl **cl, glr_opencl_found found[GLR_OPENCL_MAX_DEVICES], size_t *count)
{
    cl_platform_id platforms[MAX_PLATFORMS];
    cl_uint platform_count = 0;
    *count = 0;
    glr_status status = check_loading();
    if (status == GLR_OK) {
        status = glr_cl_load(cl);
    }
    if (status != GLR_OK) {
        return status;
    }
    cl_int error = (*cl)->clGetPlatformIDs(MAX_PLATFORMS, platforms, &platform_count);
    if (error == CL_PLATFORM_NOT_FOUND_KHR || (error == CL_SUCCESS && platform_count == 0)) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "OpenCL has no platform: no driver is installed");
    }
    if (error != CL_SUCCESS) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "OpenCL: clGetPlatformIDs returned %d", (int)error);
    }
    for (cl_uint i = 0; i < platform_count && i < MAX_PLATFORMS; i++) {
        append_platform(*cl, platforms[i], found, count);
    }
    sort(found, *count);
    return *count > 0 ? GLR_OK : glr_fail(GLR_ERROR_UNAVAILABLE, "OpenCL has no device");
}

glr_status glr_opencl_check_device(const glr_cl *cl, cl_device_id id)
{
    char version[64];
    int major = 0, minor = 0;
    glr_opencl_text(cl, id, CL_DEVICE_VERSION, version, sizeof version);
    if (!glr_opencl_number(cl, id, CL_DEVICE_AVAILABLE, sizeof(cl_bool))) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "OpenCL says that the device is not available");
    }
    /* NOLINTNEXTLINE(cert-err34-c): text that is not a number stays 0, which is too old */
    if (sscanf(version, "OpenCL %d.%d", &major, &minor) != 2 || major * 10 + minor < 12) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "the device has '%s'; OpenCL 1.2 is needed", version);
    }
    if (!glr_opencl_number(cl, id, CL_DEVICE_COMPILER_AVAILABLE, sizeof(cl_bool))) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "the device's driver has no compiler");
    }
    if (!glr_opencl_number(cl, id, CL_DEVICE_ENDIAN_LITTLE, sizeof(cl_bool))) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "the device is big-endian");
    }
    uint64_t items = glr_opencl_number(cl, id, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof(size_t));
    if (items < GLR_GPU_ITEMS) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "the device's work-groups have %" PRIu64 " items, not %d",
                        items, GLR_GPU_ITEMS);
    }
    return GLR_OK;
}

/* ---- GLORAND_OPENCL_FORCE ---------------------------------------------------------------------------- */

#define VARIABLE   "GLORAND_OPENCL_FORCE"
#define SEPARATORS ", "

static const char *const words[] = {"none", "one-lane", "software-sqrt", "no-fp64", "simulator"};

static int is(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

/* Goes on from *at + *length to the next word of a list; false at its end. */
static int next(const char **at, size_t *length)
{
    *at += *length;
    *at += strspn(*at, SEPARATORS);
    *length = strcspn(*at, SEPARATORS);
    return *length > 0;
}

static int is_known(const char *at, size_t length)
{
    int known = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        known = known || is(at, length, words[i]);
    }
    return known;
}

glr_status glr_opencl_check_force(void)
{
    const char *at = glr_gpu_variable(VARIABLE);
    size_t length = 0;
    while (at != NULL && next(&at, &length)) {
        if (!is_known(at, length)) {
            return glr_fail(GLR_ERROR_ARGUMENT,
                            VARIABLE
                            ": must be none, one-lane, software-sqrt, no-fp64 or simulator, not '%.*s'",
                            length < 64 ? (int)length : 64, at);
        }
    }
    return GLR_OK;
}

int glr_opencl_forces(const char *word)
{
    const char *at = glr_gpu_variable(VARIABLE);
    size_t length = 0;
    while (at != NULL && next(&at, &length)) {
        if (is(at, length, word)) {
            return 1;
        }
    }
    return 0;
}
