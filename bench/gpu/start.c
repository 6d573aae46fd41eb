/* `start`: what comes before the first fill, each in a process of its own, with an empty cache of the
   driver's and again with what it then holds. */
#include "commands.h"
#include "cuda/device.h"
#include "cuda/image.h"
#include "glorand/cuda.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_STEPS 16
#define LINE      160

/* ---- In a process of its own: lines of a name, a tab and milliseconds ---------------------------- */

static double since(double *then)
{
    const double now = gpu_now(), past = now - *then;
    *then = now;
    return past;
}

static void say(const char *name, double seconds) { (void)printf("%s\t%.3f\n", name, 1e3 * seconds); }

/* An image until its kernels can be launched, as glorand takes it. */
static void time_module(const gpu *g, const char *name, const unsigned char *image)
{
    CUmodule module = NULL;
    CUfunction function = NULL;
    int value = 0;
    double then = gpu_now();
    const CUresult error = g->cuModuleLoadData(&module, image);
    for (int i = 0; error == CUDA_SUCCESS && i < GLR_GPU_KERNELS; i++) {
        /* The attribute makes a driver load the kernel that puts this off. */
        if (g->cuModuleGetFunction(&function, module, glr_gpu_kernel_names[i]) == CUDA_SUCCESS) {
            (void)g->cuFuncGetAttribute(&value, 0, function);
        }
    }
    if (error == CUDA_SUCCESS) {
        say(name, since(&then));
        (void)g->cuModuleUnload(module);
    } else {
        (void)printf("%s\terror %d\n", name, (int)error);
    }
}

static const glr_tensor small = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {SIZE_UNIT / 4}};

static bool fill(const gpu *g, CUdeviceptr memory)
{
    static glr_initializer initializer;
    static bool is_made;
    initializer = is_made ? initializer : glr_he_normal(1);
    is_made = true;
    return glr_cuda_fill(g->device, &initializer, &small, memory, SIZE_UNIT, g->stream) == GLR_OK;
}

static void time_fills(const gpu *g)
{
    const unsigned count = g->is_simulated ? 20 : 1000;
    CUdeviceptr memory = 0;
    double then, enqueued = 0;
    if (g->cuMemAlloc_v2(&memory, SIZE_UNIT) != CUDA_SUCCESS) {
        return;
    }
    then = gpu_now();
    bool is_fine = fill(g, memory) && g->cuStreamSynchronize(g->stream) == CUDA_SUCCESS;
    say("first fill of 4 KiB, until it is done", since(&then));
    is_fine = is_fine && fill(g, memory) && g->cuStreamSynchronize(g->stream) == CUDA_SUCCESS;
    say("second one", since(&then));
    for (unsigned i = 0; is_fine && i < count; i++) {
        const double before = gpu_now();
        is_fine = fill(g, memory);
        enqueued += gpu_now() - before;
        is_fine = is_fine && g->cuStreamSynchronize(g->stream) == CUDA_SUCCESS;
    }
    if (is_fine) {
        say("a later one, on average", since(&then) / count);
        say("of that, until glr_cuda_fill returns", enqueued / count);
    }
    (void)g->cuMemFree_v2(memory);
}

/* By the functions of the driver, then by glorand's in the same context. */
static int time_steps(int ordinal)
{
    static gpu g;
    char reason[GPU_REASON];
    double then = gpu_now();
    if (!gpu_load(&g, reason)) {
        return EXIT_NO_DEVICE;
    }
    say("loading the driver's library", since(&then));
    if (g.cuInit(0) != CUDA_SUCCESS || g.cuDeviceGet(&g.id, ordinal) != CUDA_SUCCESS) {
        return EXIT_NO_DEVICE;
    }
    say("cuInit", since(&then));
    if (g.cuDevicePrimaryCtxRetain(&g.context, g.id) != CUDA_SUCCESS ||
        g.cuCtxSetCurrent(g.context) != CUDA_SUCCESS) {
        return EXIT_NO_DEVICE;
    }
    say("the primary context", since(&then));
    time_module(&g, "loading the fat binary", glr_cuda_fat_binary);
    time_module(&g, "loading the portable PTX", glr_cuda_portable);
    then = gpu_now();
    if (g.cuStreamCreate(&g.stream, CU_STREAM_NON_BLOCKING) != CUDA_SUCCESS ||
        glr_cuda_open(NULL, &g.device) != GLR_OK) {
        return EXIT_NO_DEVICE;
    }
    say("glr_cuda_open", since(&then));
    time_fills(&g);
    gpu_close(&g);
    return EXIT_EQUAL;
}

/* All at once, as a program has it that does nothing else with CUDA. */
static int time_open(int ordinal)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    void *memory = NULL;
    const glr_initializer initializer = glr_he_normal(1);
    double then = gpu_now();
    options.backend = GLR_BACKEND_CUDA;
    options.device = (uint32_t)ordinal;
    if (glr_open(&options, &device) != GLR_OK) {
        return EXIT_NO_DEVICE;
    }
    say("glr_open in a new process", since(&then));
    const bool is_fine = glr_alloc(device, SIZE_UNIT, &memory) == GLR_OK &&
                         glr_fill(device, &initializer, &small, memory, SIZE_UNIT) == GLR_OK;
    say("then glr_alloc and glr_fill of 4 KiB", since(&then));
    glr_close(device);
    return is_fine ? EXIT_EQUAL : EXIT_NO_DEVICE;
}

