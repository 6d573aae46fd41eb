/* Fills of unified shared memory, an extension of Intel's that PoCL lacks: the stand-in library has it. */
#include "support.h"

#include <CL/cl_ext.h>
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 5003
#define ROOM  ((size_t)COUNT * 8 + 64) /* bytes of an allocation */
#define WIPED 0xa5

static test_stand_in stand_in;
static test_cl cl;
static glr_device *device;

static void set_up(void)
{
    stand_in = test_stand_in_use();
    stand_in.usm(NULL);
    inject_fail(stand_in.calls, NULL, 0, 0);
    cl = test_cl_open();
    cr_assert_eq(glr_opencl_open(cl.context, cl.device, &device), GLR_OK, "%s", glr_last_error());
}

static void tear_down(void)
{
    glr_close(device);
    cr_expect_eq(inject_count_live(stand_in.calls, NULL), 0);
    test_cl_close(cl);
}

TestSuite(usm, .init = set_up, .fini = tear_down);

typedef enum usm_kind { HOST, DEVICE, SHARED } usm_kind;

static void find(const char *name, void *function)
{
    void *symbol = dlsym(stand_in.library, name);
    cr_assert_not_null(symbol, "%s", name);
    memcpy(function, &symbol, sizeof symbol);
}

/* Wiped memory; only the device touches it, as device memory needs it. */
static unsigned char *allocate(cl_context context, usm_kind kind)
{
    clHostMemAllocINTEL_fn host;
    clDeviceMemAllocINTEL_fn on_device;
    clSharedMemAllocINTEL_fn shared;
    cl_int error = CL_SUCCESS;
    const unsigned char wiped = WIPED;
    find("clHostMemAllocINTEL", &host);
    find("clDeviceMemAllocINTEL", &on_device);
    find("clSharedMemAllocINTEL", &shared);
    void *memory = kind == HOST     ? host(context, NULL, ROOM, 0, &error)
                   : kind == DEVICE ? on_device(context, cl.device, NULL, ROOM, 0, &error)
                                    : shared(context, cl.device, NULL, ROOM, 0, &error);
    cr_assert(memory != NULL && error == CL_SUCCESS);
    if (context == cl.context) {
        cr_assert_eq(clEnqueueSVMMemFill(cl.queue, memory, &wiped, 1, ROOM, 0, NULL, NULL), CL_SUCCESS);
    }
    return memory;
}

static void release(cl_context context, void *memory)
{
    clMemFreeINTEL_fn release_usm;
    find("clMemFreeINTEL", &release_usm);
    cr_assert_eq(release_usm(context, memory), CL_SUCCESS);
}

/* Expects a fill through a pointer so many bytes into an allocation to give the CPU's values, and to change
   nothing around them. */
static void expect_filled(usm_kind kind, glr_dtype dtype, uint64_t pointer_at, uint64_t offset)
{
    static unsigned char drawn[ROOM], expected[ROOM];
    glr_initializer initializer = glr_glorot_normal(7);
    glr_tensor tensor = test_vector(dtype, COUNT);
    const size_t bytes = COUNT * glr_dtype_size(dtype);
    unsigned char *memory = allocate(cl.context, kind);
    glr_opencl_memory to = {.kind = GLR_OPENCL_MEMORY_USM,
                            .pointer = memory + pointer_at,
                            .bytes = ROOM - pointer_at,
                            .offset = offset};
    cr_assert_eq(glr_opencl_fill(device, &initializer, &tensor, &to, cl.queue, 0, NULL, NULL), GLR_OK, "%s",
                 glr_last_error());
    cr_assert_eq(clEnqueueSVMMemcpy(cl.queue, CL_TRUE, drawn, memory, ROOM, 0, NULL, NULL), CL_SUCCESS);
    memset(expected, WIPED, sizeof expected);
    test_cpu_fill(&initializer, &tensor, expected + pointer_at + offset, bytes);
    cr_expect_eq(memcmp(drawn, expected, ROOM), 0, "%s, memory of kind %d, %d bytes in, offset %d",
                 glr_dtype_name(dtype), (int)kind, (int)pointer_at, (int)offset);
    release(cl.context, memory);
}

Test(usm, every_kind_at_offsets)
{
    static const glr_dtype dtypes[] = {GLR_DTYPE_FLOAT8_E5M2, GLR_DTYPE_BFLOAT16, GLR_DTYPE_FLOAT32,
                                       GLR_DTYPE_FLOAT64};
    for (int kind = HOST; kind <= SHARED; kind++) {
        for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
            const uint64_t size = glr_dtype_size(dtypes[i]);
            expect_filled((usm_kind)kind, dtypes[i], 0, 0);
            expect_filled((usm_kind)kind, dtypes[i], 3 * size, 0);
            expect_filled((usm_kind)kind, dtypes[i], 0, 5 * size);
            expect_filled((usm_kind)kind, dtypes[i], size, 2 * size);
            expect_filled((usm_kind)kind, dtypes[i], ROOM - COUNT * size, 0); /* to the last byte */
        }
    }
}

static glr_status fill(const glr_opencl_memory *memory)
{
    glr_initializer initializer = glr_he_normal(1);
    glr_tensor tensor = test_vector(GLR_DTYPE_FLOAT32, COUNT);
    return glr_opencl_fill(device, &initializer, &tensor, memory, cl.queue, 0, NULL, NULL);
}

