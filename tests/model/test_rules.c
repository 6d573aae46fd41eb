/* Which initializer, seed and stream a tensor gets. */
#include "model/model.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* The tensors of a model, until the next call. */
static const glr_model_tensor *tensors_of(const glr_model *model)
{
    static glr_model_tensor tensors[8];
    cr_assert_leq(model->count, 8);
    for (size_t i = 0; i < model->count; i++) {
        glr_model_get(model, i, &tensors[i]);
    }
    return tensors;
}

/* Resolves a list, and returns its tensors; the model must be freed. */
static const glr_model_tensor *resolve(glr_model *model, const char *list, const glr_request *request)
{
    glr_problem problem = {0};
    cr_assert(glr_model_parse(list, strlen(list), model, &problem), "%s", problem.text);
    cr_assert(glr_model_resolve(model, request, &problem), "%s", problem.text);
    return tensors_of(model);
}

static void expect_default(const char *name, const char *shape, glr_kind kind)
{
    char list[512];
    glr_model model;
    glr_request request = {0};
    (void)snprintf(list, sizeof list,
                   "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"%s\", \"shape\": %s}]}", name, shape);
    const glr_model_tensor *tensor = resolve(&model, list, &request);
    cr_expect_eq(tensor->choice.initializer.kind, kind, "%s %s: %s, %s", name, shape,
                 glr_kind_name(tensor->choice.initializer.kind), tensor->decided_by);
    glr_model_free(&model);
}

Test(rules, defaults)
{
    expect_default("h.0.attn.bias", "[4]", GLR_ZEROS);
    expect_default("bias", "[4]", GLR_ZEROS);
    expect_default("conv1/Bias:0", "[4]", GLR_ZEROS);
    expect_default("bn/BETA", "[4]", GLR_ZEROS);
    expect_default("bn/moving_mean", "[4]", GLR_ZEROS);
    expect_default("bn.running_mean", "[4]", GLR_ZEROS);
    expect_default("bn/gamma", "[4]", GLR_ONES);
    expect_default("bn/moving_variance", "[4]", GLR_ONES);
    expect_default("bn.running_var", "[]", GLR_ONES);
    expect_default("model.layers.0.input_layernorm.weight", "[4]", GLR_ONES);
    expect_default("model.Norm.weight", "[4]", GLR_ONES);
    expect_default("h.0.ln_1.weight", "[4]", GLR_ONES);
    expect_default("ln_f.weight", "[4]", GLR_ONES);
    expect_default("kernel", "[4, 4]", GLR_GLOROT_NORMAL);
    expect_default("norm.weight", "[4, 4]", GLR_GLOROT_NORMAL);
    expect_default("relative.bias", "[4, 4]", GLR_ZEROS);
}

static void expect_undecided(const char *list, const char *message)
{
    glr_model model;
    glr_problem problem = {0};
    glr_request request = {0};
    cr_assert(glr_model_parse(list, strlen(list), &model, &problem), "%s", problem.text);
    cr_expect_not(glr_model_resolve(&model, &request, &problem));
    cr_expect_not_null(strstr(problem.text, message), "%s", problem.text);
    glr_model_free(&model);
}

Test(rules, what_no_rule_knows)
{
    expect_undecided(
        "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"scale\", \"shape\": [4]}]}",
        "tensor scale: no rule says how a tensor of rank 1 and dtype float32 is initialized; give one, for "
        "example --rule 'scale=zeros'");
    expect_undecided("{\"tensors\": [{\"name\": \"bias\", \"shape\": [4, 4], \"dtype\": \"int64\"}]}",
                     "tensor bias: no rule says how a tensor of rank 2 and dtype int64");
    expect_undecided(
        "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"a\", \"shape\": [4], \"initializer\": "
        "{\"class_name\": \"RandomNormal\", \"config\": {\"stddev\": -1}}}]}",
        "tensor a: initializer.stddev: -1 is not");
    expect_undecided("{\"tensors\": [{\"name\": \"a\", \"shape\": [4], \"dtype\": \"int8\", \"initializer\": "
                     "\"he_normal\"}]}",
                     "tensor a: tensor.dtype: he_normal draws floating-point values, not int8");
}

