/* Which initializer, seed and stream a tensor gets. */
#include "model/glob.h"
#include "model/model.h"
#include "model/rule_index.h"
#include "support/random.h"
#include "text/text.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The tensors of a model, until the next call. */
static const glr_item *tensors_of(const glr_model *model)
{
    static glr_item tensors[8];
    cr_assert_leq(model->count, 8);
    for (size_t i = 0; i < model->count; i++) {
        glr_items_get(model, i, &tensors[i]);
    }
    return tensors;
}

/* Resolves a list, and returns its tensors; the model must be freed. */
static const glr_item *resolve(glr_model *model, const char *list, const glr_model_options *options)
{
    glr_problem problem = {0};
    cr_assert(glr_list_parse(list, strlen(list), NULL, 0, model, &problem), "%s", problem.text);
    cr_assert(glr_items_resolve(model, options, &problem), "%s", problem.text);
    return tensors_of(model);
}

static void expect_undecided(const char *list, const char *message)
{
    glr_model model;
    glr_problem problem = {0};
    glr_model_options options = {0};
    cr_assert(glr_list_parse(list, strlen(list), NULL, 0, &model, &problem), "%s", problem.text);
    cr_expect_not(glr_items_resolve(&model, &options, &problem));
    cr_expect_not_null(strstr(problem.text, message), "%s", problem.text);
    glr_model_clear(&model);
}

Test(rules, what_no_rule_knows)
{
    expect_undecided("{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"scale\", \"shape\": [4]}]}",
                     "no rule says how to initialize 1 tensor; give rules that suit the layers, or a recipe");
    expect_undecided(
        "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"a\", \"shape\": [4], \"initializer\": "
        "{\"class_name\": \"RandomNormal\", \"config\": {\"stddev\": -1}}}]}",
        "tensor a: initializer.stddev: -1 is not");
    expect_undecided("{\"tensors\": [{\"name\": \"a\", \"shape\": [4], \"dtype\": \"int8\", \"initializer\": "
                     "\"he_normal\"}]}",
                     "tensor a: tensor.dtype: he_normal draws floating-point values, not int8");
}

/* --rule, its own, the list's rules, the recipe, in this order. */
Test(rules, precedence)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"recipe\": \"keras\",\n"
        " \"rules\": [{\"match\": \"*.w\", \"initializer\": \"he_normal\"},\n"
        " {\"match\": \"b.*\", \"initializer\": \"skip\"}],\n"
        " \"tensors\": [{\"name\": \"a.w\", \"shape\": [2, 2], \"initializer\": \"lecun_normal\"},\n"
        "  {\"name\": \"b.w\", \"shape\": [2, 2]}, {\"name\": \"b.x\", \"shape\": [2, 2]}, {\"name\": \"c\", "
        "\"shape\": [2, 2]}]}";
    glr_problem problem = {0};
    glr_model model;
    const glr_model_options options = {0};
    const glr_item *tensor = resolve(&model, list, &options);
    cr_expect_eq(tensor[0].choice.initializer.kind, GLR_KIND_LECUN_NORMAL);
    cr_expect_eq(tensor[1].choice.initializer.kind, GLR_KIND_HE_NORMAL);
    cr_expect_eq(tensor[2].choice.action, GLR_ACTION_SKIP);
    cr_expect_eq(tensor[3].choice.initializer.kind, GLR_KIND_GLOROT_NORMAL);
    cr_expect_str_eq(tensor[0].decided_by, "its own");
    cr_expect_str_eq(tensor[1].decided_by, "list: *.w");
    cr_expect_str_eq(tensor[3].decided_by, "recipe keras: rank 2 and more");
    glr_model_clear(&model);

    cr_assert(glr_list_parse(list, sizeof list - 1, NULL, 0, &model, &problem), "%s", problem.text);
    cr_assert(glr_rules_add(&model.given, "rule:", "a.*", "he_uniform", NULL, &problem), "%s", problem.text);
    cr_assert(glr_rules_add(&model.given, "rule:", "a.*", "zeros", NULL, &problem));
    cr_assert(glr_items_resolve(&model, &options, &problem), "%s", problem.text);
    tensor = tensors_of(&model);
    cr_expect_eq(tensor[0].choice.initializer.kind, GLR_KIND_HE_UNIFORM, "the first rule that matches wins");
    cr_expect_str_eq(tensor[0].decided_by, "rule: a.*");
    glr_model_clear(&model);
}

