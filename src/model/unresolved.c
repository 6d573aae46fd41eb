#include "unresolved.h"

#include "text/show.h"
#include "text/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The message -------------------------------------------------------------------------------------- */

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

/* ---- The list of tensors ------------------------------------------------------------------------------ */

/* Numbers of a name that are collected, and the digits of the largest: names may come from strangers. */
#define MAX_NUMBERS 8
#define MAX_DIGITS  18

/* Tensors that share a line. */
typedef struct group {
    char *text;     /* the name with sets of numbers, the shape and the dtype */
    size_t first;   /* the index of the group's first tensor */
    size_t numbers; /* how many the name had */
    /* The number that is collected now, and where it is in the text; 0 digits: there is none. */
    size_t start, digits;
    uint64_t number;
} group;

typedef struct groups {
    group *group;
    size_t count;
} groups;

/* Finds the next run of digits that counts as a number, from *text on, and sets *text behind it; returns its
   digits, or 0. */
static size_t next_number(const char **text, const char *end)
{
    while (*text < end) {
        const size_t other = strcspn(*text, "0123456789");
        if (other >= (size_t)(end - *text)) {
            break;
        }
        const size_t digits = strspn(*text + other, "0123456789");
        const bool is_number = digits == 1 || (digits <= MAX_DIGITS && (*text)[other] != '0');
        *text += other + digits;
        if (is_number) {
            return digits;
        }
    }
    return 0;
}

static size_t count_numbers(const char *name)
{
    const char *end = name + strlen(name);
    size_t count = 0;
    while (count < MAX_NUMBERS && next_number(&name, end) > 0) {
        count++;
    }
    return count;
}

/* Takes the number of an index; those before it must not be sets yet. */
static void take_number(group *of, size_t index)
{
    const char *at = of->text, *end = at + strlen(at);
    of->digits = 0;
    if (index >= of->numbers) {
        return;
    }
    for (size_t i = 0; i <= index; i++) {
        of->digits = next_number(&at, end);
    }
    of->start = (size_t)(at - of->text) - of->digits;
    of->number = strtoull(of->text + of->start, NULL, 10);
}

/* The order of what stands around the numbers; 0: groups that can be one. */
static int compare_around(const group *a, const group *b)
{
    if (a->digits == 0 || b->digits == 0 || a->start != b->start) {
        const size_t of_a = a->digits == 0 ? SIZE_MAX : a->start, of_b = b->digits == 0 ? SIZE_MAX : b->start;
        return of_a != of_b ? (of_a > of_b) - (of_a < of_b) : (a->first > b->first) - (a->first < b->first);
    }
    const int before = memcmp(a->text, b->text, a->start);
    return before != 0 ? before : strcmp(a->text + a->start + a->digits, b->text + b->start + b->digits);
}

static int compare_numbers(const void *first, const void *second)
{
    const group *a = first, *b = second;
    const int around = compare_around(a, b);
    return around != 0 ? around : (a->number > b->number) - (a->number < b->number);
}

static int compare_first(const void *first, const void *second)
{
    const group *a = first, *b = second;
    return (a->first > b->first) - (a->first < b->first);
}

/* Adds the set of the groups' numbers, which ascend: {0..4,6}. */
static void add_set(glr_text *text, const group *of, size_t count)
{
    glr_text_add(text, "{");
    for (size_t i = 0, end; i < count; i = end) {
        end = i + 1;
        while (end < count && of[end].number <= of[end - 1].number + 1) {
            end++;
        }
        char number[32];
        (void)snprintf(number, sizeof number, "%s%" PRIu64, i > 0 ? "," : "", of[i].number);
        glr_text_add(text, number);
        if (end - i > 1) {
            (void)snprintf(number, sizeof number, "..%" PRIu64, of[end - 1].number);
            glr_text_add(text, number);
        }
    }
    glr_text_add(text, "}");
}

/* Makes the first of some groups all of them, and frees the texts of the others. */
static bool merge(group *of, size_t count)
{
    glr_text text = {0};
    glr_text_append(&text, of[0].text, of[0].start);
    add_set(&text, of, count);
    glr_text_add(&text, of[0].text + of[0].start + of[0].digits);
    glr_text_append(&text, "", 1);
    for (size_t i = 1; i < count; i++) {
        of[0].first = of[i].first < of[0].first ? of[i].first : of[0].first;
        free(of[i].text);
        of[i].text = NULL;
    }
    if (text.out_of_memory) {
        glr_text_free(&text);
        return false;
    }
    free(of[0].text);
    of[0].text = text.bytes;
    return true;
}

/* Merges groups that differ in the number of an index alone. */
static bool collect(groups *all, size_t index)
{
    bool ok = true;
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++) {
        take_number(&all->group[i], index);
    }
    qsort(all->group, all->count, sizeof *all->group, compare_numbers);
    for (size_t i = 0, end; i < all->count; i = end) {
        end = i + 1;
        while (end < all->count && compare_around(&all->group[i], &all->group[end]) == 0) {
            end++;
        }
        ok = (end - i == 1 || merge(&all->group[i], end - i)) && ok;
        all->group[kept++] = all->group[i];
    }
    all->count = kept;
    return ok;
}

/* A group for each undecided tensor. */
static bool start(groups *all, const glr_model *model)
{
    all->group = calloc(model->undecided + 1, sizeof *all->group);
    for (size_t i = 0; all->group != NULL && i < model->count; i++) {
        if (model->entry[i].action == GLR_ACTION_NONE && all->count < model->undecided) {
            char shape[GLR_SHAPE_TEXT];
            glr_item tensor;
            glr_items_get(model, i, &tensor);
            glr_shape_text(&tensor.tensor, shape);
            group *added = &all->group[all->count];
            added->text =
                glr_format_text("%s %s %s", tensor.name, shape, glr_dtype_name(tensor.tensor.dtype));
            added->first = i;
            added->numbers = count_numbers(tensor.name);
            if (added->text == NULL) {
                return false;
            }
            all->count++;
        }
    }
    return all->group != NULL;
}

/* Adds a group's line. */
static void add_line(glr_text *text, const char *line)
{
    char shown[GLR_SHOWN];
    glr_text_add(text, "  ");
    while (*line != '\0') {
        glr_text_append(text, shown, glr_show_character(&line, shown));
    }
    glr_text_add(text, "\n");
}

bool glr_undecided_write(glr_text *text, const glr_model *model)
{
    groups all = {.count = 0};
    bool ok = start(&all, model);
    for (size_t index = MAX_NUMBERS; ok && index-- > 0;) { /* backwards: see take_number */
        ok = collect(&all, index);
    }
    if (ok) {
        qsort(all.group, all.count, sizeof *all.group, compare_first);
    }
    for (size_t i = 0; i < all.count; i++) {
        if (ok) {
            add_line(text, all.group[i].text);
        }
        free(all.group[i].text);
    }
    free(all.group);
    return ok && !text->out_of_memory;
}
