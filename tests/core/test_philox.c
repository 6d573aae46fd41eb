/* Philox against Random123's known answers and against Random123 itself. */
#include "core/core.h"
#include "support/random.h"

#include <Random123/philox.h>
#include <criterion/criterion.h>
#include <stdio.h>

Test(philox, known_answers)
{
    FILE *file = fopen(TEST_DATA "/philox4x32_10.txt", "r");
    cr_assert_not_null(file);
    char line[256];
    int answers = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        uint32_t c[4], k[2], w[4];
        if (sscanf(line, "philox4x32 10 %x %x %x %x %x %x %x %x %x %x", &c[0], &c[1], &c[2], &c[3], &k[0],
                   &k[1], &w[0], &w[1], &w[2], &w[3]) != 10) {
            continue;
        }
        glr_round_keys keys = glr_round_keys_of(k[0], k[1]);
        glr_block block = glr_philox(c[0], c[1], c[2], c[3], &keys);
        cr_assert_arr_eq(block.word, w, sizeof w, "answer %d", answers);
        answers++;
    }
    (void)fclose(file);
    cr_assert_eq(answers, 3);
}

Test(philox, random_counters_and_keys_as_random123)
{
    test_random random = test_random_start("philox");
    for (int i = 0; i < 1000000; i++) {
        uint64_t low = test_random_bits(&random), high = test_random_bits(&random),
                 both = test_random_bits(&random);
        philox4x32_ctr_t counter = {
            {(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high, (uint32_t)(high >> 32)}};
        philox4x32_key_t key = {{(uint32_t)both, (uint32_t)(both >> 32)}};
        philox4x32_ctr_t expected = philox4x32(counter, key);
        glr_round_keys keys = glr_round_keys_of(key.v[0], key.v[1]);
        glr_counter ours = {low, high};
        glr_block block = glr_block_at(ours, &keys);
        cr_assert_arr_eq(block.word, expected.v, sizeof expected.v, "counter %016lx%016lx",
                         (unsigned long)high, (unsigned long)low);
    }
}

Test(counter, carries_through_all_128_bits)
{
    glr_counter base = {UINT64_MAX - 2, 41};
    glr_counter at = glr_counter_at(base, 2);
    cr_assert(at.low == UINT64_MAX && at.high == 41);
    at = glr_counter_at(base, 3);
    cr_assert(at.low == 0 && at.high == 42);
    glr_counter last = {UINT64_MAX, UINT64_MAX};
    at = glr_counter_at(last, 1);
    cr_assert(at.low == 0 && at.high == 0);
    glr_counter below = {0xffffffffU, 7};
    at = glr_counter_at(below, 1);
    cr_assert(at.low == UINT64_C(0x100000000) && at.high == 7);
}