Test(rules, malformed_rules)
{
    glr_rules rules = {0};
    glr_problem problem = {0};
    cr_expect_not(glr_rules_add(&rules, "rule:", "a", "zeroes", NULL, &problem));
    cr_expect_not_null(strstr(problem.text, "column 1: unknown initializer 'zeroes', expected zeros"), "%s",
                       problem.text);
    cr_expect_not(glr_rules_add(&rules, "rule:", "a", "keep", NULL, &problem));
    cr_expect_str_eq(problem.text, "keep: a list of tensors has no values to keep");
    cr_expect_eq(rules.count, 0);
    cr_assert(glr_rules_add(&rules, "rule:", "a",
                            "{\"class_name\": \"Constant\", \"config\": {\"value\": 2}}", NULL, &problem));
    cr_expect_str_eq(rules.rule[0].pattern, "a");
    cr_expect_eq(rules.rule[0].choice.initializer.value, 2.0);
    glr_rules_free(&rules);
}

static glr_initializer initializer_of(const glr_model *model, size_t index)
{
    glr_item tensor;
    glr_items_get(model, index, &tensor);
    return tensor.choice.initializer;
}

/* The deviation of a tensor. */
static double stddev_of(const glr_model *model, size_t index) { return initializer_of(model, index).stddev; }

/* Variables of the list, and those that are given, which come later; in rules of both kinds, and in a
   tensor's own text. */
Test(rules, variables_and_captures)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"rules\": [{\"match\": \"h.{i}.{name_2}.w\",\n"
        "  \"initializer\": \"random_normal(0, s/sqrt(2*({i}+1)) + {name_2})\"}],\n"
        " \"tensors\": [{\"name\": \"own\", \"shape\": [2], \"initializer\": \"random_normal(0, s*n)\"},\n"
        "  {\"name\": \"h.007.0.w\", \"shape\": [2]}, {\"name\": \"h.1.12.w\", \"shape\": [2]},\n"
        "  {\"name\": \"r.3.x.3\", \"shape\": [2]}, {\"name\": \"r.3.x.03\", \"shape\": [2], "
        "\"initializer\": \"zeros\"}],\n"
        " \"variables\": {\"n\": 3, \"s\": 1}}";
    glr_variables given = {0};
    glr_problem problem = {0};
    glr_model model;
    const glr_model_options options = {0};
    cr_assert(glr_variables_add(&given, "seconds", 1, 0.5));
    cr_assert(glr_list_parse(list, sizeof list - 1, given.variable, given.count, &model, &problem), "%s",
              problem.text);
    cr_assert(glr_rules_add(&model.given, "rule:", "r.{j}.x.{j}", "random_normal(0, n/{j})", &model.variables,
                            &problem),
              "%s", problem.text);
    cr_assert(glr_items_resolve(&model, &options, &problem), "%s", problem.text);
    cr_expect_eq(stddev_of(&model, 0), 1.5);
    cr_expect_eq(stddev_of(&model, 1), 0.5 / sqrt(2.0 * 8.0));
    cr_expect_eq(stddev_of(&model, 2), 0.5 / sqrt(2.0 * 2.0) + 12.0);
    cr_expect_eq(stddev_of(&model, 3), 1.0);
    cr_expect_eq(model.entry[4].initializer != model.entry[3].initializer, true, "03 is not 3");
    glr_model_clear(&model);
    glr_variables_free(&given);
}

