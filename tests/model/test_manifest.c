/* Lists of tensors: what is read, and every kind of mistake with its message. */
#include "files/files.h"
#include "model/model.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text, *message;
} bad[] = {
    {"{", "line 1, column 1: "},
    {"{\"tensors\": [\n]\n x}", "line 3, column 2: "},
    {"[]", "a list of tensors must be an object, not an array"},
    {"{}", "tensors: missing, so this is not a list of tensors"},
    {"{\"metadata\": {}, \"weight_map\": {}}", "this is the index of a model in several files"},
    {"{\"metadata\": {}}", "tensors: missing, so this is not a list of tensors"},
    {"{\"tensors\": null}", "tensors: must be a list, not null"},
    {"{\"tensors\": [{\"name\": null}]}", "tensors[0].name: must be a string, not null"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": null}]}",
     "tensors[0].shape: must be a list of dimensions, not null"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [NaN]}]}",
     "tensors[0].shape[0]: must be an integer, not NaN"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2], \"shap\": null}]}",
     "tensors[0].shap: not a member of a tensor"},
    {"{\"tensors\": [], \"seed\": 18446744073709551616}",
     "seed: must be an integer of 64 bits, not 18446744073709551616"},
    {"{\"tensors\": [], \"rules\": [{\"match\": \"a\", \"initializer\": null}]}",
     "rules[0]: its initializer is null"},
    {"{\"tensors\": 3}", "tensors: must be a list, not 3"},
    {"{\"tensors\": [], \"tensors\": []}", "duplicate object key"},
    {"{\"tensors\": [], \"sed\": 3}", "sed: not a member of a list of tensors"},
    {"{\"tensors\": [], \"seed\": \"3\"}", "seed: must be an integer, not \"3\""},
    {"{\"tensors\": [], \"dtype\": \"hal\"}", "dtype: hal is not a dtype that glorand knows"},
    {"{\"tensors\": [], \"layout\": \"tf\"}", "layout: unknown layout 'tf', expected keras or torch"},
    {"{\"tensors\": [], \"recipe\": \"Keras\"}", "recipe: unknown recipe 'Keras', expected one of: keras"},
    {"{\"tensors\": [], \"recipe\": 3}", "recipe: must be a string, not 3"},
    {"{\"tensors\": [3]}", "tensors[0]: must be an object, not 3"},
    {"{\"tensors\": [{\"shape\": [2], \"dtype\": \"float32\"}]}", "tensors[0]: has no name"},
    {"{\"tensors\": [{\"name\": 3}]}", "tensors[0].name: must be a string, not 3"},
    {"{\"tensors\": [{\"name\": \"__metadata__\", \"shape\": []}]}",
     "tensors[0].name: __metadata__ is the one name"},
    {"{\"tensors\": [{\"name\": \"a\", \"dtype\": \"float32\"}]}", "tensors[0]: has no shape"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2]}]}", "tensors[0]: has no dtype"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": 2}]}",
     "tensors[0].shape: must be a list of dimensions, not 2"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2, -5]}]}",
     "tensors[0].shape[1]: -5 is outside [0, 9223372036854775807]"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2.5]}]}",
     "tensors[0].shape[0]: must be an integer, not 2.5"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}]}",
     "tensors[0].shape: 17 dimensions are more than 16"},
    {"{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"a\", \"shape\": [1152921504606846976, 3]}]}",
     "tensors[0]: tensor.shape[0]: 1152921504606846976 makes"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2], \"dtype\": \"float31\"}]}",
     "tensors[0].dtype: float31 is not a dtype"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2], \"initializer\": \"Glorot\"}]}",
     "tensors[0].initializer: column 1: unknown initializer 'Glorot'"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2], \"initializer\": \"keep\"}]}",
     "tensors[0].initializer: keep: a list of tensors has no values to keep"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2], \"initializer\": {\"class_name\": \"STFT\"}}]}",
     "tensors[0].initializer: class_name: STFT is not supported"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2], \"method\": \"fast\"}]}",
     "tensors[0].method: unknown method 'fast', expected resample or icdf"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2], \"stream\": 1.5}]}",
     "tensors[0].stream: must be an integer, not 1.5"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2], \"input_axes\": [16]}]}",
     "tensors[0].input_axes[0]: 16 is outside [-16, 15]"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2], \"batch_axes\": 0}]}",
     "tensors[0].batch_axes: must be a list of axes, not 0"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2], \"batch_axes\": "
     "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}]}",
     "tensors[0].batch_axes: 17 axes are more than 16"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2], \"shap\": 0}]}",
     "tensors[0].shap: not a member of a tensor"},
    {"{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"a\", \"shape\": [2], \"slice\": \"1:4\"}]}",
     "tensors[0].slice: 1:4 is outside axis 0 of 2"},
    {"{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"a\", \"shape\": [2]}, {\"name\": \"a\", \"shape\": "
     "[2]}]}",
     "tensors: duplicate tensor name a"},
    {"{\"tensors\": [], \"rules\": {}}", "rules: must be a list, not an object"},
    {"{\"tensors\": [], \"rules\": [{\"match\": \"a\"}]}", "rules[0]: not of the form"},
    {"{\"tensors\": [], \"rules\": [{\"match\": \"a\", \"initializer\": \"x\"}]}",
     "rules[0]: column 1: unknown initializer 'x'"},
    {"{\"tensors\": [], \"rules\": [{\"match\": \"a{\", \"initializer\": \"zeros\"}]}",
     "rules[0]: column 2: '{' begins no capture like {i}"},
    {"{\"tensors\": [], \"rules\": [{\"match\": \"{i}\", \"initializer\": \"constant({j})\"}]}",
     "rules[0]: column 10: unknown capture '{j}'"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [2], \"initializer\": \"constant({i})\"}]}",
     "tensors[0].initializer: column 10: unknown capture '{i}'"},
    {"{\"tensors\": [], \"variables\": [1]}",
     "variables: must be an object of names and numbers, not an array"},
    {"{\"tensors\": [], \"variables\": {\"n\": \"1\"}}", "variables.n: must be a number, not \"1\""},
    {"{\"tensors\": [], \"variables\": {\"n-1\": 1}}", "variables.n-1: cannot be the name of a variable"},
    {"{\"tensors\": [], \"variables\": {\"sqrt\": 1}}", "variables.sqrt: has a meaning of its own"},
};