/* --rule, its own, the list's rules, the defaults, in this order. */
Test(rules, precedence)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"rules\": [{\"match\": \"*.w\", \"initializer\": \"he_normal\"},\n"
        " {\"match\": \"b.*\", \"initializer\": \"skip\"}],\n"
        " \"tensors\": [{\"name\": \"a.w\", \"shape\": [2, 2], \"initializer\": \"lecun_normal\"},\n"
        "  {\"name\": \"b.w\", \"shape\": [2, 2]}, {\"name\": \"b.x\", \"shape\": [2, 2]}, {\"name\": \"c\", "
        "\"shape\": [2, 2]}]}";
    glr_rules asked = {0};
    glr_problem problem = {0};
    glr_model model;
    glr_request request = {0};
    cr_assert(glr_rules_add(&asked, "a.*=he_uniform", &problem), "%s", problem.text);
    cr_assert(glr_rules_add(&asked, "a.*=zeros", &problem));

    const glr_model_tensor *tensor = resolve(&model, list, &request);
    cr_expect_eq(tensor[0].choice.initializer.kind, GLR_LECUN_NORMAL);
    cr_expect_eq(tensor[1].choice.initializer.kind, GLR_HE_NORMAL);
    cr_expect_eq(tensor[2].choice.action, GLR_ACTION_SKIP);
    cr_expect_eq(tensor[3].choice.initializer.kind, GLR_GLOROT_NORMAL);
    cr_expect_str_eq(tensor[0].decided_by, "its own");
    cr_expect_str_eq(tensor[1].decided_by, "rules: *.w");
    cr_expect_str_eq(tensor[3].decided_by, "default: rank 2 and more");
    glr_model_free(&model);

    request.rules = &asked;
    tensor = resolve(&model, list, &request);
    cr_expect_eq(tensor[0].choice.initializer.kind, GLR_HE_UNIFORM, "the first rule that matches wins");
    cr_expect_str_eq(tensor[0].decided_by, "--rule a.*");
    glr_model_free(&model);
    glr_rules_free(&asked);
}

Test(rules, malformed_rules)
{
    glr_rules rules = {0};
    glr_problem problem = {0};
    cr_expect_not(glr_rules_add(&rules, "zeros", &problem));
    cr_expect_str_eq(problem.text, "rule: 'zeros' is not of the form PATTERN=INITIALIZER");
    cr_expect_not(glr_rules_add(&rules, "=zeros", &problem));
    cr_expect_not(glr_rules_add(&rules, "a=zeroes", &problem));
    cr_expect_str_eq(problem.text, "rule 'a=zeroes': class_name: zeroes is no initializer");
    cr_expect_not(glr_rules_add(&rules, "a=keep", &problem));
    cr_expect_eq(rules.count, 0);
    cr_assert(
        glr_rules_add(&rules, "a={\"class_name\": \"Constant\", \"config\": {\"value\": 2}}", &problem));
    cr_expect_str_eq(rules.rule[0].pattern, "a", "split at the first =");
    cr_expect_eq(rules.rule[0].choice.initializer.value, 2.0);
    glr_rules_free(&rules);
}