/* Laws of torch are made of what a pattern captured, and name the tensor for which that is wrong. */
Test(rules, captures_of_torchs_laws)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"bias.4\", \"shape\": [2]}, "
        "{\"name\": \"trunc.3\", \"shape\": [2]}, {\"name\": \"gain.2\", \"shape\": [2, 2]}, "
        "{\"name\": \"slope.1\", \"shape\": [2, 2]}]}";
    static const struct {
        const char *pattern, *text;
    } rules[] = {{"bias.{i}", "linear_bias({i})"},
                 {"trunc.{i}", "trunc_normal(0, {i}, -2*{i}, 2*{i})"},
                 {"gain.{i}", "xavier_normal({i})"},
                 {"slope.{i}", "kaiming_normal({i})"}};
    glr_problem problem = {0};
    glr_model model;
    const glr_model_options options = {0};
    cr_assert(glr_list_parse(list, sizeof list - 1, NULL, 0, &model, &problem));
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        cr_assert(glr_rules_add(&model.given, "rule:", rules[i].pattern, rules[i].text, NULL, &problem), "%s",
                  problem.text);
    }
    cr_assert(glr_items_resolve(&model, &options, &problem), "%s", problem.text);
    cr_expect_eq(initializer_of(&model, 0).maxval, 0.5);
    cr_expect_eq(initializer_of(&model, 1).stddev, 3.0);
    cr_expect(initializer_of(&model, 1).lower == -6.0 && initializer_of(&model, 1).upper == 6.0);
    cr_expect_eq(initializer_of(&model, 2).scale, 4.0);
    cr_expect_eq(initializer_of(&model, 3).scale, 1.0);
    glr_model_clear(&model);
    cr_assert(glr_list_parse(list, sizeof list - 1, NULL, 0, &model, &problem));
    cr_assert(glr_rules_add(&model.given, "rule:", "*.{i}", "xavier_normal({i}-2)", NULL, &problem));
    cr_expect_not(glr_items_resolve(&model, &options, &problem));
    cr_expect_str_eq(problem.text,
                     "tensor gain.2: rule: *.{i}: column 15: gain is 0, not above 0 with a square "
                     "within double's range");
    glr_model_clear(&model);
}

/* An expression that has no value for one of the tensors names that tensor. */
Test(rules, captures_without_a_value)
{
    static const char list[] = "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"h.1\", \"shape\": [2]},"
                               " {\"name\": \"h.0\", \"shape\": [2]}]}";
    glr_problem problem = {0};
    glr_model model;
    const glr_model_options options = {0};
    cr_assert(glr_list_parse(list, sizeof list - 1, NULL, 0, &model, &problem));
    cr_assert(glr_rules_add(&model.given, "rule:", "h.{i}", "random_normal(0, 1/{i})", NULL, &problem), "%s",
              problem.text);
    cr_expect_not(glr_items_resolve(&model, &options, &problem));
    cr_expect_str_eq(problem.text, "tensor h.0: rule: h.{i}: column 19: division of 1 by 0");
    glr_model_clear(&model);
    glr_rules rules = {0};
    cr_expect_not(glr_rules_add(&rules, "rule:", "h.{i}", "random_normal(0, 1/0+{i})", NULL, &problem));
    cr_expect_not(glr_rules_add(&rules, "rule:", "h.{i}", "random_normal(0, sqrt(-1)*{i})", NULL, &problem));
    cr_expect_not(glr_rules_add(&rules, "rule:", "h.{i}", "random_normal(0, n)", NULL, &problem),
                  "no such variable");
    cr_expect_not(glr_rules_add(&rules, "rule:", "h.{}", "zeros", NULL, &problem));
    cr_expect_eq(rules.count, 0);
    glr_rules_free(&rules);
}

static glr_layout layout_of(const char *list, const glr_model_options *options)
{
    glr_model model;
    const glr_layout layout = resolve(&model, list, options)->choice.initializer.layout;
    glr_model_clear(&model);
    return layout;
}

