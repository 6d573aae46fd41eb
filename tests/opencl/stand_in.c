#include "stand_in.h"
#include "stand_in_state.h"

#include <CL/cl_icd.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

injector calls = INJECTOR_INIT;
static int is_gpu;
static const char *replace_from, *replace_to, *said;
static cl_device_info said_of;

injector *stand_in_injector(void);
void stand_in_replace(const char *from, const char *to);
void stand_in_say(unsigned what, const char *text);
void stand_in_gpu(void);

injector *stand_in_injector(void) { return &calls; }

void stand_in_replace(const char *from, const char *to)
{
    replace_from = from;
    replace_to = to;
}

void stand_in_say(unsigned what, const char *text)
{
    said_of = what;
    said = text;
}

void stand_in_gpu(void) { is_gpu = 1; }

void *real(const char *name)
{
    static void *library;
    if (library == NULL) {
        library = dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
    }
    void *symbol = library == NULL ? NULL : dlsym(library, name);
    if (symbol == NULL) {
        abort();
    }
    return symbol;
}

/* Functions that give a status; `change` is what they add to the objects of a kind that live. */
#define FORWARD(name, change, kind, parameters, arguments)                                                   \
    CL_API_ENTRY cl_int CL_API_CALL name parameters                                                          \
    {                                                                                                        \
        cl_api_##name function;                                                                              \
        void *symbol = real(#name);                                                                          \
        cl_int error = CL_SUCCESS;                                                                           \
        const bool fails = inject_call(&calls, #name, &error);                                               \
        memcpy(&function, &symbol, sizeof symbol);                                                           \
        const cl_int status = fails && (change) >= 0 ? error : function arguments;                           \
        if ((change) != 0 && status == CL_SUCCESS) {                                                         \
            inject_live(&calls, kind, change);                                                               \
        }                                                                                                    \
        return fails ? error : status;                                                                       \
    }

/* Functions that give an object, and a status through `error`. */
#define CREATE(type, name, kind, parameters, arguments)                                                      \
    CL_API_ENTRY type CL_API_CALL name parameters                                                            \
    {                                                                                                        \
        cl_api_##name function;                                                                              \
        void *symbol = real(#name);                                                                          \
        if (inject_call(&calls, #name, error)) {                                                             \
            return NULL;                                                                                     \
        }                                                                                                    \
        memcpy(&function, &symbol, sizeof symbol);                                                           \
        type object = function arguments;                                                                    \
        if (object != NULL) {                                                                                \
            inject_live(&calls, kind, 1);                                                                    \
        }                                                                                                    \
        return object;                                                                                       \
    }

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): letters do for what is handed on */
FORWARD(clGetPlatformIDs, 0, "", (cl_uint a, cl_platform_id *b, cl_uint *c), (a, b, c))
FORWARD(clGetPlatformInfo, 0, "", (cl_platform_id a, cl_platform_info b, size_t c, void *d, size_t *e),
        (a, b, c, d, e))
FORWARD(clGetDeviceIDs, 0, "", (cl_platform_id a, cl_device_type b, cl_uint c, cl_device_id *d, cl_uint *e),
        (a, b, c, d, e))
FORWARD(clRetainContext, 1, "context", (cl_context a), (a))
FORWARD(clReleaseContext, -1, "context", (cl_context a), (a))
FORWARD(clGetContextInfo, 0, "", (cl_context a, cl_context_info b, size_t c, void *d, size_t *e),
        (a, b, c, d, e))
FORWARD(clReleaseCommandQueue, -1, "queue", (cl_command_queue a), (a))
FORWARD(clGetCommandQueueInfo, 0, "",
        (cl_command_queue a, cl_command_queue_info b, size_t c, void *d, size_t *e), (a, b, c, d, e))
FORWARD(clReleaseMemObject, -1, "buffer", (cl_mem a), (a))
FORWARD(clGetMemObjectInfo, 0, "", (cl_mem a, cl_mem_info b, size_t c, void *d, size_t *e), (a, b, c, d, e))
FORWARD(clBuildProgram, 0, "",
        (cl_program a, cl_uint b, const cl_device_id *c, const char *d,
         void(CL_CALLBACK *e)(cl_program program, void *user_data), void *f),
        (a, b, c, d, e, f))
FORWARD(clGetProgramBuildInfo, 0, "",
        (cl_program a, cl_device_id b, cl_program_build_info c, size_t d, void *e, size_t *f),
        (a, b, c, d, e, f))
FORWARD(clGetProgramInfo, 0, "", (cl_program a, cl_program_info b, size_t c, void *d, size_t *e),
        (a, b, c, d, e))
FORWARD(clReleaseProgram, -1, "program", (cl_program a), (a))
FORWARD(clReleaseKernel, -1, "kernel", (cl_kernel a), (a))
FORWARD(clSetKernelArg, 0, "", (cl_kernel a, cl_uint b, size_t c, const void *d), (a, b, c, d))
FORWARD(clEnqueueReadBuffer, 0, "",
        (cl_command_queue a, cl_mem b, cl_bool c, size_t d, size_t e, void *f, cl_uint g, const cl_event *h,
         cl_event *i),
        (a, b, c, d, e, f, g, h, i))
FORWARD(clEnqueueNDRangeKernel, event != NULL ? 1 : 0, "event",
        (cl_command_queue a, cl_kernel b, cl_uint c, const size_t *d, const size_t *e, const size_t *f,
         cl_uint g, const cl_event *h, cl_event *event),
        (a, b, c, d, e, f, g, h, event))
FORWARD(clWaitForEvents, 0, "", (cl_uint a, const cl_event *b), (a, b))
FORWARD(clReleaseEvent, -1, "event", (cl_event a), (a))
FORWARD(clFinish, 0, "", (cl_command_queue a), (a))

CREATE(cl_context, clCreateContext, "context",
       (const cl_context_properties *a, cl_uint b, const cl_device_id *c,
        void(CL_CALLBACK *d)(const char *errinfo, const void *private_info, size_t cb, void *user_data),
        void *e, cl_int *error),
       (a, b, c, d, e, error))
CREATE(cl_command_queue, clCreateCommandQueue, "queue",
       (cl_context a, cl_device_id b, cl_command_queue_properties c, cl_int *error), (a, b, c, error))
CREATE(cl_mem, clCreateBuffer, "buffer", (cl_context a, cl_mem_flags b, size_t c, void *d, cl_int *error),
       (a, b, c, d, error))
CREATE(cl_program, clCreateProgramWithBinary, "program",
       (cl_context a, cl_uint b, const cl_device_id *c, const size_t *d, const unsigned char **e, cl_int *f,
        cl_int *error),
       (a, b, c, d, e, f, error))
CREATE(cl_kernel, clCreateKernel, "kernel", (cl_program a, const char *b, cl_int *error), (a, b, error))

/* A copy of a text with the replacement made, if the text holds what is to be replaced. */
static char *edited(const char *text)
{
    const char *place = replace_from == NULL ? NULL : strstr(text, replace_from);
    if (place == NULL) {
        return NULL;
    }
    size_t before = (size_t)(place - text), length = strlen(replace_to);
    char *copy = malloc(strlen(text) + length + 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, text, before);
    memcpy(copy + before, replace_to, length);
    memcpy(copy + before + length, place + strlen(replace_from), strlen(place + strlen(replace_from)) + 1);
    return copy;
}

/* Adds the extension that PoCL lacks to the text of those that there are. */
static cl_int extensions_with_usm(cl_api_clGetDeviceInfo function, cl_device_id device, size_t size,
                                  void *value, size_t *size_ret)
{
    static const char more[] = " cl_intel_unified_shared_memory";
    size_t length = 0;
    cl_int status = function(device, CL_DEVICE_EXTENSIONS, 0, NULL, &length); /* with the zero at its end */
    if (size_ret != NULL) {
        *size_ret = length + sizeof more - 1;
    }
    if (status != CL_SUCCESS || value == NULL) {
        return status;
    }
    if (length == 0 || size < length + sizeof more - 1) {
        return CL_INVALID_VALUE;
    }
    status = function(device, CL_DEVICE_EXTENSIONS, length, value, NULL);
    memcpy((char *)value + length - 1, more, sizeof more);
    return status;
}

static cl_int give_text(const char *text, size_t size, void *value, size_t *size_ret)
{
    const size_t length = strlen(text) + 1;
    if (size_ret != NULL) {
        *size_ret = length;
    }
    if (value != NULL && size < length) {
        return CL_INVALID_VALUE;
    }
    if (value != NULL) {
        memcpy(value, text, length);
    }
    return CL_SUCCESS;
}

CL_API_ENTRY cl_int CL_API_CALL clGetDeviceInfo(cl_device_id device, cl_device_info what, size_t size,
                                                void *value, size_t *size_ret)
{
    cl_api_clGetDeviceInfo function;
    void *symbol = real("clGetDeviceInfo");
    memcpy(&function, &symbol, sizeof symbol);
    cl_int error = CL_SUCCESS;
    if (inject_call(&calls, "clGetDeviceInfo", &error)) {
        return error;
    }
    if (said != NULL && what == said_of) {
        return give_text(said, size, value, size_ret);
    }
    if (offers_usm() && what == CL_DEVICE_EXTENSIONS) {
        return extensions_with_usm(function, device, size, value, size_ret);
    }
    cl_int status = function(device, what, size, value, size_ret);
    if (status == CL_SUCCESS && is_gpu && what == CL_DEVICE_TYPE && value != NULL) {
        const cl_device_type gpu = CL_DEVICE_TYPE_GPU;
        memcpy(value, &gpu, sizeof gpu);
    }
    return status;
}

CL_API_ENTRY cl_program CL_API_CALL clCreateProgramWithSource(cl_context context, cl_uint count,
                                                              const char **texts, const size_t *lengths,
                                                              cl_int *error)
{
    cl_api_clCreateProgramWithSource function;
    void *symbol = real("clCreateProgramWithSource");
    memcpy(&function, &symbol, sizeof symbol);
    if (inject_call(&calls, "clCreateProgramWithSource", error)) {
        return NULL;
    }
    char *copy = edited(texts[0]);
    const char *text = copy != NULL ? copy : texts[0];
    cl_program program = function(context, count, &text, lengths, error);
    free(copy);
    if (program != NULL) {
        inject_live(&calls, "program", 1);
    }
    return program;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
