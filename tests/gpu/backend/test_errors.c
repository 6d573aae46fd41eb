/* A broken driver, or none: every call made to fail in turn, and kernels that compute otherwise. */
#include "backend.h"

#include "support/golden.h"
#include "support/use_backend.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static float expected[GPU_COUNT];

static bool is_right(void) { return memcmp(gpu_drawn, expected, sizeof expected) == 0; }

static void expect_works(glr_status (*use)(void), const char *what)
{
    cr_expect_eq(use(), GLR_OK, "%s: %s", what, glr_last_error());
    cr_expect(is_right(), "%s: other values", what);
}

static bool is_expected(glr_status status)
{
    size_t i = 0;
    while (gpu.statuses[i] != GLR_OK && gpu.statuses[i] != status) {
        i++;
    }
    return gpu.statuses[i] == status;
}

/* One use under a fault goes as it must: noticed or harmless, with a fitting status, and nothing left. */
static void expect_survived(glr_status (*use)(void), unsigned call, int error, const char *before)
{
    char what[160];
    gpu_arm(NULL, call, error);
    const glr_status status = use();
    (void)snprintf(what, sizeof what, "%s, call %u, error %d", gpu_failed, call, error);
    cr_expect_str_neq(gpu_failed, "", "%s: it does not come", what);
    cr_expect(status != GLR_OK || (gpu_is_harmless(gpu_failed) && is_right()), "%s, goes unnoticed", what);
    cr_expect(is_expected(status), "%s: %s", what, glr_last_error());
    cr_expect(status == GLR_OK || glr_last_error()[0] != '\0', "%s: no message", what);
    gpu_forgive(gpu_failed);
    gpu_expect_live(before, what);
}

/* The names of the calls that a use makes, which it cuts out of the list of them. Returns how many there are.
 */
static unsigned calls_of(glr_status (*use)(void), char list[INJECT_TEXT], const char *names[INJECT_TEXT / 2])
{
    unsigned count = 0;
    expect_works(use, "no fault");
    cr_assert(strlen(gpu_trace) < INJECT_TEXT - 100, "the list of calls is cut");
    memcpy(list, gpu_trace, INJECT_TEXT);
    for (char *rest = list, *name; (name = strtok_r(rest, " ", &rest)) != NULL;) {
        names[count++] = name;
    }
    return count;
}

/* Whether a call is the first or the last of its function's. */
static bool is_at_an_end(const char *const *names, unsigned count, unsigned call)
{
    bool comes_before = false, comes_after = false;
    for (unsigned i = 0; i < count; i++) {
        const bool is_same = strcmp(names[i], names[call]) == 0;
        comes_before |= is_same && i < call;
        comes_after |= is_same && i > call;
    }
    return !comes_before || !comes_after;
}

/* Whether an error is tried: without GLORAND_TEST_LONG one of them for each call. */
static bool is_tried(unsigned e, unsigned call, unsigned errors)
{
    return test_is_long() || e == call % errors;
}

/* Every call with an error, each followed by a use that works; without GLORAND_TEST_PROOF the first and last
   call of each function. */
static void fail_all(glr_status (*use)(void), const char *name)
{
    const glr_initializer initializer = glr_glorot_normal(4);
    const glr_tensor vector = test_vector(GLR_DTYPE_FLOAT32, GPU_COUNT);
    static char list[INJECT_TEXT], before[GPU_LIST];
    static const char *names[INJECT_TEXT / 2];
    unsigned injected = 0, errors = 0;
    test_cpu_fill(&initializer, &vector, expected, sizeof expected);
    cr_assert_eq(use(), GLR_OK, "%s", glr_last_error()); /* with it the cache is filled */
    gpu_list_live(before);
    const unsigned count = calls_of(use, list, names);
    while (gpu.errors[errors] != 0) {
        errors++;
    }
    for (unsigned call = 0; call < count; call++) {
        for (unsigned e = 0; e < errors; e++) {
            if ((test_is_proof() || is_at_an_end(names, count, call)) && is_tried(e, call, errors)) {
                expect_survived(use, call + 1, gpu.errors[e], before);
                injected++;
                if (test_is_proof()) {
                    expect_works(gpu_use_device, names[call]);
                }
            }
        }
    }
    expect_works(use, "the last use");
    (void)printf("errors: %u injected into %u calls, %s\n", injected, count, name);
    cr_expect(count >= gpu.min_calls && injected >= (test_is_proof() ? count : 15), "%u calls, %u faults",
              count, injected);
}

