/* Kernels: what is asked about them, and their launch. */
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Only ptxas knows the resources of a kernel, so these are a moderate kernel's. */
#define REGISTERS         64
#define REGISTERS_AT_HAND 65536
#define SHARED_AT_HAND    233472
#define MAX_SHARED        232448
#define MAX_THREADS       2048
#define MAX_BLOCKS        32

static CUresult get_attribute(int *value, int attribute, CUfunction function)
{
    if (!ptxsim_is(function, PTXSIM_FUNCTION)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    ptx_kernel_facts facts = ptx_facts(function->kernel);
    int capability = 10 * ptxsim.major + ptxsim.minor;
    int values[] = {(int)facts.max_threads,
                    (int)facts.shared_bytes,
                    (int)facts.const_bytes,
                    (int)facts.local_bytes,
                    REGISTERS,
                    capability,
                    capability,
                    0,
                    (int)function->max_dynamic_shared};
    if (attribute < 0 || attribute >= (int)(sizeof values / sizeof values[0])) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    *value = values[attribute];
    return CUDA_SUCCESS;
}

CUresult cuFuncGetAttribute(int *value, int attribute, CUfunction function)
{
    CALL("cuFuncGetAttribute", get_attribute(value, attribute, function));
}

static CUresult set_attribute(CUfunction function, int attribute, int value)
{
    if (!ptxsim_is(function, PTXSIM_FUNCTION)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    if (attribute == 9) { /* how shared memory and cache are divided: a hint */
        return CUDA_SUCCESS;
    }
    if (attribute != 8 || value < 0 ||
        (uint32_t)value + ptx_facts(function->kernel).shared_bytes > MAX_SHARED) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    function->max_dynamic_shared = (unsigned)value;
    return CUDA_SUCCESS;
}

CUresult cuFuncSetAttribute(CUfunction function, int attribute, int value)
{
    CALL("cuFuncSetAttribute", set_attribute(function, attribute, value));
}

static int blocks_at_once(const struct CUfunc_st *function, int block_size, size_t dynamic_shared)
{
    size_t shared = ptx_facts(function->kernel).shared_bytes + dynamic_shared;
    int threads = (block_size + 31) / 32 * 32, blocks = MAX_THREADS / threads;
    int by_registers = REGISTERS_AT_HAND / (REGISTERS * threads);
    int by_shared = shared == 0 ? MAX_BLOCKS : (int)(SHARED_AT_HAND / shared);
    blocks = by_registers < blocks ? by_registers : blocks;
    blocks = by_shared < blocks ? by_shared : blocks;
    return blocks < MAX_BLOCKS ? blocks : MAX_BLOCKS;
}

static CUresult give_blocks(int *blocks, CUfunction function, int block_size, size_t dynamic_shared)
{
    if (!ptxsim_is(function, PTXSIM_FUNCTION)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    if (block_size <= 0 || (uint32_t)block_size > ptx_facts(function->kernel).max_threads) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    *blocks = blocks_at_once(function, block_size, dynamic_shared);
    return CUDA_SUCCESS;
}

CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, CUfunction function, int block_size,
                                                     size_t dynamic_shared)
{
    CALL("cuOccupancyMaxActiveBlocksPerMultiprocessor",
         give_blocks(blocks, function, block_size, dynamic_shared));
}

static CUresult give_block_size(int *min_grid, int *block_size, CUfunction function,
                                CUoccupancyB2DSize *shared_of, size_t dynamic_shared, int limit)
{
    if (!ptxsim_is(function, PTXSIM_FUNCTION)) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    int max = (int)ptx_facts(function->kernel).max_threads, best = 0;
    max = limit > 0 && limit < max ? limit : max;
    for (int size = max; size > 0; size -= size > 32 ? 32 : size) {
        size_t shared = shared_of == NULL ? dynamic_shared : shared_of(size);
        int threads = size * blocks_at_once(function, size, shared);
        if (threads > best) {
            best = threads;
            *block_size = size;
            *min_grid = 132 * blocks_at_once(function, size, shared);
        }
    }
    return best > 0 ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult cuOccupancyMaxPotentialBlockSize(int *min_grid, int *block_size, CUfunction function,
                                          CUoccupancyB2DSize *shared_of, size_t dynamic_shared, int limit)
{
    CALL("cuOccupancyMaxPotentialBlockSize",
         give_block_size(min_grid, block_size, function, shared_of, dynamic_shared, limit));
}

/* Whether a GPU would take this grid and block. */
static CUresult check_shape(const ptxsim_work *work)
{
    uint64_t threads = (uint64_t)work->block[0] * work->block[1] * work->block[2];
    if (work->grid[0] == 0 || work->grid[1] == 0 || work->grid[2] == 0 || threads == 0 ||
        work->grid[0] > 2147483647 || work->grid[1] > 65535 || work->grid[2] > 65535 ||
        work->block[0] > 1024 || work->block[1] > 1024 || work->block[2] > 64 || threads > 1024) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (threads > ptx_facts(work->function->kernel).max_threads) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    return work->dynamic_shared > work->function->max_dynamic_shared ? CUDA_ERROR_INVALID_VALUE
                                                                     : CUDA_SUCCESS;
}

static CUresult launch(ptxsim_work work, CUstream handle, void **parameters, void **extra)
{
    CUstream stream = NULL;
    CUresult result = ptxsim_stream(handle, &stream);
    if (result != CUDA_SUCCESS || !ptxsim_is(work.function, PTXSIM_FUNCTION)) {
        return result != CUDA_SUCCESS ? result : CUDA_ERROR_INVALID_HANDLE;
    }
    if (work.function->object.context != stream->object.context) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    unsigned count = ptx_facts(work.function->kernel).parameters;
    result = check_shape(&work);
    if (result != CUDA_SUCCESS || extra != NULL || (count > 0 && parameters == NULL)) {
        return result != CUDA_SUCCESS ? result
               : extra != NULL        ? CUDA_ERROR_NOT_SUPPORTED
                                      : CUDA_ERROR_INVALID_VALUE;
    }
    unsigned char values[4096]; /* what a GPU takes at most */
    size_t bytes = 0;
    for (unsigned i = 0; i < count; i++) {
        size_t size = ptx_parameter_size(work.function->kernel, i);
        if (bytes + size > sizeof values) {
            return CUDA_ERROR_INVALID_VALUE;
        }
        memcpy(values + bytes, parameters[i], size);
        bytes += size;
    }
    work.context = stream->object.context;
    work.parameters = values;
    return ptxsim_submit(stream, &work);
}

CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                        unsigned block_x, unsigned block_y, unsigned block_z, unsigned dynamic_shared,
                        CUstream stream, void **parameters, void **extra)
{
    ptxsim_work work = {.kind = PTXSIM_LAUNCH,
                        .function = function,
                        .grid = {grid_x, grid_y, grid_z},
                        .block = {block_x, block_y, block_z},
                        .dynamic_shared = dynamic_shared};
    CALL("cuLaunchKernel", launch(work, stream, parameters, extra));
}

CUresult cuLaunchKernelEx(const CUlaunchConfig *config, CUfunction function, void **parameters, void **extra)
{
    ptxsim_work work = {.kind = PTXSIM_LAUNCH,
                        .function = function,
                        .grid = {config->gridDimX, config->gridDimY, config->gridDimZ},
                        .block = {config->blockDimX, config->blockDimY, config->blockDimZ},
                        .dynamic_shared = config->sharedMemBytes};
    CALL("cuLaunchKernelEx",
         config->numAttrs != 0 ? CUDA_ERROR_NOT_SUPPORTED : launch(work, config->hStream, parameters, extra));
}

static CUresult result_of(ptx_fault fault)
{
    switch (fault) {
    case PTX_FINE: return CUDA_SUCCESS;
    case PTX_BAD_ADDRESS: return CUDA_ERROR_ILLEGAL_ADDRESS;
    case PTX_MISALIGNED: return CUDA_ERROR_MISALIGNED_ADDRESS;
    case PTX_TRAP: return CUDA_ERROR_ILLEGAL_INSTRUCTION;
    default: return CUDA_ERROR_LAUNCH_FAILED;
    }
}

/* Appends what was launched to the file that the environment names: kernel, grid, block, parameters. */
static void note_launch(const ptxsim_work *work, size_t bytes)
{
    const char *path = getenv("PTXSIM_LAUNCHES");
    FILE *file = path == NULL ? NULL : fopen(path, "a");
    if (file == NULL) {
        return;
    }
    (void)fprintf(file, "%s %u %u ", ptx_facts(work->function->kernel).name, work->grid[0], work->block[0]);
    for (size_t i = 0; i < bytes; i++) {
        (void)fprintf(file, "%02x", work->parameters[i]);
    }
    (void)fprintf(file, "\n");
    (void)fclose(file);
}

CUresult ptxsim_run_launch(ptxsim_work *work)
{
    if (!ptxsim_is(work->function, PTXSIM_FUNCTION)) {
        (void)snprintf(ptxsim.fault, sizeof ptxsim.fault, "a kernel whose module was unloaded too early");
        (void)fprintf(stderr, "stand-in: %s\n", ptxsim.fault);
        return CUDA_ERROR_LAUNCH_FAILED;
    }
    const void *parameters[512];
    const unsigned char *at = work->parameters;
    ptx_launch run = {.kernel = work->function->kernel, .memory = &ptxsim.memory[work->context->device]};
    unsigned count = ptx_facts(run.kernel).parameters;
    for (unsigned i = 0; i < count && i < sizeof parameters / sizeof parameters[0]; i++) {
        parameters[i] = at;
        at += ptx_parameter_size(run.kernel, i);
    }
    note_launch(work, (size_t)(at - (const unsigned char *)work->parameters));
    memcpy(run.grid, work->grid, sizeof run.grid);
    memcpy(run.block, work->block, sizeof run.block);
    run.dynamic_shared = work->dynamic_shared;
    run.parameters = parameters;
    run.max_steps = ptxsim.max_steps;
    run.schedule = ptxsim.schedule;
    run.seed = ptxsim.seed;
    run.ignores_races = ptxsim.ignores_races;
    run.lines = ptxsim.lines;
    run.line_count = ptxsim.line_count;
    ptx_fault fault = ptx_run(&run);
    ptxsim.steps += run.steps;
    if (fault != PTX_FINE) {
        (void)snprintf(ptxsim.fault, sizeof ptxsim.fault, "%s", run.message);
        (void)fprintf(stderr, "stand-in: %s\n", run.message);
    }
    return result_of(fault);
}

bool ptxsim_set_schedule(const char *text)
{
    return ptx_schedule_named(text, &ptxsim.schedule, &ptxsim.seed);
}

void ptxsim_count_lines(uint64_t *counts, uint32_t count)
{
    ptxsim.lines = counts;
    ptxsim.line_count = count;
}
