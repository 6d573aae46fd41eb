/* The injector against lists and counts that are written down here. */
#include "inject/inject.h"

#include <criterion/criterion.h>
#include <string.h>

static injector faults = INJECTOR_INIT;

/* Calls the functions named by these letters; returns for each its error, or '.'. */
static const char *call(const char *letters)
{
    static const char *const names[] = {"alpha", "beta", "alphabet"};
    static char results[64];
    size_t count = strlen(letters);
    for (size_t i = 0; i < count; i++) {
        int error = 0;
        const bool fails = inject_call(&faults, names[letters[i] - 'a'], &error);
        results[i] = ".0123456789"[fails ? error + 1 : 0];
    }
    results[count] = '\0';
    return results;
}

Test(inject, the_nth_call_of_a_function_fails)
{
    cr_expect_str_eq(call("ab"), "..");
    inject_fail(&faults, "alpha", 2, 7);
    cr_expect_str_eq(call("aba"), "..7"); /* what was called before does not count */
    cr_expect_str_eq(inject_failed(&faults), "alpha");
    cr_expect_str_eq(call("aaca"), "....");
    cr_expect_eq(inject_calls(&faults), 5, "%u", inject_calls(&faults));
}

Test(inject, the_nth_call_of_all_fails)
{
    inject_fail(&faults, NULL, 3, 5);
    cr_expect_str_eq(call("ab"), "..");
    cr_expect_str_eq(inject_failed(&faults), "");
    cr_expect_str_eq(call("ca"), "5.");
    cr_expect_str_eq(inject_failed(&faults), "alphabet");
    inject_fail(&faults, NULL, 0, 5);
    cr_expect_str_eq(inject_failed(&faults), "");
    cr_expect_str_eq(call("abc"), "...");
    cr_expect_eq(inject_calls(&faults), 3);
}

Test(inject, faults_from_a_text)
{
    static const char *const wrong[] = {"",        "alpha", "alpha:",     "alpha:0",
                                        "alpha:x", ":1",    "alpha:1:2x", "alpha:1 "};
    char name[100];
    memset(name, 'a', sizeof name);
    memcpy(name + 64, ":1", 3); /* one more than there is room for */
    cr_expect(inject_fail_text(&faults, "alpha:2:4", 9));
    cr_expect_not(inject_fail_text(&faults, name, 9));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect_not(inject_fail_text(&faults, wrong[i], 9), "%s", wrong[i]);
    }
    cr_expect_str_eq(call("aba"), "..4");
    cr_expect(inject_fail_text(&faults, "beta:1", 9));
    cr_expect_str_eq(call("ab"), ".9");
}

Test(inject, calls_are_listed)
{
    char text[INJECT_TEXT];
    inject_fail(&faults, "beta", 1, 1);
    (void)call("abc");
    inject_trace(&faults, text);
    cr_expect_str_eq(text, "alpha beta alphabet ", "%s", text);
    inject_clear_trace(&faults);
    inject_trace(&faults, text);
    cr_expect_str_eq(text, "");
}

/* Bytes of a list of so many calls of beta, of 5 bytes with its blank, and these after them. */
static size_t listed(int betas, const char *letters)
{
    char text[INJECT_TEXT];
    inject_clear_trace(&faults);
    for (int i = 0; i < betas; i++) {
        (void)call("b");
    }
    (void)call(letters);
    inject_trace(&faults, text);
    return strlen(text);
}

Test(inject, a_long_list_is_cut_after_a_name)
{
    cr_expect_eq(INJECT_TEXT, 4096);
    cr_expect_eq(listed(10000, ""), 4095);
    cr_expect_eq(listed(816, "ca"), 4095, "alphabet and alpha fill it");
    cr_expect_eq(listed(818, "a"), 4090, "alpha would need one byte more");
}

Test(inject, what_lives_is_counted_by_kind)
{
    char text[INJECT_TEXT];
    inject_list_live(&faults, text);
    cr_expect_str_eq(text, "");
    inject_live(&faults, "stream", 1);
    inject_live(&faults, "event", 3);
    inject_live(&faults, "stream", 1);
    inject_live(&faults, "graph", -1);
    inject_list_live(&faults, text);
    cr_expect_str_eq(text, "stream 2 event 3 graph -1 ");
    inject_live(&faults, "stream", -2);
    inject_list_live(&faults, text);
    cr_expect_str_eq(text, "event 3 graph -1 ");
    cr_expect_eq(inject_count_live(&faults, "stream"), 0);
    cr_expect_eq(inject_count_live(&faults, "event"), 3);
    cr_expect_eq(inject_count_live(&faults, "no such kind"), 0);
    cr_expect_eq(inject_count_live(&faults, NULL), 2);
}

enum { THREADS = 4, CALLS = 100000 };

static pthread_barrier_t start;

static void *call_often(void *failed)
{
    (void)pthread_barrier_wait(&start);
    for (int i = 0; i < CALLS; i++) {
        int error = 0;
        *(int *)failed += inject_call(&faults, "alpha", &error) ? error : 0;
    }
    for (int i = 0; i < CALLS; i++) {
        inject_live(&faults, "thing", 1);
        inject_live(&faults, i % 2 == 0 ? "thing" : "other", -1);
    }
    return NULL;
}

Test(inject, threads_share_an_injector)
{
    pthread_t threads[THREADS];
    int failed[THREADS] = {0}, all = 0;
    inject_fail(&faults, NULL, THREADS * CALLS / 2, 1);
    cr_assert_eq(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (int i = 0; i < THREADS; i++) {
        cr_assert_eq(pthread_create(&threads[i], NULL, call_often, &failed[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
        all += failed[i];
    }
    cr_expect_eq(all, 1, "one call fails, in one thread");
    cr_expect_eq(inject_calls(&faults), THREADS * CALLS);
    cr_expect_eq(inject_count_live(&faults, "thing"), THREADS * CALLS / 2);
    cr_expect_eq(inject_count_live(&faults, "other"), -THREADS * CALLS / 2);
}
