/* glorand fill: one tensor. */
#include "files/files.h"
#include "variable_options.h"
#include "write.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "Usage: glorand fill --initializer INIT --shape DIMS -o FILE [OPTION]...\n"
    "Draw one tensor.\n"
    "\n"
    "  -i, --initializer INIT a name (glorot_normal, he_uniform, truncated_normal, zeros, ...), alone or\n"
    "                         with arguments, 'random_normal(0, 0.02)'; or JSON,\n"
    "                         {\"class_name\": ..., \"config\": {...}}\n"
    "  -n, --shape DIMS       dimensions with commas between, 784,256; '' is one element of rank 0\n"
    "  -o, --output FILE      .npy, .safetensors (with the spec as metadata) or .bin (bytes alone);\n"
    "                         - is bytes on standard output\n"
    "  -s, --seed N           the seed; without one the operating system gives it, and it is printed\n"
    "      --stream N         the stream; the default is 0\n"
    "      --dtype TYPE       float32 (the default), float64, float16, bfloat16, float8_e4m3fn,\n"
    "                         float8_e5m2; for constants, identity, dirac and\n"
    "                         unit_forget_bias also bool and integers; for\n"
    "                         random_bytes integers alone\n"
    "      --method NAME      of truncated normals: resample (the default, TensorFlow's values) or icdf\n"
    "      --slice SLICE      draw a part only, as FIRST:END per axis, 0:100,:\n"
    "      --layout NAME      keras (the default: inputs, then outputs, last) or torch "
    "(first)\n" GLR_VARIABLE_HELP GLR_SYNC_HELP GLR_COMMON_HELP;

enum { OPTION_STREAM = 1, OPTION_SLICE };

static const struct option options[] = {
    {"initializer", required_argument, NULL, 'i'},
    {"shape", required_argument, NULL, 'n'},
    {"output", required_argument, NULL, 'o'},
    {"seed", required_argument, NULL, 's'},
    {"stream", required_argument, NULL, OPTION_STREAM},
    {"dtype", required_argument, NULL, OPTION_DTYPE},
    {"method", required_argument, NULL, OPTION_METHOD},
    {"slice", required_argument, NULL, OPTION_SLICE},
    GLR_VARIABLE_OPTIONS,
    {"layout", required_argument, NULL, OPTION_LAYOUT},
    {"sync", no_argument, NULL, OPTION_SYNC},
    GLR_COMMON_OPTIONS,
};

/* The arguments, read. */
typedef struct arguments {
    glr_common common;
    const char *initializer, *shape, *output, *slice;
    bool has_stream;
    int64_t stream;
    glr_variable_options variables;
    glr_model_options options; /* its dtype is always set */
} arguments;

static int read_option(int option, arguments *given)
{
    switch (option) {
    case 'i': given->initializer = optarg; return EXIT_DONE;
    case 'n': given->shape = optarg; return EXIT_DONE;
    case 'o': given->output = optarg; return EXIT_DONE;
    case OPTION_STREAM:
        given->has_stream = true;
        return glr_cli_integer("--stream", optarg, INT64_MIN, INT64_MAX, &given->stream) ? EXIT_DONE
                                                                                         : EXIT_USAGE;
    case OPTION_SLICE: given->slice = optarg; return EXIT_DONE;
    case OPTION_SET:
    case OPTION_CONFIG: return glr_cli_variable_option(option, optarg, &given->variables);
    default: return glr_cli_drawing_option("fill", option, &given->options, &given->common);
    }
}

/* "784,256" into a shape. */
static int read_shape(const char *text, glr_tensor *tensor)
{
    const char *whole = text;
    for (tensor->rank = 0; *text != '\0'; tensor->rank++) {
        char *end;
        if (tensor->rank == GLR_MAX_RANK) {
            return glr_cli_fail(EXIT_USAGE, "--shape: '%s' has more than %d dimensions", whole, GLR_MAX_RANK);
        }
        errno = 0;
        const long long dimension = strtoll(text, &end, 10);
        if (end == text || (*end != ',' && *end != '\0') || (*end == ',' && end[1] == '\0')) {
            return glr_cli_fail(EXIT_USAGE, "--shape: '%s' is not a list of dimensions like 784,256", whole);
        }
        if (errno != 0 || dimension < 0) {
            return glr_cli_fail(EXIT_USAGE, "--shape: %.*s is outside [0, %" PRId64 "]", (int)(end - text),
                                text, INT64_MAX);
        }
        tensor->shape[tensor->rank] = dimension;
        text = *end == ',' ? end + 1 : end;
    }
    return EXIT_DONE;
}

static int seed_initializer(const arguments *given, glr_initializer *initializer)
{
    if (given->has_stream) {
        initializer->stream = given->stream;
    }
    if (given->options.has_seed) {
        if (initializer->seeding == GLR_SEEDING_KEY) {
            return glr_cli_fail(EXIT_USAGE, "--seed: %" PRId64 ", but the initializer has a key and counter",
                                given->options.seed);
        }
        if (initializer->seeding == GLR_SEEDING_SEED) {
            return glr_cli_fail(EXIT_USAGE, "--seed: %" PRId64 ", but the initializer has the seed %" PRId64,
                                given->options.seed, initializer->seed);
        }
        initializer->seeding = GLR_SEEDING_SEED;
        initializer->seed = given->options.seed;
    }
    if (initializer->seeding != GLR_SEEDING_NONE) {
        return EXIT_DONE;
    }
    /* The library knows which initializers draw random numbers: it gives a seed to those alone. */
    glr_initializer resolved;
    if (glr_resolve(initializer, &resolved) != GLR_OK) {
        return glr_cli_fail(EXIT_FAILED, "%s", glr_last_error());
    }
    if (resolved.seeding == GLR_SEEDING_SEED) {
        initializer->seeding = GLR_SEEDING_SEED;
        initializer->seed = resolved.seed;
        (void)fprintf(stderr, "glorand: seed %" PRId64 " (from the operating system)\n", initializer->seed);
    }
    return EXIT_DONE;
}

