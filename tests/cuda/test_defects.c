/* Seeded defects in the kernels of kernels.cu. */
#include "core/core.h"
#include "ptxsim/defects/seeded.h"
#include "ptxsim/ptx/ptx.h"
#include "session.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT  1008 /* at most, and more than one pass of the grid */
#define LONGER 512  /* times, for what the short scenes do not show */
#define SCENES 6

static char *read_ptx(void)
{
    FILE *file = fopen(PTX, "rb");
    cr_assert_not_null(file);
    char *text = calloc(1, 4000000);
    cr_assert_not_null(text);
    cr_assert_gt(fread(text, 1, 4000000 - 1, file), 0);
    (void)fclose(file);
    return text;
}

/* Draws that show a defect: several sizes, samplers and counters. */
typedef struct scene {
    uint64_t count;
    glr_counter base;
    int sampler;
    float shift;
} scene;

#define CARRIES                                                                                              \
    {                                                                                                        \
        UINT64_C(0xfffffffffffffff0), 41                                                                     \
    }
#define PLAIN                                                                                                \
    {                                                                                                        \
        UINT64_C(0x123456789abcdef0), UINT64_C(0xfedcba98f6543210)                                           \
    }

/* One scene's values, in memory of exactly their size. */
static bool draw_scene(const ptx_module *module, ptx_memory *memory, const char *name, const scene *s,
                       uint64_t times, float *values)
{
    request r = {
        glr_round_keys_of(0xa4093822U, 0x299f31d0U), s->base, times * s->count, 0.75f, s->shift, s->sampler};
    uint64_t address = (uint64_t)(uintptr_t)values | PTX_DEVICE_BIT;
    const void *parameters[] = {&address, &r};
    ptx_region *region = ptx_memory_add(
        memory, (ptx_region){address, 4 * times * s->count, (unsigned char *)values, PTX_GLOBAL});
    cr_assert_not_null(region);
    ptx_launch launch = {
        .kernel = ptx_kernel_named(module, name), .memory = memory, .parameters = parameters};
    bool strides = strcmp(name, "icdf") == 0;
    launch.grid[0] = (uint32_t)(strides ? 2 : 3 * times);
    launch.block[0] = strides ? 96 : 128;
    launch.grid[1] = launch.grid[2] = launch.block[1] = launch.block[2] = 1;
    launch.max_steps = 200000 * times;
    bool fine = launch.kernel != NULL && ptx_run(&launch) == PTX_FINE;
    ptx_memory_remove(memory, region);
    return fine;
}

static bool draw(const seeded *s, const char *text, size_t length, bool many, unsigned char *bytes)
{
    const scene *scenes = s->settings;
    const uint64_t times = many ? LONGER : 1;
    float *values = (float *)(void *)bytes;
    char message[PTX_MESSAGE_SIZE];
    ptx_memory memory = {NULL, 0, 0};
    ptx_module *module = ptx_load(text, length, &memory, message);
    bool fine = module != NULL;
    for (size_t i = 0; fine && i < SCENES && scenes[i].count > 0; i++) {
        fine = draw_scene(module, &memory, s->name, &scenes[i], times, values + i * times * COUNT);
    }
    ptx_unload(module);
    ptx_memory_clear(&memory);
    return fine;
}

/* Of a hundred that are made, how many may change nothing, though they are reached. Registers without a value
   and stores too far are found always. The rest is in code that another path makes good: a lower bit of a
   correction that rounding takes away, `or` where the bits are apart, < for <= where equality never comes, a
   shortcut that is not taken, and in the queued kernel a first pass whose wrong values look rejected and are
   drawn again. */
static const unsigned max[MUTATIONS] = {15, 5, 0, 0, 5, 15, 10};

/* Every defect, or in short forms one of several. */
static size_t stride(void) { return !test_is_proof() ? 40 : test_is_long() ? 1 : 3; }

static void try_all(const char *name, const scene *scenes)
{
    static kernel_text kernel;
    char *text = read_ptx();
    tally sums[MUTATIONS] = {{0, 0, 0, 0, 0}};
    const size_t bytes = SCENES * COUNT * sizeof(float);
    const seeded s = {name, draw, scenes, bytes, LONGER * bytes};
    cr_assert(kernel_cut_out(&kernel, text, name));
    cr_assert(seeded_try_all(&s, &kernel, stride(), sums));
    seeded_print(name, sums);
    cr_assert(seeded_judge(name, sums, max));
    free(text);
}

Test(defects, icdf)
{
    static const scene scenes[SCENES] = {{1003, CARRIES, 0, 0.125f}, {1002, PLAIN, 0, 0.0f},
                                         {1001, PLAIN, 0, 0.0f},     {1000, PLAIN, 0, 0.0f},
                                         {2, PLAIN, 0, 0.0f},        {3, PLAIN, 0, 0.0f}};
    try_all("icdf", scenes);
}

Test(defects, queued)
{
    static const scene scenes[SCENES] = {
        {1000, CARRIES, 0, 0.125f}, {1000, PLAIN, 0, 0.0f}, {516, PLAIN, 0, 0.0f}};
    try_all("queued", scenes);
}

Test(defects, sample)
{
    static const scene scenes[SCENES] = {
        {1003, CARRIES, GLR_SAMPLE_TRUNCATED, 0.125f}, {1002, PLAIN, GLR_SAMPLE_NORMAL, 0.0f},
        {1001, PLAIN, GLR_SAMPLE_UNIFORM, 0.0f},       {1000, PLAIN, GLR_SAMPLE_ICDF, 0.0f},
        {900, CARRIES, GLR_SAMPLE_NORMAL, 0.0f},       {7, PLAIN, GLR_SAMPLE_CONSTANT, 0.5f}};
    try_all("sample", scenes);
}