Test(manifest, mistakes)
{
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        glr_model model;
        glr_problem problem = {0};
        bool ok = glr_list_parse(bad[i].text, strlen(bad[i].text), NULL, 0, &model, &problem);
        cr_expect_not(ok, "%s", bad[i].text);
        cr_expect_not_null(strstr(problem.text, bad[i].message), "%s: %s", bad[i].text, problem.text);
        cr_expect(model.count == 0 && model.entry == NULL);
    }
}

Test(manifest, members)
{
    static const char text[] =
        "{\"source\": \"x\", \"parameters\": 6, \"seed\": -4, \"dtype\": \"bfloat16\", \"layout\": "
        "\"torch\",\n"
        " \"rules\": [{\"match\": \"b*\", \"initializer\": \"skip\"}],\n"
        " \"tensors\": [{\"name\": \"a\", \"shape\": [4, 3, 2], \"dtype\": \"float32\", \"initializer\": "
        "null, \"method\": \"icdf\",\n"
        "  \"stream\": 7, \"slice\": \"1:3\", \"layout\": \"keras\", \"input_axes\": [1], \"output_axes\": "
        "[-1], \"batch_axes\": [0]},\n"
        "  {\"name\": \"b\", \"shape\": [], \"initializer\": {\"class_name\": \"Ones\", \"config\": {}}}]}";
    glr_model model;
    glr_problem problem = {0};
    cr_assert(glr_list_parse(text, sizeof text - 1, NULL, 0, &model, &problem), "%s", problem.text);
    cr_assert_eq(model.count, 2);
    cr_expect(model.has_seed && model.seed == -4 && model.has_layout && model.layout == GLR_LAYOUT_TORCH);
    glr_item tensor[2], *a = &tensor[0], *b = &tensor[1];
    glr_items_get(&model, 0, a);
    glr_items_get(&model, 1, b);
    cr_expect(a->tensor.dtype == GLR_DTYPE_FLOAT32 && b->tensor.dtype == GLR_DTYPE_BFLOAT16);
    cr_expect(a->choice.action == GLR_ACTION_NONE && b->choice.initializer.kind == GLR_KIND_ONES);
    cr_expect(a->overrides.has_method && a->overrides.method == GLR_METHOD_ICDF && a->overrides.stream == 7);
    cr_expect(a->tensor.part == GLR_PART_BOX && a->tensor.start[0] == 1 && a->tensor.extent[0] == 2);
    cr_expect(a->overrides.output_axis_count == 1 && a->overrides.output_axes[0] == -1);
    cr_expect(model.rules.count == 1 && model.rules.rule[0].choice.action == GLR_ACTION_SKIP);
    glr_model_clear(&model);
}

