/* glorand init: every tensor of a model. */
#include "plan.h"
#include "write.h"

#include <inttypes.h>
#include <string.h>

static const char help[] =
    "Usage: glorand init MODEL.json -o OUT.safetensors [OPTION]...\n"
    "Draw every tensor of a model, by a list of their names, shapes and dtypes.\n"
    "\n"
    "  -o, --output FILE      the .safetensors file to write\n"
    "  -s, --seed N           the seed of tensors that have none of their own; otherwise the list's, else\n"
    "                         one from the operating system, which is printed and recorded in the file\n"
    "      --dtype TYPE       replaces every floating-point dtype of the list\n"
    "  -r, --rule 'GLOB=INIT' tensors whose names match GLOB get INIT: a name, JSON, or skip; may be\n"
    "                         given several times, the first that matches wins; one that matches no name\n"
    "                         is an error\n"
    "      --layout NAME      keras (the default: inputs, then outputs, last) or torch (first)\n"
    "      --method NAME      of truncated normals: resample (the default, TensorFlow's values) or icdf\n"
    "      --plan             print what each tensor would get, and write nothing\n" GLR_SYNC_HELP
        GLR_COMMON_HELP "\n"
    "Which initializer a tensor gets: --rule, its own in the list, the list's rules, its name (bias, beta,\n"
    "moving_mean, running_mean: zeros; gamma, moving_variance, running_var and rank 1 weights of norms: "
    "ones),\n"
    "glorot_normal for rank 2 and more. Anything else is an error until a rule names it.\n";

enum { OPTION_PLAN = 1 };

static const struct option options[] = {
    {"output", required_argument, NULL, 'o'},
    {"seed", required_argument, NULL, 's'},
    {"rule", required_argument, NULL, 'r'},
    {"dtype", required_argument, NULL, OPTION_DTYPE},
    {"method", required_argument, NULL, OPTION_METHOD},
    {"layout", required_argument, NULL, OPTION_LAYOUT},
    {"sync", no_argument, NULL, OPTION_SYNC},
    {"plan", no_argument, NULL, OPTION_PLAN},
    GLR_COMMON_OPTIONS,
};

typedef struct arguments {
    glr_common common;
    const char *output;
    bool plan;
    glr_rules rules;
    glr_request request;
} arguments;

static int read_option(int option, arguments *given)
{
    glr_problem problem;
    switch (option) {
    case 'o': given->output = optarg; return EXIT_DONE;
    case 'r':
        return glr_rules_add(&given->rules, optarg, &problem)
                   ? EXIT_DONE
                   : glr_cli_fail_by(&problem, "--%s", problem.text);
    case OPTION_PLAN: given->plan = true; return EXIT_DONE;
    default: return glr_cli_request_option("init", option, &given->request, &given->common);
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
    return EXIT_DONE;
}

/* Resolves the list, with a seed from the operating system if none is given and one is needed. */
static int resolve(const char *path, glr_model *model, glr_request *request)
{
    glr_problem problem;
    if (!glr_model_resolve(model, request, &problem)) {
        return glr_cli_fail_by(&problem, "%s: %s", path, problem.text);
    }
    if (!glr_model_needs_seed(model)) {
        return EXIT_DONE;
    }
    int64_t seed;
    if (!glr_cli_system_seed(&seed)) {
        return EXIT_FAILED;
    }
    (void)fprintf(stderr, "glorand: seed %" PRId64 " (from the operating system)\n", seed);
    glr_model_seed(model, seed);
    return EXIT_DONE;
}

static int run(const char *path, arguments *given)
{
    glr_model model;
    glr_problem problem;
    given->request.rules = &given->rules;
    if (!glr_model_read(path, &model, &problem)) {
        return glr_cli_fail_by(&problem, "%s", problem.text);
    }
    int status = EXIT_DONE;
    if (given->plan) {
        /* No value is drawn, so no seed is needed. */
        status = glr_model_resolve(&model, &given->request, &problem)
                     ? glr_print_plan(&model)
                     : glr_cli_fail_by(&problem, "%s: %s", path, problem.text);
    } else {
        status = resolve(path, &model, &given->request);
        status = status == EXIT_DONE ? glr_write_safetensors(&given->common, &model, given->output) : status;
    }
    glr_model_free(&model);
    return status;
}

int glr_cli_init(int argc, char **argv)
{
    arguments given = {.common = GLR_COMMON_INIT};
    int option, status = EXIT_DONE;
    while (status == EXIT_DONE && (option = glr_cli_option(argc, argv, "o:s:r:h", options)) != -1) {
        if (option == 'h') {
            glr_rules_free(&given.rules);
            return fputs(help, stdout) < 0 ? EXIT_FAILED : EXIT_DONE;
        }
        status = read_option(option, &given);
    }
    status = status == EXIT_DONE ? check_arguments(argc, argv, &given) : status;
    status = status == EXIT_DONE ? run(argv[optind], &given) : status;
    glr_rules_free(&given.rules);
    return status;
}
