#include "unresolved.h"

#include "text/show.h"

#include <stdio.h>
#include <string.h>

/* Bytes of the names, and of one. */
#define NAMES 1500
#define NAME  120

/* Names with commas between; all are counted. */
typedef struct name_list {
    char text[NAMES];
    size_t count, named;
} name_list;

static void add_name(name_list *list, const char *name)
{
    const size_t used = strlen(list->text);
    const bool has_room = list->named == list->count && used + NAME + 2 < sizeof list->text;
    list->count++;
    if (has_room) {
        char shown[NAME];
        glr_show(name, shown, sizeof shown);
        (void)snprintf(list->text + used, sizeof list->text - used, "%s%s", used > 0 ? ", " : "", shown);
        list->named++;
    }
}

/* The end of the message, behind the names. */
static const char *rest_text(const name_list *list, char text[40])
{
    text[0] = '\0';
    if (list->named < list->count) {
        (void)snprintf(text, 40, " and %zu more", list->count - list->named);
    }
    return text;
}

static void add_unmatched(name_list *list, const glr_rule_index *index)
{
    for (size_t i = 0; i < index->rules->count; i++) {
        if (!index->matched[i]) {
            add_name(list, index->rules->rule[i].label);
        }
    }
}

static bool fail_unmatched(const name_list *list, glr_problem *problem)
{
    char rest[40];
    return glr_problem_set(problem, "%zu rule%s no tensor's name: %s%s; correct %s out", list->count,
                           list->count == 1 ? " matches" : "s match", list->text, rest_text(list, rest),
                           list->count == 1 ? "it or leave it" : "them or leave them");
}

static bool fail_undecided(size_t count, glr_problem *problem)
{
    return glr_problem_set(problem,
                           "no rule says how to initialize %zu tensor%s; give rules that suit the layers, "
                           "or a recipe",
                           count, count == 1 ? "" : "s");
}

bool glr_check_resolved(const glr_model *model, const glr_rule_index *given, const glr_rule_index *listed,
                        glr_problem *problem)
{
    name_list unmatched = {.count = 0};
    add_unmatched(&unmatched, given);
    add_unmatched(&unmatched, listed);
    if (model->undecided == 0) {
        return unmatched.count == 0 || fail_unmatched(&unmatched, problem);
    }
    (void)fail_undecided(model->undecided, problem);
    if (unmatched.count > 0) { /* perhaps by the same mistake */
        glr_problem first;
        (void)fail_unmatched(&unmatched, &first);
        (void)glr_problem_prefix(problem, "%s; ", first.text);
    }
    problem->status = GLR_ERROR_UNDECIDED;
    return false;
}