/* The tensor's own seed goes with stream 0, as in Keras; every other with the stream of its name. */
Test(rules, seeds_and_streams)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"seed\": 5,\n"
        " \"rules\": [{\"match\": \"r\", \"initializer\": {\"class_name\": \"HeNormal\", \"config\": "
        "{\"seed\": 9}}}],\n"
        " \"tensors\": [{\"name\": \"own\", \"shape\": [2], \"initializer\": {\"class_name\": \"HeNormal\", "
        "\"config\": {\"seed\": 3}}},\n"
        "  {\"name\": \"beside\", \"shape\": [2], \"stream\": 8, \"initializer\": {\"class_name\": "
        "\"HeNormal\", \"config\": {\"seed\": 3}}},\n"
        "  {\"name\": \"r\", \"shape\": [2]}, {\"name\": \"plain\", \"shape\": [2, 2]},\n"
        "  {\"name\": \"streamed\", \"shape\": [2, 2], \"stream\": -1}]}";
    glr_model model;
    glr_request request = {0};
    const glr_model_tensor *tensor = resolve(&model, list, &request);
    cr_expect(tensor[0].choice.initializer.seed == 3 && tensor[0].choice.initializer.stream == 0);
    cr_expect(tensor[1].choice.initializer.seed == 3 && tensor[1].choice.initializer.stream == 8);
    cr_expect(tensor[2].choice.initializer.seed == 9);
    cr_expect_eq(tensor[2].choice.initializer.stream, glr_stream_of_name("r", 1));
    cr_expect(tensor[3].choice.initializer.seed == 5);
    cr_expect_eq(tensor[3].choice.initializer.stream, glr_stream_of_name("plain", 5));
    cr_expect(tensor[4].choice.initializer.seed == 5 && tensor[4].choice.initializer.stream == -1);
    cr_expect_not(glr_model_needs_seed(&model));
    glr_model_free(&model);

    request.has_seed = true;
    request.seed = 6;
    tensor = resolve(&model, list, &request);
    cr_expect(tensor[0].choice.initializer.seed == 3 && tensor[3].choice.initializer.seed == 6);
    glr_model_free(&model);
}

Test(rules, a_seed_is_needed_by_random_tensors_alone)
{
    glr_model model;
    glr_request request = {0};
    (void)resolve(&model, "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"bias\", \"shape\": [2]}]}",
                  &request);
    cr_expect_not(glr_model_needs_seed(&model));
    glr_model_free(&model);
    (void)resolve(&model, "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"w\", \"shape\": [2, 2]}]}",
                  &request);
    cr_expect(glr_model_needs_seed(&model));
    glr_model_seed(&model, 11);
    const glr_model_tensor *tensor = tensors_of(&model);
    cr_expect(!glr_model_needs_seed(&model) && tensor->choice.initializer.seed == 11);
    glr_model_free(&model);
}

Test(rules, requests_replace_dtype_layout_and_method)
{
    static const char list[] =
        "{\"layout\": \"torch\", \"tensors\": [{\"name\": \"a\", \"shape\": [4, 2], \"dtype\": \"bfloat16\"},"
        " {\"name\": \"b\", \"shape\": [4, 2], \"dtype\": \"float32\", \"method\": \"resample\","
        "  \"layout\": \"torch\"},"
        " {\"name\": \"c\", \"shape\": [4], \"dtype\": \"int8\", \"initializer\": \"zeros\"}]}";
    glr_model model;
    glr_request request = {0};
    const glr_model_tensor *tensor = resolve(&model, list, &request);
    cr_expect_eq(tensor[0].choice.initializer.layout, GLR_LAYOUT_TORCH);
    glr_model_free(&model);
    request.has_dtype = request.has_layout = request.has_method = true;
    request.dtype = GLR_FLOAT16;
    request.layout = GLR_LAYOUT_KERAS;
    request.method = GLR_METHOD_ICDF;
    tensor = resolve(&model, list, &request);
    cr_expect(tensor[0].tensor.dtype == GLR_FLOAT16 &&
              tensor[0].choice.initializer.method == GLR_METHOD_ICDF);
    cr_expect_eq(tensor[0].choice.initializer.layout, GLR_LAYOUT_KERAS);
    cr_expect_eq(tensor[1].choice.initializer.method, GLR_METHOD_RESAMPLE, "the tensor's own word stands");
    cr_expect_eq(tensor[1].choice.initializer.layout, GLR_LAYOUT_TORCH);
    cr_expect_eq(tensor[2].tensor.dtype, GLR_INT8, "only floating-point dtypes are replaced");
    glr_model_free(&model);
}