/* ---- The process that starts them --------------------------------------------------------------- */

typedef struct step {
    char name[LINE];
    char first[32], again[32];
} step;

typedef struct steps {
    step step[MAX_STEPS];
    size_t count;
} steps;

static void take_line(steps *all, char *line, bool is_again)
{
    char *tab = strchr(line, '\t');
    size_t i = 0;
    if (tab == NULL) {
        return;
    }
    *tab = '\0';
    tab[1 + strcspn(tab + 1, "\n")] = '\0';
    while (i < all->count && strcmp(all->step[i].name, line) != 0) {
        i++;
    }
    if (i == MAX_STEPS) {
        return;
    }
    all->count = i == all->count ? i + 1 : all->count;
    (void)snprintf(all->step[i].name, sizeof all->step[i].name, "%s", line);
    (void)snprintf(is_again ? all->step[i].again : all->step[i].first, sizeof all->step[i].first, "%s",
                   tab + 1);
}

/* Runs this program again with --start-in, its output into a pipe. */
static void become(const arguments *a, const char *what, const int ends[2])
{
    char device[16];
    (void)snprintf(device, sizeof device, "%d", a->device);
    if (dup2(ends[1], STDOUT_FILENO) >= 0) {
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)execl("/proc/self/exe", "glorand-gpu-bench", "start", "--device", device, "--start-in", what,
                    (char *)NULL);
    }
    _exit(EXIT_NO_DEVICE);
}

/* False if it did not end well. */
static bool run_process(const arguments *a, const char *what, steps *all, bool is_again)
{
    char line[LINE];
    int ends[2], status = 0;
    (void)fflush(stdout);
    if (pipe(ends) != 0) {
        return false;
    }
    const pid_t child = fork();
    if (child == 0) {
        become(a, what, ends);
    }
    (void)close(ends[1]);
    FILE *lines = fdopen(ends[0], "r");
    while (child > 0 && lines != NULL && fgets(line, sizeof line, lines) != NULL) {
        take_line(all, line, is_again);
    }
    (void)(lines != NULL ? fclose(lines) : close(ends[0]));
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static uint64_t cached_bytes;

static int add_size(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)path;
    (void)at;
    cached_bytes += type == FTW_F ? (uint64_t)status->st_size : 0;
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)status;
    (void)type;
    (void)at;
    return remove(path);
}

static void print_steps(const steps *all)
{
    (void)printf("| Step | ms, with an empty cache | ms, again |\n|---|---:|---:|\n");
    for (size_t i = 0; i < all->count; i++) {
        (void)printf("| %s | %s | %s |\n", all->step[i].name, all->step[i].first, all->step[i].again);
    }
    (void)printf("\nEach column is a process of its own; `glr_open` and what follows it, another one. The "
                 "driver's cache, which "
                 "CUDA_CACHE_PATH names, and which is ~/.nv/ComputeCache otherwise, held %" PRIu64
                 " bytes in the end.\n",
                 cached_bytes);
}

static bool time_in(const arguments *a, const char *folder, steps *all)
{
    static const char *const parts[] = {"steps", "open"};
    for (size_t i = 0; i < 2; i++) {
        char cache[512]; /* each with one of its own, empty at first */
        (void)snprintf(cache, sizeof cache, "%s/%s", folder, parts[i]);
        if (mkdir(cache, 0700) != 0 || setenv("CUDA_CACHE_PATH", cache, 1) != 0) {
            return false;
        }
        for (int again = 0; again < 2; again++) {
            if (!run_process(a, parts[i], all, again != 0)) {
                return false;
            }
        }
    }
    return true;
}

int run_start(const arguments *a)
{
    char folder[256];
    const char *temporary = getenv("TMPDIR");
    static steps all;
    if (a->start_in != NULL) {
        const int status = strcmp(a->start_in, "open") == 0 ? time_open(a->device) : time_steps(a->device);
        if (status != EXIT_EQUAL) {
            (void)fprintf(stderr, "glorand-gpu-bench: error: no usable device: %s\n", glr_last_error());
        }
        return status;
    }
    (void)snprintf(folder, sizeof folder, "%s/glorand-cache.XXXXXX", temporary != NULL ? temporary : "/tmp");
    if (mkdtemp(folder) == NULL) {
        (void)fprintf(stderr, "glorand-gpu-bench: error: %s: %s\n", folder, strerror(errno));
        return EXIT_NO_DEVICE;
    }
    const bool is_fine = time_in(a, folder, &all);
    (void)nftw(folder, add_size, 8, FTW_PHYS);
    (void)nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    print_steps(&all);
    (void)printf("\n%zu steps timed%s\n", all.count, is_fine ? "" : ", then one failed");
    return is_fine ? EXIT_EQUAL : EXIT_NO_DEVICE;
}
