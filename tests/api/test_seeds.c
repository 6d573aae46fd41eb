/* Unseeded initializers: the sequence after a global seed, as TensorFlow's, and seeds from the operating
 * system. */
#include "support/golden.h"

#include <criterion/criterion.h>
#include <string.h>

static void check_call(glr_device *device, const json_t *golden_call)
{
    char hash[SHA256_TEXT];
    glr_initializer initializer = golden_initializer(golden_call), resolved;
    glr_tensor tensor = golden_tensor(golden_call);
    cr_assert_eq(initializer.seeding, GLR_SEEDING_NONE);
    cr_assert_eq(glr_resolve(&initializer, &resolved), GLR_OK, "%s", glr_last_error());
    sha256_of_fill(device, &resolved, &tensor, hash);
    cr_expect_str_eq(hash, json_string_value(json_object_get(golden_call, "sha256")));
}

Test(seeds, sequences_as_tensorflow)
{
    glr_device *device = open_cpu(0);
    json_t *golden = golden_read("golden/global_seed.json"), *sequence, *item;
    size_t i, j, calls = 0;
    json_array_foreach(json_object_get(golden, "sequences"), i, sequence)
    {
        glr_set_seed(json_integer_value(json_object_get(sequence, "global_seed")));
        json_array_foreach(json_object_get(sequence, "calls"), j, item)
        {
            check_call(device, item);
            calls++;
        }
    }
    cr_expect_eq(calls, 72, "%zu", calls);
    json_decref(golden);
    glr_close(device);
}

/* Filling a whole tensor resolves by itself, in the same sequence; a call that fails takes no place in it. */
Test(seeds, fill_resolves_a_whole_tensor)
{
    glr_device *device = open_cpu(0);
    json_t *golden = golden_read("golden/global_seed.json");
    const json_t *sequence = json_array_get(json_object_get(golden, "sequences"), 0);
    const json_t *first = json_array_get(json_object_get(sequence, "calls"), 0);
    glr_initializer initializer = golden_initializer(first), zeros = glr_zeros();
    glr_tensor tensor = golden_tensor(first), small = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {3}};
    size_t bytes = (size_t)element_count(&tensor) * 4;
    float *values = malloc(bytes), three[3];
    char hash[SHA256_TEXT];
    glr_set_seed(json_integer_value(json_object_get(sequence, "global_seed")));
    zeros.seeding = GLR_SEEDING_NONE;
    cr_assert_eq(glr_fill(device, &zeros, &small, three, sizeof three), GLR_OK, "zeros draw nothing");
    cr_assert_eq(glr_fill(device, &initializer, &tensor, values, bytes - 1), GLR_ERROR_TOO_SMALL);
    small.part = GLR_PART_RANGE;
    small.count = 1;
    cr_assert_eq(glr_fill(device, &initializer, &small, three, sizeof three), GLR_ERROR_UNSEEDED);
    cr_assert_eq(glr_fill(device, &initializer, &tensor, values, bytes), GLR_OK, "%s", glr_last_error());
    sha256_text(values, bytes, hash);
    cr_expect_str_eq(hash, json_string_value(json_object_get(first, "sha256")));
    free(values);
    json_decref(golden);
    glr_close(device);
}

Test(seeds, from_the_operating_system_differ)
{
    glr_initializer unseeded = glr_he_normal(0), first, second;
    unseeded.seeding = GLR_SEEDING_NONE;
    cr_assert_eq(glr_resolve(&unseeded, &first), GLR_OK);
    cr_assert_eq(glr_resolve(&unseeded, &second), GLR_OK);
    cr_expect_eq(first.seeding, GLR_SEEDING_SEED);
    cr_expect_neq(first.seed, second.seed, "64 random bits were the same twice");
}

Test(seeds, resolved_ones_stay_as_they_are)
{
    glr_initializer seeded = glr_glorot_uniform(-9), resolved;
    seeded.stream = 77;
    glr_set_seed(5);
    cr_assert_eq(glr_resolve(&seeded, &resolved), GLR_OK);
    cr_expect_arr_eq(&seeded, &resolved, sizeof seeded);
}

Test(seeds, an_unknown_seeding_is_refused)
{
    glr_initializer wrong = glr_glorot_uniform(1), resolved = glr_ones();
    const glr_initializer before = resolved;
    wrong.seeding = (glr_seeding)9;
    cr_expect_eq(glr_resolve(&wrong, &resolved), GLR_ERROR_ARGUMENT);
    cr_expect_not_null(
        strstr(glr_last_error(), "initializer.seeding: must be seeded (0), keyed (1) or unseeded (2), not 9"),
        "%s", glr_last_error());
    cr_expect_arr_eq(&resolved, &before, sizeof before);
}

/* Threads that resolve at once take places of one sequence, each its own. */
Test(seeds, threads_share_a_sequence)
{
    enum { COUNT = 64 };
    glr_initializer unseeded = glr_he_normal(0), expected[COUNT], drawn[COUNT];
    unseeded.seeding = GLR_SEEDING_NONE;
    glr_set_seed(123);
    for (int i = 0; i < COUNT; i++) {
        cr_assert_eq(glr_resolve(&unseeded, &expected[i]), GLR_OK);
    }
    glr_set_seed(123);
#pragma omp parallel for num_threads(4)
    for (int i = 0; i < COUNT; i++) {
        (void)glr_resolve(&unseeded, &drawn[i]);
    }
    for (int i = 0; i < COUNT; i++) {
        int found = 0;
        for (int j = 0; j < COUNT; j++) {
            found += drawn[j].counter[2] == expected[i].counter[2];
        }
        cr_expect_eq(found, 1, "place %d was taken %d times", i, found);
    }
}
