/* Threads of the host that use the library side by side, in each way that the header allows: built with
   ThreadSanitizer together with the library's sources. */
#include "draw.h"

#include "glorand/model.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ELEMENTS (3 * PIECE + 5)
#define ROUNDS   6
#define HOSTS    4

static glr_device *shared;
static glr_initializer initializer;
static uint64_t expected;
static glr_model *shared_model;

static void *fill_shared(void *nothing)
{
    for (int i = 0; i < ROUNDS; i++) {
        CHECK(fill_and_hash(shared, &initializer, ELEMENTS) == expected, "a shared handle: other values");
    }
    return nothing;
}

static void *open_and_close(void *nothing)
{
    for (int i = 0; i < ROUNDS; i++) {
        glr_device *own = open_cpu(i % 2 == 0 ? 3 : 0);
        CHECK(fill_and_hash(own, &initializer, ELEMENTS) == expected, "an own handle: other values");
        glr_close(own);
    }
    return nothing;
}

static void *seed_and_resolve(void *nothing)
{
    glr_initializer unseeded = glr_he_normal(1), resolved;
    unseeded.seeding = GLR_SEEDING_NONE;
    for (int i = 0; i < 10 * ROUNDS; i++) {
        if (i % 5 == 0) {
            glr_set_seed(i);
        }
        CHECK(glr_resolve(&unseeded, &resolved) == GLR_OK, "%s", glr_last_error());
        (void)fill_and_hash(shared, &unseeded, 100);
    }
    return nothing;
}

static void *describe(void *nothing)
{
    static const char text[] = "{\"class_name\": \"HeUniform\", \"config\": {\"seed\": 3}}";
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {30, 40}};
    glr_device_info infos[8];
    for (int i = 0; i < 10 * ROUNDS; i++) {
        char written[512];
        size_t count;
        glr_summary summary = {0};
        glr_initializer read;
        CHECK(glr_initializer_from_json(text, sizeof text - 1, &read) == GLR_OK, "%s", glr_last_error());
        CHECK(glr_initializer_to_json(&read, written, sizeof written, NULL) == GLR_OK, "%s",
              glr_last_error());
        CHECK(glr_initializer_to_text(&read, written, sizeof written, NULL) == GLR_OK, "%s",
              glr_last_error());
        CHECK(glr_initializer_from_text(written, strlen(written), NULL, 0, &read) == GLR_OK, "%s",
              glr_last_error());
        CHECK(glr_describe(&read, &tensor, &summary) == GLR_OK, "%s", glr_last_error());
        CHECK(glr_devices(infos, 8, &count) == GLR_OK, "%s", glr_last_error());
        CHECK(glr_tensor_extent(NULL, NULL, NULL) == GLR_ERROR_ARGUMENT, "NULL is taken");
        CHECK(strstr(glr_last_error(), "tensor") != NULL, "%s", glr_last_error());
    }
    return nothing;
}

/* A resolved model. */
static glr_model *make_model(void)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"rules\": [{\"match\": \"h.{i}.w\", \"initializer\": "
        "\"random_normal(0, 1/(1+{i}))\"}], \"tensors\": [{\"name\": \"h.0.w\", "
        "\"shape\": [3, 4]}, {\"name\": \"h.7.w\", \"shape\": [3, 4]}]}";
    const glr_model_options options = {.has_seed = 1, .seed = 5};
    glr_model *model = NULL;
    CHECK(glr_model_from_list(list, sizeof list - 1, NULL, 0, &model) == GLR_OK, "%s", glr_last_error());
    CHECK(glr_model_resolve(model, &options) == GLR_OK, "%s", glr_last_error());
    return model;
}

/* The functions of a const glr_model, and all of them with models of the thread's own. */
static void *look_at_model(void *nothing)
{
    for (int i = 0; i < 10 * ROUNDS; i++) {
        char spec[512], lines[16];
        size_t index = 0;
        uint32_t matches = 0;
        glr_model_tensor tensor;
        glr_model *own = make_model();
        const glr_model *model = i % 2 == 0 ? shared_model : own;
        CHECK(glr_model_count(model) == 2 && glr_model_has_seeds(model) == 1, "other tensors");
        CHECK(glr_model_find(model, "h.7.w", &index) == GLR_OK && index == 1, "found at %zu", index);
        CHECK(glr_model_get(model, index, &tensor) == GLR_OK, "%s", glr_last_error());
        CHECK(tensor.initializer.stddev == 0.125, "deviation %g", tensor.initializer.stddev);
        CHECK(glr_model_to_spec(model, spec, sizeof spec, NULL) == GLR_OK, "%s", glr_last_error());
        CHECK(glr_model_undecided(model, lines, sizeof lines, NULL) == GLR_OK, "%s", glr_last_error());
        CHECK(glr_pattern_match("h.{i}.[a-z]", tensor.name, &matches) == GLR_OK && matches == 1, "no match");
        glr_model_free(own);
        CHECK(glr_model_from_spec(spec, strlen(spec), &own) == GLR_OK, "%s", glr_last_error());
        glr_model_free(own);
    }
    return nothing;
}

/* Runs HOSTS threads of each of the functions at once. */
static void run_together(void *(*const functions[])(void *), size_t count)
{
    pthread_t threads[5 * HOSTS];
    size_t started = 0;
    for (size_t i = 0; i < count * HOSTS; i++) {
        if (pthread_create(&threads[started], NULL, functions[i % count], NULL) == 0) {
            started++;
        }
    }
    CHECK(started == count * HOSTS, "only %zu threads", started);
    for (size_t i = 0; i < started; i++) {
        (void)pthread_join(threads[i], NULL);
    }
}

/* ThreadSanitizer does not follow threads that a child makes: a fill of one piece makes none. */
static void fill_in_child(const void *nothing)
{
    (void)nothing;
    (void)seed_and_resolve(NULL);
    (void)fill_and_hash(shared, &initializer, PIECE);
    glr_close(shared);
}

int main(int argc, char **argv)
{
    static void *(*const all[])(void *) = {fill_shared, open_and_close, seed_and_resolve, describe,
                                           look_at_model};
    if (argc == 2 && strcmp(argv[1], "--nothing") == 0) {
        return 0;
    }
    glr_device *one = open_cpu(1);
    initializer = glr_he_uniform(3);
    expected = fill_and_hash(one, &initializer, ELEMENTS);
    glr_close(one);
    shared = open_cpu(3);
    shared_model = make_model();
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        run_together(&all[i], 1);
    }
    run_together(all, sizeof all / sizeof all[0]);
    run_apart("a child", false, fill_in_child, NULL);
    (void)fill_shared(NULL);
    glr_close(shared);
    glr_model_free(shared_model);
    return verdict();
}
