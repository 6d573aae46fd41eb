#include "support/reference.h"

#include <Random123/philox.h>
#include <math.h>
#include <string.h>

reference_stream reference_stream_of(int64_t seed, int64_t stream)
{
    uint64_t s = (uint64_t)seed, t = (uint64_t)stream;
    philox4x32_ctr_t seeds = {{(uint32_t)s, (uint32_t)(s >> 32), (uint32_t)t, (uint32_t)(t >> 32)}};
    philox4x32_key_t scramble = {{0x3ec8f720U, 0x02461e29U}};
    philox4x32_ctr_t mixed = philox4x32(seeds, scramble);
    reference_stream result = {{mixed.v[0], mixed.v[1]}, {0, 0, mixed.v[2], mixed.v[3]}};
    return result;
}

void reference_block(const reference_stream *stream, uint64_t block, uint32_t words[4])
{
    philox4x32_ctr_t counter;
    philox4x32_key_t key = {{stream->key[0], stream->key[1]}};
    uint64_t carry = 0, addend[4] = {block & 0xffffffffU, block >> 32, 0, 0};
    for (int i = 0; i < 4; i++) {
        uint64_t sum = (uint64_t)stream->counter[i] + addend[i] + carry;
        counter.v[i] = (uint32_t)sum;
        carry = sum >> 32;
    }
    philox4x32_ctr_t drawn = philox4x32(counter, key);
    memcpy(words, drawn.v, sizeof drawn.v);
}

static float uniform_of(uint32_t word) { return (float)(word & 0x7fffffU) * 0x1p-23f; /* exact */ }

static void box_muller(uint32_t word0, uint32_t word1, float values[2])
{
    float u = fmaxf(uniform_of(word0), 1e-7f);
    float v = (float)(2.0 * 3.14159265358979323846 * (double)uniform_of(word1));
    float radius = sqrtf(-2.0f * logf(u));
    values[0] = sinf(v) * radius;
    values[1] = cosf(v) * radius;
}

static float truncated_value(const reference_stream *stream, uint64_t element)
{
    uint64_t group = element / 4, wanted = element % 4, kept = 0;
    for (uint64_t i = 0; i < 256; i++) {
        uint32_t words[4];
        reference_block(stream, 256 * group + i, words);
        for (int pair = 0; pair < 2; pair++) {
            float values[2];
            box_muller(words[2 * pair], words[2 * pair + 1], values);
            for (int j = 0; j < 2; j++) {
                if (fabsf(values[j]) < 2.0f && kept++ == wanted) {
                    return values[j];
                }
            }
        }
    }
    return 0.0f;
}

static float icdf_of(uint32_t word)
{
    int32_t k = (int32_t)(word >> 8) - (word >> 31 ? 1 << 24 : 0);
    float v = (float)(2 * k + 1) * 0x1p-24f;
    float s = fmaf(v, v, -0x1.5e3aa4p-3f);
    float r1 = fmaf(s, 0x1.1e89aap-2f, 0x1.222ad8p-2f), r2 = fmaf(r1, s, 0x1.9e2854p-3f);
    float r3 = fmaf(r2, s, 0x1.0dae2cp-1f), r4 = fmaf(r3, s, -0x1.f55e42p-2f);
    float r5 = fmaf(r4, r3, 0x1.d5cae2p-9f), r6 = fmaf(r5, r5, 0x1.25157p-4f);
    float r7 = fmaf(r6, r3, 0x1.3d4086p-2f), r8 = fmaf(r7, r7, 0x1.ebe104p-2f);
    float r9 = fmaf(r8, r4, -0x1.5b3a14p-1f), r10 = fmaf(r9, r7, 0x1.68457cp+0f);
    float r11 = fmaf(r10, r9, 0x1.5bf21cp+0f), r12 = fmaf(r11, s, 0x1.3ff086p+0f);
    return v * r12;
}

float reference_value(const reference_stream *stream, reference_sampler sampler, uint64_t element)
{
    uint32_t words[4];
    if (sampler == REFERENCE_TRUNCATED) {
        return truncated_value(stream, element);
    }
    reference_block(stream, element / 4, words);
    if (sampler == REFERENCE_NORMAL) {
        float values[2];
        uint64_t pair = element % 4 / 2;
        box_muller(words[2 * pair], words[2 * pair + 1], values);
        return values[element % 2];
    }
    return sampler == REFERENCE_UNIFORM ? uniform_of(words[element % 4]) : icdf_of(words[element % 4]);
}
