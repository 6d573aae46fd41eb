/* Forking: a child fills with its parent's handles and with its own, whatever other threads of the parent did
   when it was made. */
#include "draw.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ELEMENTS (5 * PIECE + 17)

static glr_device *many, *one;
static glr_initializer initializer;
static uint64_t expected;

static void expect_fill(glr_device *device, const char *name)
{
    CHECK(fill_and_hash(device, &initializer, ELEMENTS) == expected, "%s: other values", name);
}

static void fill_with_both(void)
{
    expect_fill(many, "the parent's handle of four threads");
    expect_fill(one, "the parent's handle of one thread");
    expect_threads(1, 4, "after a fill of four");
}

static void leave_open(const void *nothing)
{
    (void)nothing;
    expect_threads(1, 1, "in a new child");
    fill_with_both();
}

static void close_unused(const void *nothing)
{
    (void)nothing;
    glr_close(many);
    glr_close(one);
}

static void fill_and_close(const void *nothing)
{
    (void)nothing;
    fill_with_both();
    glr_close(many);
    glr_device *own = open_cpu(4);
    expect_fill(own, "the child's handle");
    glr_close(own);
    glr_close(one);
    expect_threads(1, 1, "after the handles are closed");
}

static void seed_and_resolve(const void *nothing)
{
    (void)nothing;
    glr_initializer unseeded = glr_he_normal(1), resolved;
    unseeded.seeding = GLR_SEEDING_NONE;
    glr_set_seed(1);
    CHECK(glr_resolve(&unseeded, &resolved) == GLR_OK, "%s", glr_last_error());
    expect_fill(many, "the parent's handle");
}

static void make_grandchildren(const void *nothing)
{
    (void)nothing;
    run_apart("a grandchild before its parent fills", false, fill_and_close, NULL);
    fill_with_both();
    run_apart("a grandchild after its parent has filled", false, fill_and_close, NULL);
    run_apart("a grandchild that leaves its handles", true, leave_open, NULL);
    fill_with_both();
}

static const struct {
    const char *name;
    void (*function)(const void *);
} children[] = {
    {"leaves the handles open", leave_open},     {"closes handles it has not used", close_unused},
    {"fills and closes", fill_and_close},        {"seeds", seed_and_resolve},
    {"has children itself", make_grandchildren},
};

#define CHILDREN (sizeof children / sizeof children[0])

static void run_children(const char *when)
{
    for (size_t i = 0; i < 2 * CHILDREN; i++) {
        char name[128];
        const bool at_once = i >= CHILDREN;
        (void)snprintf(name, sizeof name, "%s: a child that %s, and ends by %s", when,
                       children[i % CHILDREN].name, at_once ? "_exit" : "exit");
        run_apart(name, at_once, children[i % CHILDREN].function, NULL);
    }
}

/* ---- While other threads work -------------------------------------------------------------------------- */

static atomic_bool stop;

static void *keep_filling(void *device)
{
    while (!atomic_load(&stop)) {
        expect_fill(device, "a fill while another thread forks");
    }
    return NULL;
}

static void *keep_opening(void *nothing)
{
    while (!atomic_load(&stop)) {
        glr_device *device = open_cpu(3);
        expect_fill(device, "a handle made while another thread forks");
        glr_close(device);
    }
    return nothing;
}

static void *keep_seeding(void *nothing)
{
    glr_initializer unseeded = glr_he_normal(1), resolved;
    unseeded.seeding = GLR_SEEDING_NONE;
    while (!atomic_load(&stop)) {
        glr_set_seed(7);
        CHECK(glr_resolve(&unseeded, &resolved) == GLR_OK, "%s", glr_last_error());
    }
    return nothing;
}

/* See run_apart. */
#ifdef TEST_SANITIZED
#define MAY_FORK_BESIDE false
#else
#define MAY_FORK_BESIDE true
#endif

static void fork_beside(void *(*function)(void *), void *argument, const char *when)
{
    pthread_t threads[2];
    const int forks = is_light() ? 20 : 100;
    if (!MAY_FORK_BESIDE) {
        return;
    }
    atomic_store(&stop, false);
    for (size_t i = 0; i < 2; i++) {
        if (pthread_create(&threads[i], NULL, function, argument) != 0) {
            skip("no threads");
        }
    }
    for (int i = 0; i < forks; i++) {
        run_apart(when, i % 2 == 0, i % 3 == 0 ? fill_and_close : seed_and_resolve, NULL);
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < 2; i++) {
        (void)pthread_join(threads[i], NULL);
    }
}

int main(void)
{
    initializer = glr_he_uniform(3);
    one = open_cpu(1);
    expected = fill_and_hash(one, &initializer, ELEMENTS);
    many = open_cpu(4);
    run_children("before the parent has filled");
    fill_with_both();
    run_children("after the parent has filled");
    fill_with_both();
    fork_beside(keep_filling, many, "a child made while others fill");
    fork_beside(keep_opening, NULL, "a child made while others open and close");
    fork_beside(keep_seeding, NULL, "a child made while others seed");
    fill_with_both();
    glr_close(many);
    glr_close(one);
    expect_threads(1, 1, "after the handles are closed");
    return verdict();
}