/* Torch's laws have its layout where nothing else is said, and JSON may say it. */
Test(rules, layouts_of_initializers)
{
#define LIST(members, initializer)                                                                           \
    "{" members "\"dtype\": \"float32\", \"seed\": 5, \"tensors\": [{\"name\": \"a\", \"shape\": [2, 3], "   \
    "\"initializer\": " initializer "}]}"
#define KERAS "\"layout\": \"keras\", "
#define JSON  "{\"class_name\": \"HeNormal\", \"layout\": \"torch\"}"
    const glr_model_options none = {.has_method = false}, keras = {.has_layout = true};
    cr_expect_eq(layout_of(LIST("", "\"xavier_normal\""), &none), GLR_LAYOUT_TORCH);
    cr_expect_eq(layout_of(LIST(KERAS, "\"xavier_normal\""), &none), GLR_LAYOUT_KERAS);
    cr_expect_eq(layout_of(LIST("", "\"xavier_normal\""), &keras), GLR_LAYOUT_KERAS);
    cr_expect_eq(layout_of(LIST(KERAS, "\"xavier_normal(layout=torch)\""), &none), GLR_LAYOUT_TORCH);
    cr_expect_eq(layout_of(LIST(KERAS, JSON), &keras), GLR_LAYOUT_TORCH);
}

/* What a text names stays: neither the options nor the list replaces it. */
Test(rules, texts_that_name_settings)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"layout\": \"torch\", \"seed\": 5, \"tensors\": [\n"
        " {\"name\": \"a\", \"shape\": [2, 3], \"initializer\": \"he_normal\"},\n"
        " {\"name\": \"b\", \"shape\": [2, 3], \"initializer\": "
        "\"he_normal(method=resample, layout=keras, stream=0)\"},\n"
        " {\"name\": \"c\", \"shape\": [2, 3], \"initializer\": \"he_normal(seed=9, stream=4)\"},\n"
        " {\"name\": \"d\", \"shape\": [2, 3], \"initializer\": "
        "\"he_normal(key=[1, 2], counter=[3, 4, 5, 6])\"}]}";
    const glr_model_options options = {.has_method = true, .method = GLR_METHOD_ICDF};
    glr_model model;
    const glr_item *tensor = resolve(&model, list, &options);
    cr_expect_eq(tensor[0].choice.initializer.method, GLR_METHOD_ICDF);
    cr_expect_eq(tensor[0].choice.initializer.layout, GLR_LAYOUT_TORCH);
    cr_expect_eq(tensor[0].choice.initializer.stream, glr_stream_of_name("a", 1));
    cr_expect_eq(tensor[1].choice.initializer.method, GLR_METHOD_RESAMPLE);
    cr_expect_eq(tensor[1].choice.initializer.layout, GLR_LAYOUT_KERAS);
    cr_expect_eq(tensor[1].choice.initializer.stream, 0);
    cr_expect_eq(tensor[1].choice.initializer.seed, 5);
    cr_expect_eq(tensor[2].choice.initializer.seed, 9);
    cr_expect_eq(tensor[2].choice.initializer.stream, 4);
    cr_expect_eq(tensor[3].choice.initializer.seeding, GLR_SEEDING_KEY);
    cr_expect_eq(tensor[3].choice.initializer.key[1], 2);
    cr_expect_eq(tensor[3].choice.initializer.counter[3], 6);
    glr_model_clear(&model);
}