/* Optional members may be null, and a byte order mark may stand before all. */
Test(manifest, nulls_and_a_byte_order_mark)
{
    static const char text[] = "\xef\xbb\xbf{\"source\": null, \"parameters\": null, \"seed\": null, "
                               "\"dtype\": \"BF16\", \"layout\": null, "
                               "\"recipe\": null, \"rules\": null,\n"
                               " \"tensors\": [{\"name\": \"a\", \"shape\": [4, 3], \"dtype\": null, "
                               "\"initializer\": null, \"method\": "
                               "null, \"stream\": null, \"slice\": null, \"layout\": null, \"input_axes\": "
                               "null, \"output_axes\": null, "
                               "\"batch_axes\": null}]}";
    static const char plain[] =
        "{\"tensors\": [{\"name\": \"a\", \"shape\": [4, 3], \"dtype\": \"bfloat16\"}]}";
    glr_model with_nulls, without;
    glr_item a, b;
    glr_problem problem = {0};
    cr_assert(glr_list_parse(text, sizeof text - 1, NULL, 0, &with_nulls, &problem), "%s", problem.text);
    cr_assert(glr_list_parse(plain, sizeof plain - 1, NULL, 0, &without, &problem), "%s", problem.text);
    cr_expect(!with_nulls.has_seed && !with_nulls.has_layout && with_nulls.recipe == NULL &&
              with_nulls.rules.count == 0);
    glr_items_get(&with_nulls, 0, &a);
    glr_items_get(&without, 0, &b);
    a.name = b.name = NULL;
    cr_expect_arr_eq(&a, &b, sizeof a);
    glr_model_clear(&with_nulls);
    glr_model_clear(&without);
}

Test(manifest, seeds_of_64_bits)
{
    static const char text[] = "{\"seed\": 18446744073709551615, \"tensors\": []}";
    glr_model model;
    glr_problem problem = {0};
    cr_assert(glr_list_parse(text, sizeof text - 1, NULL, 0, &model, &problem), "%s", problem.text);
    cr_expect(model.has_seed && model.seed == -1);
    glr_model_clear(&model);
}