Test(errors, each_call_fails_in_turn, .timeout = 1200) { fail_all(gpu_use_device, "by glr_open"); }

Test(errors, each_call_fails_in_turn_in_the_callers_context, .timeout = 1200)
{
    fail_all(gpu_use_caller, "in the caller's context");
}

Test(errors, each_call_fails_in_turn_in_a_stage, .timeout = 1200) { fail_all(gpu_use_stage, "in a stage"); }

/* Some errors mean something: status and message say it. */
Test(errors, have_their_status_and_message)
{
    char before[GPU_LIST];
    gpu_without_cache();
    cr_assert_eq(gpu_use_device(), GLR_OK, "%s", glr_last_error());
    gpu_list_live(before);
    for (const gpu_fault *f = gpu.faults; f->function != NULL; f++) {
        gpu_arm(f->function, f->nth, f->error);
        cr_expect_eq(gpu_use_device(), f->status, "%s: %s", f->function, glr_last_error());
        cr_expect_not_null(strstr(glr_last_error(), f->message), "%s, not %s", glr_last_error(), f->message);
        gpu_expect_live(before, f->function);
    }
}

/* Parameters are numbers in tables of the backend: each case has a process of its own, which loads the
 * library anew. */
static struct criterion_test_params numbers_from(size_t first, size_t end)
{
    static size_t numbers[32];
    for (size_t i = 0; i < 32; i++) {
        numbers[i] = first + i;
    }
    return cr_make_param_array(size_t, numbers, end - first);
}

ParameterizedTestParameters(errors, a_backend_that_is_not_there)
{
    size_t count = 0;
    while (gpu.absences[count].variable != NULL) {
        count++;
    }
    return numbers_from(0, count);
}

/* Nor can a context be prepared. CUDA is the first of the backends that are listed. */
ParameterizedTest(size_t *i, errors, a_backend_that_is_not_there)
{
    const gpu_absence *a = &gpu.absences[*i];
    glr_device *device = NULL;
    cr_assert_eq(setenv(a->variable, a->value, 1), 0);
    cr_expect_neq(gpu_prepare((gpu_caller){.context = NULL}, &device), GLR_OK);
    const size_t place = test_expect_unavailable(gpu.kind, a->reason);
    cr_expect(gpu.kind != GLR_BACKEND_CUDA || place == 0);
}

ParameterizedTestParameters(errors, a_device_that_computes_otherwise)
{
    size_t count = 0;
    while (gpu.mistakes[count] != NULL) {
        count++;
    }
    return numbers_from(test_is_proof() ? 0 : gpu.first_mistake, count);
}

/* It is refused with the name of the check. */
ParameterizedTest(size_t *i, errors, a_device_that_computes_otherwise)
{
    char text[128], before[GPU_LIST];
    gpu_without_cache();
    gpu_mistake(*i);
    gpu_list_live(before);
    (void)snprintf(text, sizeof text, "the %s device's check failed: %s", gpu.name, gpu.mistakes[*i]);
    cr_expect_eq(gpu_use_device(), GLR_ERROR_DEVICE, "%s", gpu.mistakes[*i]);
    cr_expect_not_null(strstr(glr_last_error(), text), "%s, not %s", glr_last_error(), text);
    gpu_expect_live(before, gpu.mistakes[*i]);
}