/* The tensor's own seed goes with stream 0, as in Keras; every other with the stream of its name. */
Test(rules, seeds_and_streams)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"seed\": 5, \"recipe\": \"keras\",\n"
        " \"rules\": [{\"match\": \"r\", \"initializer\": {\"class_name\": \"HeNormal\", \"config\": "
        "{\"seed\": 9}}}],\n"
        " \"tensors\": [{\"name\": \"own\", \"shape\": [2], \"initializer\": {\"class_name\": \"HeNormal\", "
        "\"config\": {\"seed\": 3}}},\n"
        "  {\"name\": \"beside\", \"shape\": [2], \"stream\": 8, \"initializer\": {\"class_name\": "
        "\"HeNormal\", \"config\": {\"seed\": 3}}},\n"
        "  {\"name\": \"r\", \"shape\": [2]}, {\"name\": \"plain\", \"shape\": [2, 2]},\n"
        "  {\"name\": \"streamed\", \"shape\": [2, 2], \"stream\": -1}]}";
    glr_model model;
    glr_model_options options = {0};
    const glr_item *tensor = resolve(&model, list, &options);
    cr_expect(tensor[0].choice.initializer.seed == 3 && tensor[0].choice.initializer.stream == 0);
    cr_expect(tensor[1].choice.initializer.seed == 3 && tensor[1].choice.initializer.stream == 8);
    cr_expect(tensor[2].choice.initializer.seed == 9);
    cr_expect_eq(tensor[2].choice.initializer.stream, glr_stream_of_name("r", 1));
    cr_expect(tensor[3].choice.initializer.seed == 5);
    cr_expect_eq(tensor[3].choice.initializer.stream, glr_stream_of_name("plain", 5));
    cr_expect(tensor[4].choice.initializer.seed == 5 && tensor[4].choice.initializer.stream == -1);
    cr_expect_not(glr_items_need_seed(&model));
    glr_model_clear(&model);

    options.has_seed = true;
    options.seed = 6;
    tensor = resolve(&model, list, &options);
    cr_expect(tensor[0].choice.initializer.seed == 3 && tensor[3].choice.initializer.seed == 6);
    glr_model_clear(&model);
}

Test(rules, a_seed_is_needed_by_random_tensors_alone)
{
    glr_model model;
    glr_model_options options = {0};
    (void)resolve(&model, "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"bias\", \"shape\": [2]}]}",
                  &options);
    cr_expect_not(glr_items_need_seed(&model));
    glr_model_clear(&model);
    (void)resolve(&model,
                  "{\"dtype\": \"float32\", \"recipe\": \"keras\", \"tensors\": [{\"name\": \"w\", "
                  "\"shape\": [2, 2]}]}",
                  &options);
    cr_expect(glr_items_need_seed(&model));
    glr_items_seed(&model, 11);
    const glr_item *tensor = tensors_of(&model);
    cr_expect(!glr_items_need_seed(&model) && tensor->choice.initializer.seed == 11);
    glr_model_clear(&model);
}

Test(rules, requests_replace_dtype_layout_and_method)
{
    static const char list[] =
        "{\"layout\": \"torch\", \"recipe\": \"keras\", \"tensors\": [{\"name\": \"a\", \"shape\": [4, 2], "
        "\"dtype\": \"bfloat16\"},"
        " {\"name\": \"b\", \"shape\": [4, 2], \"dtype\": \"float32\", \"method\": \"resample\","
        "  \"layout\": \"torch\"},"
        " {\"name\": \"c\", \"shape\": [4], \"dtype\": \"int8\", \"initializer\": \"zeros\"}]}";
    glr_model model;
    glr_model_options options = {0};
    const glr_item *tensor = resolve(&model, list, &options);
    cr_expect_eq(tensor[0].choice.initializer.layout, GLR_LAYOUT_TORCH);
    glr_model_clear(&model);
    options.has_layout = options.has_method = 1;
    options.dtype = GLR_DTYPE_FLOAT16;
    options.layout = GLR_LAYOUT_KERAS;
    options.method = GLR_METHOD_ICDF;
    tensor = resolve(&model, list, &options);
    cr_expect(tensor[0].tensor.dtype == GLR_DTYPE_FLOAT16 &&
              tensor[0].choice.initializer.method == GLR_METHOD_ICDF);
    cr_expect_eq(tensor[0].choice.initializer.layout, GLR_LAYOUT_KERAS);
    cr_expect_eq(tensor[1].choice.initializer.method, GLR_METHOD_RESAMPLE, "the tensor's own word stands");
    cr_expect_eq(tensor[1].choice.initializer.layout, GLR_LAYOUT_TORCH);
    cr_expect_eq(tensor[2].tensor.dtype, GLR_DTYPE_INT8, "only floating-point dtypes are replaced");
    glr_model_clear(&model);
}