/* The fans of the one tensor of a list, or the problem. */
static void check_axes(const char *members, double in, double out, const char *message)
{
    char text[512];
    glr_model model;
    glr_problem problem = {0};
    const glr_model_options options = {0};
    (void)snprintf(text, sizeof text,
                   "{\"recipe\": \"keras\", \"tensors\": [{\"name\": \"a\", \"shape\": [5, 7], \"dtype\": "
                   "\"f32\", %s}]}",
                   members);
    cr_assert(glr_list_parse(text, strlen(text), NULL, 0, &model, &problem), "%s: %s", text, problem.text);
    const bool ok = glr_items_resolve(&model, &options, &problem);
    cr_expect_eq(ok, message == NULL, "%s: %s", text, problem.text);
    if (message != NULL) {
        cr_expect_not_null(strstr(problem.text, message), "%s: %s", text, problem.text);
    } else if (ok) {
        glr_item tensor;
        glr_summary summary = {0};
        glr_items_get(&model, 0, &tensor);
        cr_assert_eq(glr_describe(&tensor.choice.initializer, &tensor.tensor, &summary), GLR_OK);
        cr_expect(summary.fan_in == in && summary.fan_out == out, "%s: %g, %g", text, summary.fan_in,
                  summary.fan_out);
    }
    glr_model_clear(&model);
}

#define HE(axes) "\"initializer\": {\"class_name\": \"HeNormal\", \"config\": {" axes "}}"

Test(manifest, axes_given_empty_and_null)
{
    check_axes(HE(""), 5, 7, NULL);
    check_axes("\"input_axes\": [], \"output_axes\": []", 1, 1, NULL);
    check_axes("\"input_axes\": [1], \"output_axes\": []", 7, 1, NULL);
    check_axes("\"input_axes\": [], \"output_axes\": [1, 1]", 1, 49, NULL);
    check_axes("\"input_axes\": null, \"output_axes\": null", 5, 7, NULL);
    check_axes(HE("\"input_axes\": [1], \"output_axes\": null"), 5, 7, NULL);
    check_axes(HE("\"input_axes\": [1], \"output_axes\": [0]") ", \"input_axes\": null", 7, 5, NULL);
    check_axes(HE("\"input_axes\": [1], \"output_axes\": [0]") ", \"input_axes\": []", 1, 5, NULL);
    check_axes(HE("\"input_axes\": [1], \"output_axes\": [0]") ", \"output_axes\": []", 7, 1, NULL);
    check_axes("\"input_axes\": []", 0, 0, "tensor a: output_axes: needed beside input_axes");
    check_axes("\"output_axes\": [1]", 0, 0, "tensor a: input_axes: needed beside output_axes");
    check_axes(HE("\"input_axes\": [1]") ", \"output_axes\": [0]", 0, 0,
               "tensor a: input_axes: needed beside output_axes");
}

static void check_real(const char *name, size_t tensors, int64_t parameters)
{
    char path[1024];
    glr_model model;
    glr_problem problem = {0};
    (void)snprintf(path, sizeof path, "%s/data/models/%s", SOURCE_DIR, name);
    size_t length = 0;
    char *text = glr_read_file(path, &length, &problem);
    cr_assert_not_null(text, "%s", problem.text);
    cr_assert(glr_list_parse(text, length, NULL, 0, &model, &problem), "%s", problem.text);
    free(text);
    int64_t total = 0;
    for (size_t i = 0; i < model.count; i++) {
        int64_t elements = 0;
        glr_item tensor;
        glr_items_get(&model, i, &tensor);
        cr_assert_eq(glr_tensor_extent(&tensor.tensor, &elements, NULL), GLR_OK);
        total += elements;
    }
    cr_expect(model.count == tensors && total == parameters, "%s: %zu, %ld", name, model.count, (long)total);
    glr_model_clear(&model);
}

/* The counts are those that the lists' own members and the models' authors give. */
Test(manifest, real_models)
{
    check_real("gpt2.json", 148, 124439808);
    check_real("resnet50-keras.json", 320, 25636712);
    check_real("llama-2-7b.json", 291, 6738415616);
    check_real("llama-3-70b.json", 723, 70553706496);
}

Test(manifest, a_missing_file_is_named)
{
    glr_problem problem = {0};
    size_t length = 0;
    cr_expect_null(glr_read_file("no/such.json", &length, &problem));
    cr_expect_str_eq(problem.text, "no/such.json: No such file or directory");
    cr_expect_null(glr_read_file("/", &length, &problem));
    cr_expect_str_eq(problem.text, "/: is a folder, not a regular file");
}