static void refuse_usm(void *pointer, uint64_t bytes, uint64_t offset, glr_status status, const char *text)
{
    const glr_opencl_memory bad = {
        .kind = GLR_OPENCL_MEMORY_USM, .pointer = pointer, .bytes = bytes, .offset = offset};
    cr_expect_eq(fill(&bad), status, "%s: %s", text, glr_last_error());
    cr_expect_not_null(strstr(glr_last_error(), text), "%s, not %s", glr_last_error(), text);
}

Test(usm, refuses_pointers)
{
    static const char foreign[] = "is not in unified shared memory of the handle's context";
    const uint64_t needed = COUNT * sizeof(float);
    test_cl other = test_cl_open();
    unsigned char *memory = allocate(cl.context, DEVICE), *elsewhere = allocate(other.context, SHARED);
    float *host = malloc(needed);
    refuse_usm(NULL, ROOM, 0, GLR_ERROR_ARGUMENT, "memory.pointer: must not be NULL");
    refuse_usm(host, needed, 0, GLR_ERROR_ARGUMENT, foreign);
    refuse_usm(elsewhere, ROOM, 0, GLR_ERROR_ARGUMENT, foreign);
    refuse_usm(memory + 2, needed, 0, GLR_ERROR_ARGUMENT, "is not a multiple of the 4 bytes of an element");
    refuse_usm(memory, ROOM, 2, GLR_ERROR_ARGUMENT, "memory.offset: 2 is not a multiple");
    refuse_usm(memory, needed - 1, 0, GLR_ERROR_TOO_SMALL,
               "20011 bytes from offset 0 are fewer than the 20012");
    refuse_usm(memory, needed, 4, GLR_ERROR_TOO_SMALL, "20008 bytes from offset 4 are fewer than the 20012");
    refuse_usm(memory, ROOM + 1, 0, GLR_ERROR_TOO_SMALL,
               "memory.bytes: 40089 are more than the 40088 that the allocation has from memory.pointer on");
    refuse_usm(memory + 4, ROOM, 0, GLR_ERROR_TOO_SMALL, "memory.bytes: 40088 are more than the 40084");
    refuse_usm(memory, UINT64_MAX, 0, GLR_ERROR_TOO_SMALL, "memory.bytes: 18446744073709551615 are more");
    release(other.context, elsewhere);
    release(cl.context, memory);
    refuse_usm(memory, ROOM, 0, GLR_ERROR_ARGUMENT, foreign); /* freed */
    free(host);
    test_cl_close(other);
}

/* A fill's calls fail in turn; the next fill of the device is as ever. */
Test(usm, each_call_fails_in_turn)
{
    unsigned char *memory = allocate(cl.context, SHARED);
    const glr_opencl_memory to = {.kind = GLR_OPENCL_MEMORY_USM, .pointer = memory, .bytes = ROOM};
    int of_extension = 0;
    for (unsigned call = 1;; call++) {
        inject_fail(stand_in.calls, NULL, call, CL_INVALID_VALUE);
        glr_status status = fill(&to);
        const char *failed = inject_failed(stand_in.calls);
        if (failed[0] == '\0') {
            cr_expect_eq(status, GLR_OK);
            break;
        }
        const char *named =
            strcmp(failed, "clGetDeviceInfo") == 0 ? "" : failed; /* of SVM, not needed here */
        cr_expect_eq(status, named[0] == '\0' ? GLR_OK : GLR_ERROR_DEVICE, "%s", failed);
        cr_expect_not_null(strstr(glr_last_error(), named), "%s, not %s", glr_last_error(), failed);
        of_extension += strstr(failed, "INTEL") != NULL;
        inject_fail(stand_in.calls, NULL, 0, 0);
        cr_expect_eq(fill(&to), GLR_OK, "%s", glr_last_error());
    }
    cr_expect_eq(of_extension, 4, "%d", of_extension); /* three questions, one argument */
    cr_assert_eq(clFinish(cl.queue), CL_SUCCESS);
    release(cl.context, memory);
}

/* A device that lacks a part of the extension draws what it drew without it, and refuses the pointers. */
static void expect_unsupported(const char *what)
{
    unsigned char *memory = allocate(cl.context, HOST);
    glr_device *kept = device;
    cr_assert_eq(glr_opencl_open(cl.context, cl.device, &device), GLR_OK, "%s: %s", what, glr_last_error());
    refuse_usm(memory, ROOM, 0, GLR_ERROR_UNSUPPORTED, "has no cl_intel_unified_shared_memory");
    const glr_opencl_memory buffer = {.buffer = test_cl_buffer(cl, CL_MEM_READ_WRITE, ROOM)};
    cr_expect_eq(fill(&buffer), GLR_OK, "%s: %s", what, glr_last_error());
    cr_assert_eq(clFinish(cl.queue), CL_SUCCESS);
    (void)clReleaseMemObject(buffer.buffer);
    glr_close(device);
    device = kept;
    release(cl.context, memory);
}

Test(usm, an_extension_in_parts)
{
    stand_in.usm("clSetKernelArgMemPointerINTEL");
    expect_unsupported("no function for arguments");
    stand_in.usm("clGetMemAllocInfoINTEL");
    expect_unsupported("no function for questions");
    stand_in.usm(NULL);
    for (unsigned call = 1; call <= 2; call++) {
        inject_fail(stand_in.calls, "clGetExtensionFunctionAddressForPlatform", call, 0);
        expect_unsupported("no address");
        cr_expect_str_neq(inject_failed(stand_in.calls), "");
    }
}
