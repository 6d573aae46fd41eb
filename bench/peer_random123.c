/* The textbook's way: Random123's Philox4x32-10, Box-Muller with the C library's functions, and values
   outside two standard deviations drawn again. Groups of four values own 256 blocks each, as glorand's do, so
   threads may share the groups. */
#include "peer.h"

#include <Random123/philox.h>
#include <math.h>
#include <string.h>

#define BLOCKS 256

/* In (0, 1]: the logarithm's argument must not be 0. */
static float uniform(uint32_t word) { return ((float)(word >> 8) + 1.0F) * 0x1p-24F; }

static void box_muller(uint32_t word0, uint32_t word1, float values[2])
{
    float radius = sqrtf(-2.0F * logf(uniform(word0)));
    float angle = 6.28318530717958647692F * uniform(word1);
    values[0] = radius * sinf(angle);
    values[1] = radius * cosf(angle);
}

static void draw_group(uint64_t group, philox4x32_key_t key, float out[4])
{
    int kept = 0;
    uint64_t block = BLOCKS * group;
    while (kept < 4) {
        philox4x32_ctr_t counter = {{(uint32_t)block, (uint32_t)(block >> 32), 0, 0}};
        philox4x32_ctr_t words = philox4x32(counter, key);
        float values[4];
        box_muller(words.v[0], words.v[1], values);
        box_muller(words.v[2], words.v[3], values + 2);
        for (int i = 0; i < 4 && kept < 4; i++) {
            if (fabsf(values[i]) < 2.0F) {
                out[kept++] = 0.05F * values[i];
            }
        }
        block++;
    }
}

static bool run_groups(const bench_case *c, void *dst, uint64_t repetition)
{
    char *bytes = dst;
    const int64_t groups = (int64_t)(c->bytes / (4 * sizeof(float)));
    const int threads = (int)c->threads;
    const philox4x32_key_t key = {{42, (uint32_t)repetition}};
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
    for (int64_t i = 0; i < groups; i++) {
        float values[4];
        draw_group((uint64_t)i, key, values);
        memcpy(bytes + (size_t)i * sizeof values, values, sizeof values);
    }
    return true;
}

const bench_peer bench_peer_random123 = {
    .name = "peer-random123",
    .library = "Random123 with the C library",
    .method = "Philox4x32-10, Box-Muller, rejection",
    .truncates = true,
    .is_slow = true,
    .is_parallel = true,
    .engine = {bench_open_nothing, run_groups, bench_close_nothing},
};
