/* CUDA, whose driver is the stand-in: its calls can fail, and the kernels in this program be changed. */
#define _GNU_SOURCE /* memmem */
#include "backend.h"

#include "cuda/backend/support.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Functions that release, those that end a handle, and those for pinned memory. */
static const char *const harmless[] = {"cuCtxGetCurrent",
                                       "cuCtxPushCurrent_v2",
                                       "cuCtxPopCurrent_v2",
                                       "cuStreamDestroy_v2",
                                       "cuStreamSynchronize",
                                       "cuModuleUnload",
                                       "cuMemFree_v2",
                                       "cuDevicePrimaryCtxRelease_v2",
                                       "cuMemHostAlloc",
                                       "cuMemFreeHost",
                                       NULL};

static const int errors[] = {CUDA_ERROR_OUT_OF_MEMORY,
                             CUDA_ERROR_INVALID_CONTEXT,
                             CUDA_ERROR_LAUNCH_FAILED,
                             CUDA_ERROR_ECC_UNCORRECTABLE,
                             CUDA_ERROR_NOT_SUPPORTED,
                             CUDA_ERROR_UNKNOWN,
                             0};

static const glr_status statuses[] = {GLR_ERROR_DEVICE, GLR_ERROR_UNAVAILABLE, GLR_ERROR_MEMORY,
                                      GLR_ERROR_ARGUMENT, GLR_OK};

static const gpu_fault faults[] = {
    {"cuInit", 1, CUDA_ERROR_NO_DEVICE, GLR_ERROR_UNAVAILABLE, "CUDA has no device"},
    {"cuInit", 1, 803, GLR_ERROR_UNAVAILABLE, "returned an error (803)"},
    {"cuDevicePrimaryCtxRetain", 1, CUDA_ERROR_OUT_OF_MEMORY, GLR_ERROR_MEMORY,
     "CUDA: cuDevicePrimaryCtxRetain returned CUDA_ERROR_OUT_OF_MEMORY (2)"},
    {"cuModuleLoadData", 1, CUDA_ERROR_NO_BINARY_FOR_GPU, GLR_ERROR_UNAVAILABLE,
     "CUDA: cuModuleLoadData returned CUDA_ERROR_NO_BINARY_FOR_GPU (209)"},
    {"cuMemAlloc_v2", 2, CUDA_ERROR_OUT_OF_MEMORY, GLR_ERROR_MEMORY,
     "CUDA: cuMemAlloc returned CUDA_ERROR_OUT_OF_MEMORY (2)"},
    {"cuLaunchKernel", 3, CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, GLR_ERROR_DEVICE,
     "CUDA: cuLaunchKernel returned CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES (701)"},
    {"cuStreamSynchronize", 3, CUDA_ERROR_LAUNCH_FAILED, GLR_ERROR_DEVICE,
     "CUDA: cuStreamSynchronize returned CUDA_ERROR_LAUNCH_FAILED (719)"},
    {NULL, 0, 0, GLR_OK, NULL},
};

static const gpu_absence absences[] = {
    {"GLORAND_CUDA_LIBRARY", "/nowhere/libcuda.so.1", "no CUDA driver: /nowhere/libcuda.so.1"},
    {"GLORAND_CUDA_LIBRARY", "libm.so.6", "libm.so.6 has no cuInit"},
    {"PTXSIM_VERSION", "11080", "the CUDA driver is of version 11.8; "},
    {"PTXSIM_DEVICES", "0", "CUDA has no device"},
    {"PTXSIM_CAPABILITY", "7.0", "the device has compute capability 7.0; 7.5 is needed"},
    {"PTXSIM_COMPUTE_MODE", "2", "the device's compute mode is 'prohibited'"},
    {NULL, NULL, NULL},
};

static const char *const mistakes[] = {
    "contraction: 0x", "fma: 0x", "sqrt: 0x", "the stream's first block: 0x", "a fill, element ", NULL};

const gpu_backend gpu = {
    .kind = GLR_BACKEND_CUDA,
    .name = "CUDA",
    .prepare = "glr_cuda_open",
    .memory = "dst",
    .queue = "stream",
    .launch = "cuLaunchKernel",
    .harmless = harmless,
    .errors = errors,
    .statuses = statuses,
    .faults = faults,
    .absences = absences,
    .mistakes = mistakes,
    .first_mistake = 0,
    .fills = 20,
    .min_calls = 40,
};

injector *gpu_injector(void) { return ptxsim_injector(); }

void gpu_without_cache(void) {}

void gpu_list_live(char list[GPU_LIST]) { inject_list_live(ptxsim_injector(), list); }

void gpu_forgive(const char *function)
{
    while (cuCtxPopCurrent_v2(NULL) == CUDA_SUCCESS) { /* those of which the pop has failed */
    }
    if (strcmp(function, "cuDevicePrimaryCtxRelease_v2") == 0) {
        (void)cuDevicePrimaryCtxRelease_v2(0);
    }
}

/* ---- The caller's ------------------------------------------------------------------------------- */

static test_cu cu_of(gpu_caller c)
{
    return (test_cu){.context = c.context, .stream = c.queue, .is_primary = c.is_shared};
}

static CUdeviceptr address_of(gpu_memory memory) { return (uintptr_t)memory.buffer + memory.offset; }

