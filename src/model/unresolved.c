#include "unresolved.h"

#include "text.h"

#include "api/show.h"

#include <stdio.h>
#include <string.h>

/* Bytes of the names, and of one with what stands beside it. */
#define NAMES 1500
#define NAME  120

/* Names with commas between; all are counted. */
typedef struct name_list {
    char text[NAMES];
    size_t count, named;
} name_list;

/* Adds a name; `beside` is put behind it. */
static void add_name(name_list *list, const char *name, const char *beside)
{
    const size_t used = strlen(list->text);
    const bool has_room = list->named == list->count && used + NAME + GLR_SHAPE_TEXT + 32 < sizeof list->text;
    list->count++;
    if (has_room) {
        char shown[NAME];
        glr_show(name, shown, sizeof shown);
        (void)snprintf(list->text + used, sizeof list->text - used, "%s%s%s", used > 0 ? ", " : "", shown,
                       beside);
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
            add_name(list, index->rules->rule[i].label, "");
        }
    }
}

static void add_undecided(name_list *list, const glr_model *model)
{
    for (size_t i = 0; i < model->count; i++) {
        if (model->entry[i].action == GLR_ACTION_UNDECIDED) {
            char shape[GLR_SHAPE_TEXT], beside[GLR_SHAPE_TEXT + 32];
            glr_model_tensor tensor;
            glr_model_get(model, i, &tensor);
            glr_shape_text(&tensor.tensor, shape);
            (void)snprintf(beside, sizeof beside, " %s %s", shape, glr_dtype_name(tensor.tensor.dtype));
            add_name(list, tensor.name, beside);
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

/* Which value is right depends on what the layer does: a scale of zeros would silence it. */
static bool fail_undecided(const name_list *list, glr_problem *problem)
{
    char rest[40];
    return glr_problem_set(
        problem,
        "no rule says how to initialize %zu tensor%s: %s%s; give rules, --rule "
        "'PATTERN=INITIALIZER', that suit the layers: ones for scales, as those of norms, zeros "
        "for what is added, skip for what is not to be drawn",
        list->count, list->count == 1 ? "" : "s", list->text, rest_text(list, rest));
}

bool glr_check_resolved(const glr_model *model, const glr_rule_index *asked, const glr_rule_index *listed,
                        glr_problem *problem)
{
    name_list unmatched = {.count = 0}, undecided = {.count = 0};
    add_unmatched(&unmatched, asked);
    add_unmatched(&unmatched, listed);
    add_undecided(&undecided, model);
    if (undecided.count > 0) {
        (void)fail_undecided(&undecided, problem);
    }
    if (unmatched.count > 0 && undecided.count > 0) { /* perhaps by the same mistake */
        glr_problem second = *problem;
        (void)fail_unmatched(&unmatched, problem);
        return glr_problem_prefix(problem, "%s; ", second.text);
    }
    return undecided.count == 0 && (unmatched.count == 0 || fail_unmatched(&unmatched, problem));
}
