/* A fill on the CPU: the part is cut into chunks, which threads take in turn, and a chunk into tiles. A tile
   gathers the groups of as many runs as it has room for, so that short runs do not leave lanes empty. */
#include "cpu.h"
#include "kernel.h"

#include <omp.h>
#include <string.h>

/* Elements of a chunk: small enough to balance the threads, large enough to make starting one cheap. */
#define CHUNK 65536

/* Consecutive elements of a tile, and where they go. */
typedef struct segment {
    const float *raw;
    uint64_t count;
    char *dst;
} segment;

/* A thread's work in progress. */
typedef struct worker {
    const glr_cpu_kernel *kernel;
    const glr_plan *plan;
    uint32_t segments;
    segment segment[GLR_TILE_ROWS];
    glr_tile tile;
} worker;

/* Copies contiguous values to places that are `stride` elements apart. */
static void scatter(const float *values, uint64_t count, char *dst, uint64_t stride)
{
    for (uint64_t i = 0; i < count; i++) {
        memcpy(dst + i * stride * sizeof *values, &values[i], sizeof *values);
    }
}

static void store(const worker *w, const float *raw, uint64_t count, char *dst)
{
    if (w->plan->runs.stride == 1) {
        w->kernel->store(w->plan, raw, count, dst);
        return;
    }
    float values[256];
    while (count > 0) {
        uint64_t now = count < 256 ? count : 256;
        w->kernel->store(w->plan, raw, now, values);
        scatter(values, now, dst, w->plan->runs.stride);
        raw += now;
        dst += now * w->plan->runs.stride * sizeof *values;
        count -= now;
    }
}

/* Draws the tile and writes its segments. */
static void flush(worker *w)
{
    if (w->tile.rows == 0) {
        return;
    }
    const glr_cpu_kernel *kernel = w->tile.carries ? &glr_cpu_kernel_plain : w->kernel;
    kernel->sample(w->plan, &w->tile);
    for (uint32_t i = 0; i < w->segments; i++) {
        store(w, w->segment[i].raw, w->segment[i].count, w->segment[i].dst);
    }
    w->segments = 0;
    w->tile.rows = 0;
    w->tile.carries = 0;
}

/* Appends groups to the tile, at most `wanted` and at least one, after flushing it if they do not fit beside
   what it holds. Returns how many. */
static uint32_t append_groups(worker *w, uint64_t group, uint64_t wanted)
{
    glr_tile *tile = &w->tile;
    const uint64_t blocks = w->plan->sampler == GLR_SAMPLE_TRUNCATED ? GLR_BLOCKS_PER_GROUP : 1;
    glr_counter first = glr_counter_at(w->plan->base, group * blocks);
    const uint32_t high[3] = {(uint32_t)(first.low >> 32), (uint32_t)first.high,
                              (uint32_t)(first.high >> 32)};
    if (tile->rows == GLR_TILE_ROWS || tile->carries || memcmp(high, tile->high, sizeof high) != 0) {
        flush(w);
        memcpy(tile->high, high, sizeof high);
    }
    /* How many groups keep to these upper words. If not even one does, it is drawn alone, with carries. */
    uint32_t low = (uint32_t)first.low;
    uint64_t room = ((UINT64_C(1) << 32) - low) / blocks;
    if (room == 0) {
        flush(w);
        tile->carries = 1;
        room = 1;
    }
    uint64_t now = GLR_TILE_ROWS - tile->rows;
    now = now < wanted ? now : wanted;
    now = now < room ? now : room;
    for (uint32_t i = 0; i < (uint32_t)now; i++) {
        tile->counter[tile->rows + i] = low + i * (uint32_t)blocks;
    }
    tile->rows += (uint32_t)now;
    return (uint32_t)now;
}

/* Draws elements index to index + count - 1, which go to dst and on. */
static void draw_run(worker *w, uint64_t index, uint64_t count, char *dst)
{
    while (count > 0) {
        uint64_t skipped = index % GLR_GROUP_SIZE;
        uint64_t groups = (skipped + count + GLR_GROUP_SIZE - 1) / GLR_GROUP_SIZE;
        uint32_t appended = append_groups(w, index / GLR_GROUP_SIZE, groups);
        uint64_t now = (uint64_t)appended * GLR_GROUP_SIZE - skipped;
        now = now < count ? now : count;
        segment piece = {&w->tile.raw[w->tile.rows - appended][skipped], now, dst};
        w->segment[w->segments++] = piece;
        index += now;
        dst += now * w->plan->runs.stride * sizeof(float);
        count -= now;
    }
}

/* Every value of a constant is its shift. */
static void write_constant(const worker *w, uint64_t count, char *dst)
{
    for (uint64_t i = 0; i < count; i++) {
        memcpy(dst + i * w->plan->runs.stride * sizeof(float), &w->plan->shift, sizeof(float));
    }
}

/* Fills elements `position` to position + count - 1 of the part, run by run. */
static void fill_chunk(worker *w, uint64_t position, uint64_t count, char *dst)
{
    const glr_runs *runs = &w->plan->runs;
    while (count > 0) {
        uint64_t within = position % runs->length;
        glr_run_start start = glr_run_at(runs, position / runs->length);
        uint64_t now = runs->length - within < count ? runs->length - within : count;
        char *place = dst + (start.offset + within * runs->stride) * sizeof(float);
        if (w->plan->sampler == GLR_SAMPLE_CONSTANT) {
            write_constant(w, now, place);
        } else {
            draw_run(w, start.index + within, now, place);
        }
        position += now;
        count -= now;
    }
    flush(w);
}

glr_status glr_cpu_fill(glr_device *device, const glr_plan *plan, void *dst)
{
    const glr_cpu_device *cpu = (const glr_cpu_device *)device;
    uint64_t chunks = (plan->count + CHUNK - 1) / CHUNK;
    uint64_t threads = (uint64_t)(cpu->threads > 0 ? cpu->threads : omp_get_max_threads());
    int team = (int)(threads < chunks ? threads : chunks);
#pragma omp parallel num_threads(team) if (team > 1)
    {
        worker w;
        w.kernel = cpu->kernel;
        w.plan = plan;
        w.segments = 0;
        w.tile.rows = 0;
        w.tile.carries = 0;
#pragma omp for schedule(dynamic)
        for (uint64_t chunk = 0; chunk < chunks; chunk++) {
            uint64_t position = chunk * CHUNK, left = plan->count - position;
            fill_chunk(&w, position, left < CHUNK ? left : CHUNK, dst);
        }
    }
    return GLR_OK;
}