/* With the stand-in there are two devices, unless a test wants another number. */
gpu_caller gpu_open(bool is_shared)
{
    cr_assert_eq(setenv("PTXSIM_DEVICES", "2", 0), 0);
    const test_cu cu = is_shared ? test_cu_open() : test_cu_create(0);
    return (gpu_caller){.context = cu.context, .queue = cu.stream, .is_shared = is_shared};
}

void gpu_close(gpu_caller c) { test_cu_close(cu_of(c)); }

void gpu_enter(gpu_caller c) { DRIVER(cuCtxSetCurrent(c.context)); }

void gpu_leave(gpu_caller c)
{
    (void)c;
    DRIVER(cuCtxPopCurrent_v2(NULL));
}

void *gpu_queue(gpu_caller c, bool is_ordered)
{
    CUstream stream = NULL;
    (void)c, (void)is_ordered;
    DRIVER(cuStreamCreate(&stream, 1));
    return stream;
}

void gpu_release_queue(void *queue) { DRIVER(cuStreamDestroy_v2(queue)); }

gpu_memory gpu_allocate(gpu_caller c, size_t bytes)
{
    (void)c;
    return (gpu_memory){.buffer = (void *)(uintptr_t)test_memory(bytes), .bytes = bytes}; /* NOLINT */
}

void gpu_release(gpu_memory memory) { (void)cuMemFree_v2((uintptr_t)memory.buffer); }

glr_status gpu_prepare(gpu_caller c, glr_device **device)
{
    (void)c;
    return glr_cuda_open(NULL, device);
}

glr_status gpu_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                    gpu_memory memory, void *queue, void *wait, void **done)
{
    CUevent event = NULL;
    if (wait != NULL) {
        DRIVER(cuStreamWaitEvent(queue, wait, 0));
    }
    const glr_status status =
        glr_cuda_fill(device, initializer, tensor, address_of(memory), memory.bytes, queue);
    if (done != NULL && status == GLR_OK) {
        DRIVER(cuEventCreate(&event, 0));
        DRIVER(cuEventRecord(event, queue));
        *done = event;
    }
    return status;
}

void gpu_release_event(void *event) { DRIVER(cuEventDestroy_v2(event)); }

bool gpu_read(void *queue, gpu_memory memory, void *host, size_t bytes)
{
    return cuMemcpyDtoHAsync_v2(host, address_of(memory), bytes, queue) == CUDA_SUCCESS &&
           cuStreamSynchronize(queue) == CUDA_SUCCESS;
}

/* ---- Mistakes ----------------------------------------------------------------------------------- */

/* The kernels in the library, which is linked into this program. */
extern const unsigned char glr_cuda_fat_binary[];

/* The PTX that the stand-in takes, the last in the library, as text that can be changed. */
static char *image_text(void)
{
    static const char target[] = ".target sm_";
    uint64_t bytes;
    char *text = NULL;
    const long page = sysconf(_SC_PAGESIZE);
    memcpy(&bytes, glr_cuda_fat_binary + 8, sizeof bytes);
    const unsigned char *start = glr_cuda_fat_binary - (uintptr_t)glr_cuda_fat_binary % (uintptr_t)page;
    cr_assert_eq(
        mprotect((void *)start, (size_t)(glr_cuda_fat_binary + bytes - start), PROT_READ | PROT_WRITE), 0);
    const unsigned char *end = glr_cuda_fat_binary + bytes;
    for (char *at = memmem(glr_cuda_fat_binary, bytes, target, strlen(target)); at != NULL;
         at = memmem(at + 1, (size_t)((const char *)end - at - 1), target, strlen(target))) {
        text = at;
    }
    cr_assert_not_null(text);
    return text;
}

/* Replaces the nth `from` after `entry` by a text of the same length. */
static void replace(const char *entry, unsigned nth, const char *from, const char *to)
{
    char *at = strstr(image_text(), entry);
    cr_assert_eq(strlen(from), strlen(to));
    for (unsigned i = 0; i < nth; i++) {
        cr_assert_not_null(at, "%s", from);
        at = strstr(at + 1, from);
    }
    cr_assert_not_null(at, "%s", from);
    memcpy(at, to, strlen(to));
}

/* Gives each line of a kernel that has an opcode another one, which may take an operand less. */
static void replace_lines(const char *entry, const char *opcode, const char *other, bool loses_operand)
{
    char *start = strstr(image_text(), entry), *last = strstr(start, "\n}\n");
    for (char *at = strstr(start, opcode); at != NULL && at < last; at = strstr(at, opcode)) {
        memset(at, ' ', strlen(opcode));
        memcpy(at, other, strlen(other));
        char *end = strchr(at, ';'), *comma = end;
        while (loses_operand && *comma != ',') {
            comma--;
        }
        memset(comma, ' ', (size_t)(end - comma));
    }
}

/* By a device that contracts, has no fma, no square root that is rounded, or draws other words, in all or in
 * fills. */
void gpu_mistake(size_t i)
{
    switch (i) {
    case 0: replace(".entry glr_check(", 1, "add.rn.f32", "sub.rn.f32"); break;
    case 1: replace_lines(".entry glr_check(", "fma.rn.f32", "mul.rn.f32", true); break;
    case 2: replace_lines(".entry glr_check(", "sqrt.rn.f32", "mov.b32", false); break;
    case 3: replace(".entry glr_check(", 1, "-766435501", "-766435503"); break; /* 0xd2511f53 */
    default: replace(".entry glr_truncated_packed(", 1, "-766435501", "-766435503"); break;
    }
}
