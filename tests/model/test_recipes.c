/* Initializers by name: the defaults, recipes, and the list of the tensors that none of them decides. */
#include "model/model.h"
#include "model/recipe.h"
#include "model/unresolved.h"
#include "text/json.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- One tensor by its name ------------------------------------------------------------------------- */

/* Who decides a tensor of float32, and by which kind of initializer; GLR_KIND_NONE: nobody. */
static void expect_kind(const char *recipe, const char *name, const char *shape, glr_kind kind)
{
    char list[512];
    glr_model model;
    glr_item tensor;
    glr_problem problem = {0};
    const glr_model_options options = {0};
    (void)snprintf(
        list, sizeof list,
        "{\"dtype\": \"float32\", \"recipe\": %s, \"tensors\": [{\"name\": \"%s\", \"shape\": %s}]}", recipe,
        name, shape);
    cr_assert(glr_list_parse(list, strlen(list), NULL, 0, &model, &problem), "%s", problem.text);
    const bool ok = glr_items_resolve(&model, &options, &problem);
    glr_items_get(&model, 0, &tensor);
    const glr_kind found = ok ? tensor.choice.initializer.kind : GLR_KIND_NONE;
    cr_expect_eq(found, kind, "%s %s by %s: %s, %s", name, shape, recipe, glr_kind_name(found),
                 ok ? tensor.decided_by : problem.text);
    cr_expect_eq(model.undecided, ok ? 0 : 1, "%s", name);
    glr_model_clear(&model);
}

static void expect_default(const char *name, const char *shape, glr_kind kind)
{
    expect_kind("null", name, shape, kind);
}

Test(recipes, defaults)
{
    expect_default("h.0.attn.bias", "[4]", GLR_KIND_ZEROS);
    expect_default("bias", "[4]", GLR_KIND_ZEROS);
    expect_default("conv1/Bias:0", "[4]", GLR_KIND_ZEROS);
    expect_default("head.bias", "[]", GLR_KIND_ZEROS);
    expect_default("bn/BETA", "[4]", GLR_KIND_ZEROS);
    expect_default("conv1_bn/beta", "[4]", GLR_KIND_ZEROS);
    expect_default("bn/moving_mean", "[4]", GLR_KIND_ZEROS);
    expect_default("bn.running_mean", "[4]", GLR_KIND_ZEROS);
    expect_default("bn_Conv1/gamma", "[4]", GLR_KIND_ONES);
    expect_default("batch_normalization_3/gamma:0", "[4]", GLR_KIND_ONES);
    expect_default("bn/moving_variance", "[4]", GLR_KIND_ONES);
    expect_default("bn.running_var", "[]", GLR_KIND_ONES);
    expect_default("model.layers.0.input_layernorm.weight", "[4]", GLR_KIND_ONES);
    expect_default("model.Norm.weight", "[4]", GLR_KIND_ONES);
    expect_default("h.0.ln_1.weight", "[4]", GLR_KIND_ONES);
    expect_default("blocks.0.ln2.weight", "[4]", GLR_KIND_ONES);
    expect_default("ln_f.weight", "[4]", GLR_KIND_ONES);
    expect_default("layer_norms.3.weight", "[4]", GLR_KIND_ONES);
}

/* Nothing of rank 2 and more, whatever it is called. */
Test(recipes, no_default_for_matrices)
{
    static const char *const names[] = {
        "kernel",          "norm.weight", "a.bias",     "relative.bias", "bn.gamma",  "bn.beta",
        "bn.running_mean", "A_log",       "wpe.weight", "pos_embed",     "embedding", "lora_A.weight",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        expect_default(names[i], "[4, 4]", GLR_KIND_NONE);
        expect_default(names[i], "[1, 1, 4, 4]", GLR_KIND_NONE);
    }
}

/* Vectors whose models start them from something else, or from what their names do not tell. */
Test(recipes, no_default_for_misleading_names)
{
    static const char *const names[] = {
        "dt_bias",
        "A_log",
        "D",
        "relative_position_bias",
        "attn.q_bias",
        "backbone.layers.0.mixer.dt_proj.bias", /* Mamba: the inverse softplus of a random step */
        "lstm/lstm_cell/bias",                  /* Keras: ones for the forget gate */
        "blocks.0.att.ln_x.weight",             /* RWKV: grows with the layer */
        "stages.0.blocks.0.gamma",              /* ConvNeXt: 1e-6 */
        "block_0_layer_scale/gamma",
        "ls1.gamma",
        "snake.beta",
        "bn1.weight", /* zeros, for some, in the last norm of a block */
        "position_embeddings.norm.weight",
        "q_norm.lora_A.bias",
        "norm.scale",
        "prelu.weight",
        "cell.forget_gate.bias",
        "cell.fgate.bias",
        "pos_emb.ln.weight",
        "relative_attention.bias",
        "norm_mlp.act.weight", /* not a norm itself */
        "vulnerable.weight",
        "kiln.weight",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        expect_default(names[i], "[4]", GLR_KIND_NONE);
    }
}

