/* The caller's floating-point mode changes no value, no number and no text, and is afterwards as it was:
   whatever the mode when the handle was opened, when its threads were made, and when it fills. */
#include "calls.h"
#include "known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static record expected, given;
static known known_cases[32];
static size_t known_count;

typedef struct trial {
    const mode *in;
    uint32_t threads;
    bool opens_in_mode;
} trial;

static void run_calls(record *into, glr_device *device)
{
    memset(into, 0, sizeof *into);
    call_others(into, device);
    call_fills(into, device);
}

/* Threads that were made in the mode must not keep it when the caller is back at the default. */
static void run_trial(const void *argument)
{
    const trial *its = argument;
    if (its->opens_in_mode) {
        set_mode(its->in);
    }
    glr_device *device = call_open(its->threads);
    set_mode(its->in);
    run_calls(&given, device);
    for (size_t i = 0; i < known_count; i++) {
        check_known(device, &known_cases[i], "in the mode");
    }
    set_mode(&default_mode);
    compare_records(&expected, &given, "in the mode");
    for (size_t i = 0; i < known_count; i++) {
        check_known(device, &known_cases[i], "at the default afterwards");
    }
    set_mode(its->in);
    call_close(device);
    set_mode(&default_mode);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--count") == 0) {
        (void)printf("%zu\n", mode_count);
        return verdict();
    }
    glr_device *device = call_open(1);
    run_calls(&expected, device);
    call_close(device);
    if (argc > 1 && strcmp(argv[1], "--calls") == 0) {
        print_calls();
        return verdict();
    }
    known_count = read_known(known_cases, sizeof known_cases / sizeof known_cases[0]);
    for (size_t i = 0; i < mode_count; i++) {
        for (int which = 0; which < 4; which++) {
            char name[160];
            const trial next = {&modes[i], which & 1 ? 4 : 1, (which & 2) != 0};
            (void)snprintf(name, sizeof name, "%s, %u threads, opened %s", modes[i].name, next.threads,
                           next.opens_in_mode ? "in the mode" : "at the default");
            run_apart(name, false, run_trial, &next);
        }
    }
    (void)printf("%zu modes, %zu results, %zu known tensors\n", mode_count, expected.count, known_count);
    return verdict();
}