/* A rule in two parts. */
typedef struct pair {
    const char *pattern, *text;
} pair;

/* Resolves a list that cannot be, with some rules, and returns the problem. */
static glr_problem refuse(const char *list, const pair *rules, size_t count)
{
    glr_model model;
    glr_problem problem = {0};
    const glr_model_options options = {0};
    cr_assert(glr_list_parse(list, strlen(list), NULL, 0, &model, &problem), "%s", problem.text);
    for (size_t i = 0; i < count; i++) {
        cr_assert(glr_rules_add(&model.given, "rule:", rules[i].pattern, rules[i].text, NULL, &problem));
    }
    cr_expect_not(glr_items_resolve(&model, &options, &problem));
    cr_expect_not(glr_problem_is_systems(&problem));
    glr_model_clear(&model);
    return problem;
}

Test(rules, patterns_that_match_nothing)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"rules\": [{\"match\": \"*.w\", \"initializer\": \"ones\"},"
        " {\"match\": \"c*\", \"initializer\": \"ones\"}],"
        " \"tensors\": [{\"name\": \"a.w\", \"shape\": [2, 2], \"initializer\": \"zeros\"},"
        "  {\"name\": \"b.w\", \"shape\": [2, 2]}]}";
    /* The second decides nothing, but matches. */
    const pair rules[] = {{"*", "he_normal"}, {"a.w", "zeros"}, {"A.w", "zeros"}, {"b", "zeros"}};
    glr_problem problem = refuse(list, rules, 2);
    cr_expect_str_eq(problem.text, "1 rule matches no tensor's name: list: c*; correct it or leave it out");
    problem = refuse(list, rules, 4);
    cr_expect_str_eq(problem.text, "3 rules match no tensor's name: rule: A.w, rule: b, list: c*; correct "
                                   "them or leave them out");
}

/* A name that was mistyped in a rule is a tensor without one, too. */
Test(rules, both_sides_of_a_mistyped_name)
{
    const pair rule = {"bn1.wieght", "ones"};
    const glr_problem problem = refuse(
        "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"bn1.weight\", \"shape\": [64]}]}", &rule, 1);
    cr_expect_eq(problem.status, GLR_ERROR_UNDECIDED);
    cr_expect_not_null(strstr(problem.text, "how to initialize 1 tensor; "), "%s", problem.text);
    cr_expect_not_null(strstr(problem.text, "1 rule matches no tensor's name: rule: bn1.wieght; "), "%s",
                       problem.text);
}

/* ---- The index -------------------------------------------------------------------------------------- */

/* The first rule that matches by looking at one after the other. */
static const glr_rule *first_by_glob(const glr_rules *rules, const char *name, bool *matched)
{
    const glr_rule *first = NULL;
    for (size_t i = 0; i < rules->count; i++) {
        if (glr_glob_matches(rules->rule[i].pattern, name)) {
            matched[i] = true;
            first = first == NULL ? &rules->rule[i] : first;
        }
    }
    return first;
}

static void random_text(test_random *random, char *text, int64_t max, const char *letters)
{
    const int64_t last = (int64_t)strlen(letters) - 1;
    const int64_t length = test_random_between(random, 0, max);
    for (int64_t i = 0; i < length; i++) {
        text[i] = letters[test_random_between(random, 0, last)];
    }
    text[length] = '\0';
}

