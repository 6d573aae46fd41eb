#include "gpu.h"

#include "../library.h"
#include "cuda/device.h"
#include "cuda/image.h"
#include "glorand/cuda.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FUNCTION_PTX_VERSION = 5, FUNCTION_BINARY_VERSION = 6 }; /* CUfunction_attribute */
enum { MEMORY_CLOCK = 36, MEMORY_WIDTH = 37 };                  /* CUdevice_attribute: in kHz, in bits */

static bool fail(char reason[GPU_REASON], const char *what)
{
    (void)snprintf(reason, GPU_REASON, "%s", what);
    return false;
}

bool gpu_load(gpu *g, char reason[GPU_REASON])
{
#define SYMBOL(function, parameters) {#function, (void *)&g->function},
    const bench_symbol symbols[] = {GPU_FUNCTIONS(SYMBOL)};
#undef SYMBOL
    void *library = bench_load_named("GLORAND_CUDA_LIBRARY", "libcuda.so.1", symbols,
                                     sizeof symbols / sizeof symbols[0], reason, GPU_REASON);
    g->is_simulated = library != NULL && dlsym(library, "ptxsim_steps") != NULL;
    return library != NULL;
}

static int ask(const gpu *g, int attribute)
{
    int value = 0;
    return g->cuDeviceGetAttribute(&value, attribute, g->id) == CUDA_SUCCESS ? value : 0;
}

static void describe(gpu *g)
{
    size_t bytes = 0;
    (void)g->cuDeviceGetName(g->name, (int)sizeof g->name, g->id);
    (void)g->cuDeviceTotalMem_v2(&bytes, g->id);
    (void)g->cuDriverGetVersion(&g->driver);
    g->memory = bytes;
    g->capability = 10 * ask(g, CU_DEVICE_CAPABILITY_MAJOR) + ask(g, CU_DEVICE_CAPABILITY_MINOR);
    g->multiprocessors = ask(g, CU_DEVICE_MULTIPROCESSOR_COUNT);
    /* Such memory moves two bits a clock on each line. */
    g->peak_bandwidth = 2 * 1e3 * (double)ask(g, MEMORY_CLOCK) * (double)ask(g, MEMORY_WIDTH) / 8;
}

bool gpu_open(gpu *g, int ordinal, char reason[GPU_REASON])
{
    memset(g, 0, sizeof *g);
    if (!gpu_load(g, reason)) {
        return false;
    }
    if (g->cuInit(0) != CUDA_SUCCESS || g->cuDeviceGet(&g->id, ordinal) != CUDA_SUCCESS) {
        return fail(reason, "CUDA has no such device");
    }
    describe(g);
    if (g->cuDevicePrimaryCtxRetain(&g->context, g->id) != CUDA_SUCCESS ||
        g->cuCtxSetCurrent(g->context) != CUDA_SUCCESS ||
        g->cuStreamCreate(&g->stream, CU_STREAM_NON_BLOCKING) != CUDA_SUCCESS ||
        g->cuEventCreate(&g->start, 0) != CUDA_SUCCESS || g->cuEventCreate(&g->end, 0) != CUDA_SUCCESS) {
        return fail(reason, "a context, a stream or an event cannot be made");
    }
    glr_options on_cpu = GLR_OPTIONS_INIT;
    on_cpu.backend = GLR_BACKEND_CPU;
    return (glr_cuda_open(NULL, &g->device) == GLR_OK && glr_open(&on_cpu, &g->cpu) == GLR_OK) ||
           fail(reason, glr_last_error());
}

void gpu_close(gpu *g)
{
    glr_close(g->cpu);
    glr_close(g->device);
    if (g->end != NULL) {
        (void)g->cuEventDestroy_v2(g->end);
    }
    if (g->start != NULL) {
        (void)g->cuEventDestroy_v2(g->start);
    }
    if (g->stream != NULL) {
        (void)g->cuStreamDestroy_v2(g->stream);
    }
    if (g->context != NULL) {
        (void)g->cuCtxSetCurrent(NULL);
        (void)g->cuDevicePrimaryCtxRelease_v2(g->id);
    }
}

void gpu_print_image(const gpu *g, FILE *out)
{
    const char *forced = getenv("CUDA_FORCE_PTX_JIT");
    const bool is_forced = forced != NULL && strcmp(forced, "1") == 0;
    const bool is_portable =
        glr_cuda_choose_image(g->driver, g->capability, &glr_cuda_this_build) == glr_cuda_portable;
    const bool is_compiled =
        is_portable || is_forced || !glr_cuda_has_machine_code(g->capability, &glr_cuda_this_build);
    (void)fprintf(out, "%s, %s%s", is_portable ? "portable PTX" : "fat binary",
                  is_compiled ? "compiled by the driver" : "machine code of the library",
                  is_forced ? " (CUDA_FORCE_PTX_JIT=1)" : "");
}

void gpu_print_code(const gpu *g, FILE *out, int kernel)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)g->device;
    int binary = 0, ptx = 0;
    (void)g->cuFuncGetAttribute(&ptx, FUNCTION_PTX_VERSION, cu_dev->kernels[kernel]);
    (void)g->cuFuncGetAttribute(&binary, FUNCTION_BINARY_VERSION, cu_dev->kernels[kernel]);
    gpu_print_image(g, out);
    (void)fprintf(out, "; code for sm_%d from PTX for compute_%d", binary, ptx);
}

double gpu_now(void)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

uint64_t gpu_free_memory(const gpu *g)
{
    size_t left = 0, all = 0;
    return g->cuMemGetInfo_v2(&left, &all) == CUDA_SUCCESS ? left : 0;
}

bool gpu_read(const gpu *g, void *to, CUdeviceptr from, size_t bytes)
{
    return g->cuMemcpyDtoHAsync_v2(to, from, bytes, g->stream) == CUDA_SUCCESS &&
           g->cuStreamSynchronize(g->stream) == CUDA_SUCCESS;
}
