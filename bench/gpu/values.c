/* `values`: every kernel, method, dtype and layout in every size, then under conditions. */
#include "commands.h"

#include "conditions.h"
#include "gpu_case.h"

#include <inttypes.h>

#define COMPARED_WHOLE (UINT64_C(64) << 20) /* bytes; of larger fills, places are compared */

typedef struct totals {
    unsigned equal, differ, skipped, left;
    FILE *details;
} totals;

static void check_case(const session *s, size_t number, uint64_t size, totals *t, char why[GPU_REASON])
{
    const gpu_case c = gpu_case_at(number, gpu_case_bytes(number, size, s->room));
    if (c.room > s->room || c.bytes == 0) {
        t->skipped++;
    } else if (gpu_check(s->g, &c, s->memory, c.bytes <= COMPARED_WHOLE ? GPU_ALL : GPU_SAMPLE, t->details,
                         why)) {
        t->equal++;
    } else {
        t->differ++;
        (void)fprintf(t->details, "%s, %s%s: %s\n\n", c.method, glr_dtype_name(c.tensor.dtype),
                      c.is_strided ? ", strided" : "", why);
    }
}

/* One line of the table. */
static void check_size(const session *s, uint64_t size, totals *t)
{
    char text[SIZE_TEXT], why[GPU_REASON] = "";
    totals of_size = {.details = t->details};
    print_size(text, size);
    for (size_t k = 0; k < gpu_case_count(); k++) {
        if (session_is_over(s)) {
            of_size.left++;
        } else {
            check_case(s, k, size, &of_size, why);
        }
    }
    (void)printf("| %s | %u | %u | %u | %u |%s%s\n", text, of_size.equal, of_size.differ, of_size.skipped,
                 of_size.left, of_size.differ > 0 ? " " : "", of_size.differ > 0 ? why : "");
    (void)fflush(stdout);
    session_show(s, "values", text);
    t->equal += of_size.equal;
    t->differ += of_size.differ;
    t->skipped += of_size.skipped;
    t->left += of_size.left;
}

static void check_conditions(const session *s, totals *t)
{
    const bool is_light = s->g->is_simulated;
    const effort e = {.bytes = is_light ? SIZE_UNIT : UINT64_C(1) << 20,
                      .fills = is_light         ? 16
                               : s->a->is_short ? 200
                                                : 1000,
                      .replays = is_light         ? 20
                                 : s->a->is_short ? 1000
                                                  : 10000};
    (void)printf("\n| Condition | Result |\n|---|---|\n");
    for (size_t i = 0; i < condition_count; i++) {
        char why[GPU_REASON] = "";
        const outcome result =
            session_is_over(s) ? OUTCOME_SKIPPED : conditions[i].run(s->g, &e, t->details, why);
        (void)printf("| %s | ", conditions[i].name);
        switch (result) {
        case OUTCOME_EQUAL:
            t->equal++;
            (void)printf("equal |\n");
            break;
        case OUTCOME_DIFFERENT:
            t->differ++;
            (void)printf("DIFFERENT: %s |\n", why);
            break;
        default:
            t->left += why[0] == '\0' ? 1U : 0U;
            t->skipped += why[0] == '\0' ? 0U : 1U;
            (void)printf("%s |\n", why[0] == '\0' ? "left out: the time is over" : why);
        }
        (void)fflush(stdout);
    }
    session_show(s, "values", "conditions");
    (void)printf("\nFills have %" PRIu64
                 " bytes; each busy stream has %u, and a graph is replayed %u times.\n",
                 e.bytes, e.fills, e.replays);
}

static int finish(const totals *t)
{
    (void)printf("\n%u cases equal, %u different, %u skipped, %u left out\n", t->equal, t->differ, t->skipped,
                 t->left);
    return t->differ > 0 ? EXIT_DIFFERS : t->left > 0 ? EXIT_INCOMPLETE : EXIT_EQUAL;
}

int run_values(session *s)
{
    totals t = {.details = session_details(s)};
    if (t.details == NULL) {
        return EXIT_DIFFERS;
    }
    (void)printf(
        "| Size | Equal | Different | Skipped: no room | Left out: no time |\n|---|---:|---:|---:|---:|\n");
    for (size_t i = 0; i < s->a->size_count; i++) {
        check_size(s, s->a->sizes[i], &t);
    }
    session_close(s); /* a second context needs room, too */
    check_conditions(s, &t);
    session_print_details(s);
    return finish(&t);
}