Test(rules, the_index_finds_what_a_search_finds)
{
    const glr_choice choice = {.action = GLR_ACTION_SKIP};
    glr_problem problem = {0};
    test_random random = test_random_start("rules");
    for (int round = 0; round < 300; round++) {
        glr_rules rules = {0};
        glr_rule_index index;
        bool matched[40] = {false};
        char text[16];
        for (int i = 0; i < 40; i++) {
            random_text(&random, text, 6, "aaabbb..**?[]!\\");
            cr_assert(glr_rules_add_choice(&rules, "rule", text, &choice, &problem));
        }
        cr_assert(glr_rule_index_make(&rules, &index));
        for (int i = 0; i < 100; i++) {
            random_text(&random, text, 8, "aabb.[]\\");
            cr_expect_eq(glr_rule_index_find(&index, text), first_by_glob(&rules, text, matched), "%s", text);
        }
        cr_expect_arr_eq(index.matched, matched, sizeof matched);
        glr_rule_index_free(&index);
        glr_rules_free(&rules);
    }
}

/* An escaped bracket begins no set. */
Test(rules, the_index_finds_what_is_escaped)
{
    const glr_choice choice = {.action = GLR_ACTION_SKIP};
    glr_problem problem = {0};
    glr_rules rules = {0};
    glr_rule_index index;
    cr_assert(glr_rules_add_choice(&rules, "rule", "\\[[]a]xyz", &choice, &problem));
    cr_assert(glr_rule_index_make(&rules, &index));
    cr_expect_eq(glr_rule_index_find(&index, "[axyz"), &rules.rule[0]);
    glr_rule_index_free(&index);
    glr_rules_free(&rules);
}

/* Rules that all match the same names, the most of them for nothing. */
Test(rules, many_rules_that_match_alike)
{
    const glr_choice choice = {.action = GLR_ACTION_SKIP};
    glr_problem problem = {0};
    enum { COUNT = 100000 };
    glr_rules rules = {0};
    glr_rule_index index;
    for (int i = 0; i < COUNT; i++) {
        cr_assert(glr_rules_add_choice(&rules, "rule", "*.w", &choice, &problem));
    }
    cr_assert(glr_rule_index_make(&rules, &index));
    for (int i = 0; i < COUNT; i++) {
        cr_assert_eq(glr_rule_index_find(&index, "block.w"), &rules.rule[0]);
    }
    cr_expect_leq(index.compared, 2 * COUNT, "%llu comparisons", (unsigned long long)index.compared);
    glr_rule_index_free(&index);
    glr_rules_free(&rules);
}

/* As many comparisons as there are names and a few more, whatever part of the names the rules tell apart. */
Test(rules, many_rules_for_many_names)
{
    static const char *const forms[] = {"block.%d.w", "block.%d.*", "*.%d.w", "*k.%d.*", "b*[.]%d?w"};
    const glr_choice choice = {.action = GLR_ACTION_SKIP};
    glr_problem problem = {0};
    enum { COUNT = 100000 };
    for (size_t form = 0; form < sizeof forms / sizeof forms[0]; form++) {
        glr_rules rules = {0};
        glr_rule_index index;
        for (int i = COUNT; i-- > 0;) {
            char *pattern = glr_format_text(forms[form], 100000 + i);
            cr_assert(glr_rules_add_choice(&rules, "rule", pattern, &choice, &problem));
            free(pattern);
        }
        cr_assert(glr_rule_index_make(&rules, &index));
        for (int i = 0; i < COUNT; i++) {
            char name[32];
            (void)snprintf(name, sizeof name, "block.%d.w", 100000 + i);
            cr_assert_eq(glr_rule_index_find(&index, name), &rules.rule[COUNT - 1 - i], "%s", name);
        }
        cr_expect_leq(index.compared, 2 * COUNT, "%s: %llu comparisons", forms[form],
                      (unsigned long long)index.compared);
        glr_rule_index_free(&index);
        glr_rules_free(&rules);
    }
}
