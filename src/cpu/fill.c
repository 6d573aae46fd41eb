/* A fill on the CPU: the part is cut into chunks, which threads take in turn. */
#include "cpu.h"
#include "kernel.h"

#include <omp.h>
#include <string.h>

/* Elements of a chunk, small enough to balance the threads, and of a tile, which stays in the L1 cache. */
#define CHUNK 65536
#define TILE 2048

/* Copies a tile to its place: as one block, or element by element when the destination has gaps. */
static void store(const float *tile, uint64_t count, char *dst, uint64_t stride)
{
    if (stride == 1) {
        memcpy(dst, tile, count * sizeof *tile);
        return;
    }
    for (uint64_t i = 0; i < count; i++) {
        memcpy(dst + i * stride * sizeof *tile, &tile[i], sizeof *tile);
    }
}

/* Fills elements `position` and on of the part, `count` of them, run by run and tile by tile. */
static void fill_chunk(const glr_plan *plan, uint64_t position, uint64_t count, char *dst)
{
    const glr_runs *runs = &plan->runs;
    float tile[TILE];
    while (count > 0) {
        uint64_t within = position % runs->length;
        glr_run_start start = glr_run_at(runs, position / runs->length);
        uint64_t now = runs->length - within;
        now = now < count ? now : count;
        now = now < TILE ? now : TILE;
        glr_cpu_generate(plan, start.index + within, now, tile);
        store(tile, now, dst + (start.offset + within * runs->stride) * sizeof *tile, runs->stride);
        position += now;
        count -= now;
    }
}

glr_status glr_cpu_fill(glr_device *device, const glr_plan *plan, void *dst)
{
    const glr_cpu_device *cpu = (const glr_cpu_device *)device;
    uint64_t chunks = (plan->count + CHUNK - 1) / CHUNK;
    uint64_t threads = (uint64_t)(cpu->threads > 0 ? cpu->threads : omp_get_max_threads());
    int team = (int)(threads < chunks ? threads : chunks);
#pragma omp parallel for schedule(dynamic) num_threads(team) if (team > 1)
    for (uint64_t chunk = 0; chunk < chunks; chunk++) {
        uint64_t position = chunk * CHUNK, left = plan->count - position;
        fill_chunk(plan, position, left < CHUNK ? left : CHUNK, dst);
    }
    return GLR_OK;
}