/* JSON, or the text form, which begins with a name. */
static int read_initializer(const arguments *given, glr_initializer *initializer)
{
    const char *text = given->initializer;
    const size_t length = strlen(text);
    const glr_status status = glr_json_is_meant(text)
                                  ? glr_initializer_from_json(text, length, initializer)
                                  : glr_initializer_from_text(text, length, given->variables.all.variable,
                                                              given->variables.all.count, initializer);
    return status == GLR_OK ? EXIT_DONE
                            : glr_cli_fail(status == GLR_ERROR_MEMORY ? EXIT_FAILED : EXIT_USAGE,
                                           "--initializer: %s", glr_last_error());
}

/* Everything but the output, checked as far as the library checks it. */
static int make_tensor(const arguments *given, glr_model_tensor *tensor)
{
    glr_problem problem;
    tensor->tensor.dtype = given->options.dtype;
    int status = read_shape(given->shape, &tensor->tensor);
    if (status != EXIT_DONE) {
        return status;
    }
    if (given->slice != NULL && !glr_slice_parse(given->slice, &tensor->tensor, &problem)) {
        return glr_cli_fail(EXIT_USAGE, "--%s", problem.text);
    }
    status = glr_cli_check_set(&given->variables, &given->initializer, 1);
    status = status == EXIT_DONE ? read_initializer(given, &tensor->initializer) : status;
    if (status != EXIT_DONE) {
        return status;
    }
    glr_initializer *initializer = &tensor->initializer;
    initializer->method = given->options.has_method ? given->options.method : initializer->method;
    initializer->layout = given->options.has_layout ? given->options.layout : initializer->layout;
    glr_summary summary = {0};
    if (glr_describe(initializer, &tensor->tensor, &summary) != GLR_OK) {
        return glr_cli_fail(EXIT_USAGE, "%s", glr_last_error());
    }
    return seed_initializer(given, initializer);
}

static int write_npy(const arguments *given, const glr_model_tensor *tensor, const glr_model *model)
{
    glr_problem problem;
    int64_t shape[GLR_MAX_RANK];
    size_t length;
    glr_part_shape(&tensor->tensor, shape);
    char *header = glr_npy_header(given->options.dtype, tensor->tensor.rank, shape, &length, &problem);
    if (header == NULL) {
        return glr_cli_fail_by(&problem, "%s: %s", given->output, problem.text);
    }
    int status = glr_write_single(&given->common, model, header, length, given->output);
    free(header);
    return status;
}

static int write_file(const arguments *given, const glr_model_tensor *tensor, const glr_model *model)
{
    if (glr_cli_ends_in(given->output, ".npy")) {
        return write_npy(given, tensor, model);
    }
    if (glr_cli_ends_in(given->output, ".safetensors")) {
        return glr_write_safetensors(&given->common, model, given->output);
    }
    if (glr_cli_ends_in(given->output, ".bin")) {
        return glr_write_single(&given->common, model, "", 0, given->output);
    }
    return glr_cli_fail(EXIT_USAGE, "%s: must end in .npy, .safetensors or .bin", given->output);
}

static int write_tensor(const arguments *given, const glr_model_tensor *tensor)
{
    if (strcmp(given->output, "-") == 0) {
        if (given->common.sync) {
            return glr_cli_fail(EXIT_USAGE, "--sync: standard output is not synced; name a file");
        }
        return isatty(STDOUT_FILENO) == 1 ? glr_cli_fail(EXIT_USAGE, "-: standard output is a terminal")
                                          : glr_write_standard_output(&given->common, tensor);
    }
    /* A model of this one tensor. */
    glr_model *model = NULL;
    glr_status made = glr_model_create(NULL, 0, &model);
    made = made == GLR_OK ? glr_model_add(model, tensor->name, &tensor->tensor, &tensor->initializer) : made;
    made = made == GLR_OK ? glr_model_resolve(model, NULL) : made;
    const int status =
        made == GLR_OK ? write_file(given, tensor, model) : glr_cli_fail_status(made, "%s", glr_last_error());
    glr_model_free(model);
    return status;
}

/* Reads the options, and does what they say. */
static int fill(int argc, char **argv, arguments *given)
{
    int option, status = EXIT_DONE;
    while ((option = glr_cli_option(argc, argv, "i:n:o:s:h", options)) != -1) {
        if (option == 'h') {
            return fputs(help, stdout) < 0 ? EXIT_FAILED : EXIT_DONE;
        }
        status = read_option(option, given);
        if (status != EXIT_DONE) {
            return status;
        }
    }
    if (optind < argc) {
        return glr_cli_unexpected("fill", argv[optind]);
    }
    if (given->initializer == NULL || given->shape == NULL || given->output == NULL) {
        return glr_cli_fail(EXIT_USAGE, "%s is missing; try 'glorand fill --help'",
                            given->initializer == NULL ? "--initializer"
                            : given->shape == NULL     ? "--shape"
                                                       : "--output");
    }
    glr_model_tensor tensor = {.name = "weight"};
    status = make_tensor(given, &tensor);
    return status == EXIT_DONE ? write_tensor(given, &tensor) : status;
}

int glr_cli_fill(int argc, char **argv)
{
    arguments given = {.common = GLR_COMMON_INIT, .options = {.dtype = GLR_DTYPE_FLOAT32}};
    const int status = fill(argc, argv, &given);
    glr_cli_free_variables(&given.variables);
    return status;
}
