/* glorand init: every tensor of a model. */
#include "list.h"
#include "table.h"
#include "variable_options.h"
#include "write.h"

#include <inttypes.h>

static const char help[] =
    "Usage: glorand init MODEL.json -o OUT.safetensors [OPTION]...\n"
    "Draw every tensor of a model, by a list of their names, shapes and dtypes.\n"
    "\n"
    "  -o, --output FILE      the .safetensors file to write\n"
    "  -s, --seed N           the seed of tensors that have none of their own; otherwise the list's, else\n"
    "                         one from the operating system, which is printed and recorded in the file\n"
    "      --dtype TYPE       replaces every floating-point dtype of the list\n"
    "  -r, --rule 'GLOB=INIT' tensors whose names match GLOB get INIT: a name, alone or with arguments,\n"
    "                         'random_normal(0, 0.02)'; JSON; or skip. {i} in GLOB matches digits, which\n"
    "                         INIT may use. May be given several times, the first that matches wins; one\n"
    "                         that matches no name is an error\n"
    "      --recipe NAME      initializers by name for tensors that no rule and no list decides: keras, in\n"
    "                         which rank 2 and more get glorot_normal\n"
    "      --layout NAME      keras (the default: inputs, then outputs, last) or torch (first)\n"
    "      --method NAME      of truncated normals: resample (the default, TensorFlow's values) or icdf\n"
    "      --plan             print what each tensor would get, and write nothing\n" GLR_VARIABLE_HELP
        GLR_SYNC_HELP GLR_COMMON_HELP "\n"
    "Which initializer a tensor gets: --rule, its own in the list, the list's rules, the recipe. Without a\n"
    "recipe, biases of rank 1 and means get zeros, scales of norms and variances ones, by their names.\n"
    "Anything else is an error until a rule names it.\n";

enum { OPTION_PLAN = 1 };

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"seed", required_argument, NULL, 's'},
    {"rule", required_argument, NULL, 'r'},
    {"dtype", required_argument, NULL, OPTION_DTYPE},
    {"method", required_argument, NULL, OPTION_METHOD},
    {"layout", required_argument, NULL, OPTION_LAYOUT},
    {"recipe", required_argument, NULL, OPTION_RECIPE},
    GLR_VARIABLE_OPTIONS,
    {"sync", no_argument, NULL, OPTION_SYNC},
    {"plan", no_argument, NULL, OPTION_PLAN},
    GLR_COMMON_OPTIONS,
};

typedef struct arguments {
    glr_common common;
    const char *output;
    bool plan;
    glr_list_options list;
} arguments;

static int read_option(int option, arguments *given)
{
    switch (option) {
    case 'o': given->output = optarg; return EXIT_DONE;
    case 'r': given->list.rule[given->list.rule_count++] = optarg; return EXIT_DONE;
    case OPTION_PLAN: given->plan = true; return EXIT_DONE;
    case OPTION_SET:
    case OPTION_CONFIG: return glr_cli_variable_option(option, optarg, &given->list.variables);
    default: return glr_cli_drawing_option("init", option, &given->list.options, &given->common);
    }
}

static int check_arguments(int argc, char **argv, const arguments *given)
{
    if (optind + 1 != argc) {
        return optind == argc
                   ? glr_cli_fail(EXIT_USAGE, "the list of tensors is missing; try 'glorand init --help'")
                   : glr_cli_unexpected("init", argv[optind + 1]);
    }
    if (!glr_cli_ends_in(argv[optind], ".json")) {
        return glr_cli_fail(EXIT_USAGE, "%s: not a .json file; glorand-init(1) describes the format",
                            argv[optind]);
    }
    if (!given->plan && (given->output == NULL || !glr_cli_ends_in(given->output, ".safetensors"))) {
        return given->output == NULL
                   ? glr_cli_fail(EXIT_USAGE, "--output is missing; try 'glorand init --help'")
                   : glr_cli_fail(EXIT_USAGE, "%s: must end in .safetensors", given->output);
    }
    const glr_dtype dtype = given->list.options.dtype;
    if (dtype != GLR_DTYPE_NONE && !glr_dtype_is_floating(dtype)) {
        return glr_cli_fail(EXIT_USAGE, "--dtype: %s is not a floating-point type", glr_dtype_name(dtype));
    }
    return EXIT_DONE;
}

/* Gives a seed from the operating system to a model that needs one. */
static int seed(glr_model *model)
{
    int64_t value;
    if (glr_model_has_seeds(model)) {
        return EXIT_DONE;
    }
    if (!glr_cli_system_seed(&value)) {
        return EXIT_FAILED;
    }
    (void)fprintf(stderr, "glorand: seed %" PRId64 " (from the operating system)\n", value);
    return glr_model_set_seed(model, value) == GLR_OK ? EXIT_DONE
                                                      : glr_cli_fail(EXIT_FAILED, "%s", glr_last_error());
}

static int run(const char *path, arguments *given)
{
    glr_model *model;
    int status = glr_list_read(path, &given->list, &model);
    if (status == EXIT_DONE && given->plan) {
        status = glr_print_plan(model); /* no value is drawn, so no seed is needed */
    } else if (status == EXIT_DONE) {
        status = seed(model);
        status = status == EXIT_DONE ? glr_write_safetensors(&given->common, model, given->output) : status;
    }
    glr_model_free(model);
    return status;
}

/* Reads the options, and does what they say. */
static int init(int argc, char **argv, arguments *given)
{
    int option, status = EXIT_DONE;
    while (status == EXIT_DONE && (option = glr_cli_option(argc, argv, "o:s:r:h", options)) != -1) {
        if (option == 'h') {
            return fputs(help, stdout) < 0 ? EXIT_FAILED : EXIT_DONE;
        }
        status = read_option(option, given);
    }
    status = status == EXIT_DONE ? check_arguments(argc, argv, given) : status;
    return status == EXIT_DONE ? run(argv[optind], given) : status;
}

int glr_cli_init(int argc, char **argv)
{
    arguments given = {.common = GLR_COMMON_INIT};
    int status = glr_list_options_make(argc, &given.list);
    status = status == EXIT_DONE ? init(argc, argv, &given) : status;
    glr_list_options_free(&given.list);
    return status;
}