/* As before there were recipes: every known name at any rank, norms' weights at rank 1. */
Test(recipes, keras)
{
    static const struct {
        const char *name, *shape;
        glr_kind kind;
    } cases[] = {
        {"h.0.attn.bias", "[4]", GLR_KIND_ZEROS},
        {"conv1/Bias:0", "[4]", GLR_KIND_ZEROS},
        {"relative.bias", "[4, 4]", GLR_KIND_ZEROS},
        {"lstm/bias", "[4]", GLR_KIND_ZEROS},
        {"BETA", "[4, 2, 2]", GLR_KIND_ZEROS},
        {"bn/moving_mean", "[4]", GLR_KIND_ZEROS},
        {"bn.running_mean", "[4, 4]", GLR_KIND_ZEROS},
        {"blocks.0.gamma", "[4, 4]", GLR_KIND_ONES},
        {"bn/moving_variance", "[4]", GLR_KIND_ONES},
        {"bn.running_var", "[]", GLR_KIND_ONES},
        {"norm_mlp.act.Weight", "[4]", GLR_KIND_ONES},
        {"h.0.ln_1.weight", "[4]", GLR_KIND_ONES},
        {"kiln.weight", "[4]", GLR_KIND_ONES},
        {"kernel", "[4, 4]", GLR_KIND_GLOROT_NORMAL},
        {"norm.weight", "[4, 4]", GLR_KIND_GLOROT_NORMAL},
        {"wpe.weight", "[1, 2, 3, 4, 5]", GLR_KIND_GLOROT_NORMAL},
        {"bn1.weight", "[4]", GLR_KIND_NONE},
        {"scale", "[4]", GLR_KIND_NONE},
        {"kernel", "[]", GLR_KIND_NONE},
        {".weight", "[4]", GLR_KIND_NONE},
        {"weight", "[4]", GLR_KIND_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_kind("\"keras\"", cases[i].name, cases[i].shape, cases[i].kind);
    }
}

/* The options's recipe, not the list's. No recipe decides integers. */
Test(recipes, requested)
{
    static const char list[] = "{\"tensors\": [{\"name\": \"w\", \"shape\": [2, 2], \"dtype\": \"float16\"}, "
                               "{\"name\": \"bias\", \"shape\": [2], \"dtype\": \"int64\"}]}";
    glr_model model;
    glr_item tensor;
    glr_problem problem = {0};
    const glr_model_options options = {.recipe = "keras"};
    cr_assert(glr_list_parse(list, sizeof list - 1, NULL, 0, &model, &problem), "%s", problem.text);
    cr_expect_not(glr_items_resolve(&model, &options, &problem));
    cr_expect_eq(model.undecided, 1);
    glr_items_get(&model, 0, &tensor);
    cr_expect_str_eq(tensor.decided_by, "recipe keras: rank 2 and more");
    glr_items_get(&model, 1, &tensor);
    cr_expect_eq(tensor.choice.action, GLR_ACTION_NONE);
    glr_model_clear(&model);
    cr_expect_null(glr_recipe_of_name("", &problem));
    cr_expect_str_eq(problem.text, "unknown recipe '', expected one of: keras");
}

/* ---- The list of what is undecided ------------------------------------------------------------------ */

/* Adds a tensor of float32 and rank 1. */
static void add(glr_model *model, const char *name, int64_t size)
{
    const glr_item tensor = {.name = name,
                             .tensor = {.rank = 1, .shape = {size}, .dtype = GLR_DTYPE_FLOAT32}};
    cr_assert(glr_items_add(model, &tensor));
}

/* The lines for a model's tensors, to be freed; none of them may have an initializer. */
static char *lines_of(glr_model *model)
{
    glr_problem problem = {0};
    glr_text text = {0};
    const glr_model_options options = {0};
    cr_expect_not(glr_items_resolve(model, &options, &problem));
    cr_expect_eq(model->undecided, model->count);
    cr_assert(glr_undecided_write(&text, model));
    glr_text_append(&text, "", 1);
    return text.bytes;
}

static void expect_lines(const char *const *names, size_t count, const char *expected)
{
    glr_model model = {0};
    cr_assert(glr_items_reserve(&model, count));
    for (size_t i = 0; i < count; i++) {
        add(&model, names[i], 3);
    }
    char *lines = lines_of(&model);
    cr_expect_str_eq(lines, expected);
    free(lines);
    glr_model_clear(&model);
}

#define EXPECT_LINES(expected, ...)                                                                          \
    expect_lines((const char *const[]){__VA_ARGS__},                                                         \
                 sizeof(const char *const[]){__VA_ARGS__} / sizeof(char *), expected)

Test(undecided, numbers_that_differ_are_one_line)
{
    EXPECT_LINES("  w [3] float32\n", "w");
    EXPECT_LINES("  b [3] float32\n  a [3] float32\n", "b", "a");
    EXPECT_LINES("  h.{0..1}.w [3] float32\n  h.0.u [3] float32\n", "h.0.w", "h.0.u", "h.1.w");
    EXPECT_LINES("  h.{8..10} [3] float32\n", "h.10", "h.9", "h.8");
    EXPECT_LINES("  h.{0,2,5..6}.w [3] float32\n", "h.6.w", "h.0.w", "h.5.w", "h.2.w");
    EXPECT_LINES("  s{1..2}.b{0..1} [3] float32\n", "s1.b0", "s1.b1", "s2.b0", "s2.b1");
    EXPECT_LINES("  s1.b{0..1} [3] float32\n  s2.b0 [3] float32\n", "s1.b0", "s1.b1", "s2.b0");
    EXPECT_LINES("  {1..2} [3] float32\n", "2", "1");
}

/* 01 is not 1; and a number that no integer holds is text. */
Test(undecided, digits_that_are_text)
{
    EXPECT_LINES("  h.01 [3] float32\n  h.1 [3] float32\n", "h.01", "h.1");
    EXPECT_LINES("  h.18446744073709551616 [3] float32\n  h.18446744073709551617 [3] float32\n",
                 "h.18446744073709551616", "h.18446744073709551617");
    EXPECT_LINES("  1.1.1.1.1.1.1.1.1 [3] float32\n  1.1.1.1.1.1.1.1.2 [3] float32\n", "1.1.1.1.1.1.1.1.1",
                 "1.1.1.1.1.1.1.1.2");
    EXPECT_LINES("  {1..2}.1.1.1.1.1.1.1.1 [3] float32\n", "1.1.1.1.1.1.1.1.1", "2.1.1.1.1.1.1.1.1");
}

/* Only tensors of one shape and dtype, since one initializer is to suit them all. */
Test(undecided, shapes_and_dtypes_are_kept_apart)
{
    static const char list[] =
        "{\"dtype\": \"float16\", \"tensors\": [{\"name\": \"h.0\", \"shape\": [4, 8]}, {\"name\": \"h.1\", "
        "\"shape\": [8, 4]}, {\"name\": \"h.2\", \"shape\": [4, 8]}, {\"name\": \"h.3\", \"shape\": [4, 8], "
        "\"dtype\": \"int64\"}, {\"name\": \"h.4\", \"shape\": []}]}";
    glr_model model;
    glr_problem problem = {0};
    cr_assert(glr_list_parse(list, sizeof list - 1, NULL, 0, &model, &problem), "%s", problem.text);
    char *lines = lines_of(&model);
    cr_expect_str_eq(lines, "  h.{0,2} [4, 8] float16\n  h.1 [8, 4] float16\n  h.3 [4, 8] int64\n"
                            "  h.4 [] float16\n");
    free(lines);
    glr_model_clear(&model);
}

/* A model of many layers takes as many lines as one of few. */
Test(undecided, many_layers)
{
    enum { LAYERS = 126, EXPERTS = 8 };
    static const char *const parts[] = {"q", "k", "v", "o"};
    static char names[LAYERS * (4 + EXPERTS)][48];
    glr_model model = {0};
    cr_assert(glr_items_reserve(&model, LAYERS * (4 + EXPERTS)));
    for (int i = 0; i < LAYERS; i++) {
        for (int j = 0; j < 4 + EXPERTS; j++) {
            char *name = names[model.count];
            (void)(j < 4 ? snprintf(name, sizeof names[0], "model.layers.%d.attn.%s_proj.weight", i, parts[j])
                         : snprintf(name, sizeof names[0], "model.layers.%d.experts.%d.w1", i, j - 4));
            add(&model, name, 3);
        }
    }
    char *lines = lines_of(&model);
    cr_expect_str_eq(lines, "  model.layers.{0..125}.attn.q_proj.weight [3] float32\n"
                            "  model.layers.{0..125}.attn.k_proj.weight [3] float32\n"
                            "  model.layers.{0..125}.attn.v_proj.weight [3] float32\n"
                            "  model.layers.{0..125}.attn.o_proj.weight [3] float32\n"
                            "  model.layers.{0..125}.experts.{0..7}.w1 [3] float32\n");
    free(lines);
    glr_model_clear(&model);
}

/* However many have nothing in common, none is left out. */
Test(undecided, many_that_have_nothing_in_common)
{
    enum { COUNT = 26 * 26 * 26 };
    static char names[COUNT][8];
    static bool found[COUNT];
    glr_model model = {0};
    cr_assert(glr_items_reserve(&model, COUNT));
    for (int i = 0; i < COUNT; i++) {
        (void)snprintf(names[i], sizeof names[i], "s_%c%c%c", 'a' + i / 676, 'a' + i / 26 % 26, 'a' + i % 26);
        add(&model, names[i], 3);
    }
    char *lines = lines_of(&model);
    size_t count = 0;
    for (char *line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n"), count++) {
        char a, b, c;
        cr_assert_eq(sscanf(line, "  s_%c%c%c [3] float32", &a, &b, &c), 3, "%s", line);
        found[(a - 'a') * 676 + (b - 'a') * 26 + (c - 'a')] = true;
    }
    cr_expect_eq(count, COUNT);
    cr_expect_null(memchr(found, false, COUNT));
    free(lines);
    glr_model_clear(&model);
}
