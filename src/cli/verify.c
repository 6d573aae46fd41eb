/* glorand verify: draws a file's tensors again and compares every bit. */
#include "canvas.h"
#include "interrupt.h"
#include "list.h"
#include "pairs.h"
#include "progress.h"
#include "variable_options.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: glorand verify FILE.safetensors [OPTION]...\n"
    "Draw a file's tensors again, from the spec in its metadata, and compare every bit.\n"
    "Exit status 1 means that something differs.\n"
    "\n"
    "      --spec MODEL.json  take the tensors' initializers from this list instead; its seed, or --seed,\n"
    "                         must say which values are expected\n"
    "  -s, --seed N           the seed for --spec\n"
    "  -r, --rule 'GLOB=INIT' a rule for --spec, as for glorand init\n"
    "      --recipe NAME      the recipe for --spec, as for glorand init\n"
    "      --partial          compare the tensors that file and spec have in common, one at least, and\n"
    "                         pass over the others, as those of other shards\n" GLR_VARIABLE_HELP
        GLR_COMMON_HELP;

enum { OPTION_SPEC = 1, OPTION_PARTIAL };

static const struct option options[] = {
    {"spec", required_argument, NULL, OPTION_SPEC},
    {"seed", required_argument, NULL, 's'},
    {"rule", required_argument, NULL, 'r'},
    {"recipe", required_argument, NULL, OPTION_RECIPE},
    GLR_VARIABLE_OPTIONS,
    {"partial", no_argument, NULL, OPTION_PARTIAL},
    GLR_COMMON_OPTIONS,
};

typedef struct arguments {
    glr_common common;
    const char *spec;
    bool partial;
    glr_list_options list;
} arguments;

/* A comparison under way. */
typedef struct check {
    const char *path;
    const glr_input *input;
    glr_device *device;
    glr_canvas canvas;
    glr_progress progress;
    glr_subject subject;
    const glr_file_tensor *place;
    unsigned char *found; /* of a piece */
    bool differs, failed; /* this tensor does; something went wrong */
} check;

/* The index of a place within a tensor's part, "[3, 17]". */
static void index_text(const glr_file_tensor *tensor, uint64_t element, char *text, size_t capacity)
{
    uint64_t index[GLR_MAX_RANK] = {0};
    for (uint32_t a = tensor->rank; a-- > 0;) {
        index[a] = element % (uint64_t)tensor->shape[a];
        element /= (uint64_t)tensor->shape[a];
    }
    int used = snprintf(text, capacity, "[");
    for (uint32_t a = 0; a < tensor->rank; a++) {
        used += snprintf(text + used, capacity - (size_t)used, "%s%" PRIu64, a > 0 ? ", " : "", index[a]);
    }
    (void)snprintf(text + used, capacity - (size_t)used, "]");
}

/* An element's bits as a number, the most significant byte first. */
static void bits_text(const unsigned char *element, size_t size, char *text)
{
    for (size_t i = 0; i < size; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", element[size - 1 - i]);
    }
}

static void report(const check *work, const unsigned char *values, uint64_t offset, uint64_t byte)
{
    size_t size = glr_dtype_size(work->place->dtype);
    uint64_t first = byte / size * size;
    char index[GLR_MAX_RANK * 22 + 3], found[17], expected[17];
    index_text(work->place, (offset + first) / size, index, sizeof index);
    bits_text(work->found + first, size, found);
    bits_text(values + first, size, expected);
    glr_cli_line(stdout, "%s: tensor %s: element %s, number %" PRIu64 " of it, is 0x%s, not 0x%s", work->path,
                 work->subject.tensor.name, index, (offset + first) / size, found, expected);
}

static bool fail_by(check *work, const glr_problem *problem)
{
    work->failed = glr_cli_fail_by(problem, "%s: %s", work->path, problem->text) != 0;
    return false;
}

/* A device draws while the file is read. */
static bool compare_piece(check *work, const glr_piece *piece)
{
    const size_t bytes = (size_t)piece->bytes;
    const void *values = NULL;
    glr_problem problem;
    if (!glr_canvas_start(&work->canvas, &work->subject, piece, &problem) ||
        !glr_input_read(work->input, work->found, bytes, work->place->offset + piece->offset, &problem) ||
        !glr_canvas_wait(&work->canvas, &values, &problem)) {
        return fail_by(work, &problem);
    }
    const unsigned char *expected = values;
    glr_progress_add(&work->progress, bytes);
    if (memcmp(work->found, expected, bytes) != 0) {
        uint64_t byte = 0;
        while (work->found[byte] == expected[byte]) {
            byte++;
        }
        work->differs = true;
        report(work, expected, piece->offset, byte);
        return false; /* the first difference of a tensor is enough */
    }
    return !glr_interrupted();
}

/* A tensor that is drawn at once is one piece. */
static uint64_t bytes_of_pieces(glr_device *device, const glr_subject *subject)
{
    uint64_t bytes = 0;
    const bool is_whole = glr_is_drawn_whole(device, subject);
    (void)glr_tensor_extent(&subject->tensor.tensor, NULL, &bytes);
    return is_whole && bytes > GLR_PIECE_BYTES ? bytes : GLR_PIECE_BYTES;
}

/* The tensor of the spec that is paired with tensor i of the file; false if none is. */
static bool take_subject(const glr_pairs *all, size_t i, glr_subject *subject)
{
    subject->model = all->model;
    subject->index = all->index[i];
    return subject->index != SIZE_MAX &&
           glr_model_get(subject->model, subject->index, &subject->tensor) == GLR_OK;
}

/* Of the largest piece of all pairs. */
static uint64_t most_bytes(glr_device *device, const glr_pairs *all)
{
    uint64_t most = GLR_PIECE_BYTES;
    glr_subject subject;
    for (size_t i = 0; i < all->file->count; i++) {
        if (take_subject(all, i, &subject)) {
            const uint64_t bytes = bytes_of_pieces(device, &subject);
            most = bytes > most ? bytes : most;
        }
    }
    return most;
}

static void compare_tensor(check *work)
{
    const glr_pieces pieces =
        glr_cut(&work->subject.tensor.tensor, bytes_of_pieces(work->device, &work->subject));
    for (uint64_t i = 0; i < pieces.count; i++) {
        const glr_piece piece = glr_piece_at(&pieces, i);
        if (!compare_piece(work, &piece)) {
            return;
        }
    }
}

/* Compares what is paired; returns how many tensors differ. */
static size_t compare_pairs(check *work, const glr_pairs *all)
{
    size_t differing = 0;
    for (size_t i = 0; i < all->file->count && !work->failed && !glr_interrupted(); i++) {
        if (!take_subject(all, i, &work->subject)) {
            continue;
        }
        work->place = &all->file->tensor[i];
        work->differs = false;
        compare_tensor(work);
        differing += work->differs;
    }
    return differing;
}

static int compare_tensors(check *work, const glr_pairs *all)
{
    glr_problem problem;
    const size_t differing = compare_pairs(work, all);
    glr_progress_end(&work->progress);
    glr_interrupt_die();
    if (work->failed) {
        return EXIT_FAILED;
    }
    if (!glr_input_is_unchanged(work->input, &problem)) {
        return glr_cli_fail_by(&problem, "%s: %s", work->path, problem.text);
    }
    if (differing > 0) {
        return glr_cli_fail(EXIT_FAILED, "%s: %zu of %zu tensors differ", work->path, differing, all->count);
    }
    glr_pairs_say_done(all);
    return EXIT_DONE;
}

/* Draws and compares, on the device that the options name. */
static int compare(const arguments *given, const glr_pairs *all)
{
    check work = {.path = all->path, .input = &all->file->input};
    glr_problem problem;
    glr_interrupt_catch();
    int status = glr_cli_open(&given->common, &work.device);
    if (status != EXIT_DONE) {
        return status;
    }
    const uint64_t bytes = most_bytes(work.device, all);
    work.found = malloc((size_t)bytes);
    if (work.found == NULL) {
        status = glr_cli_fail(EXIT_FAILED, "%s: out of memory", all->path);
    } else if (!glr_canvas_open(work.device, bytes, &work.canvas, &problem)) {
        status = glr_cli_fail(EXIT_FAILED, "%s", problem.text);
    } else {
        glr_progress_start(&work.progress, &given->common, all->path, all->bytes);
        status = compare_tensors(&work, all);
    }
    free(work.found);
    glr_canvas_close(&work.canvas);
    glr_close(work.device);
    return status;
}

static int verify(const arguments *given, const char *path, const glr_safetensors *file,
                  const glr_model *model)
{
    glr_pairs all;
    int status = glr_pairs_make(path, file, model, given->partial, &all);
    status = status == EXIT_DONE ? compare(given, &all) : status;
    glr_pairs_free(&all);
    return status;
}

/* The spec: a list that the user names, or the file's own metadata. */
static int read_spec(const arguments *given, const char *path, const glr_safetensors *file, glr_model **model)
{
    glr_problem problem;
    if (given->spec == NULL) {
        if (!glr_spec_of_file(file, model, &problem)) {
            return glr_cli_fail_by(&problem, "%s: %s", path, problem.text);
        }
        return glr_model_has_seeds(*model)
                   ? EXIT_DONE
                   : glr_cli_fail(EXIT_USAGE, "%s: the spec in its metadata has a tensor without a seed",
                                  path);
    }
    const int status = glr_list_read(given->spec, &given->list, model);
    return status != EXIT_DONE || glr_model_has_seeds(*model)
               ? status
               : glr_cli_fail(EXIT_USAGE, "%s: has no seed; give one with --seed", given->spec);
}

/* Whether an option was given that means something for --spec alone. */
static bool has_list_options(const glr_list_options *list)
{
    return list->options.has_seed || list->options.recipe != NULL || list->rule_count > 0 ||
           list->variables.all.count > 0;
}

static int read_option(int option, arguments *given)
{
    switch (option) {
    case 'r': given->list.rule[given->list.rule_count++] = optarg; return EXIT_DONE;
    case OPTION_SPEC: given->spec = optarg; return EXIT_DONE;
    case OPTION_PARTIAL: given->partial = true; return EXIT_DONE;
    case OPTION_SET:
    case OPTION_CONFIG: return glr_cli_variable_option(option, optarg, &given->list.variables);
    default: return glr_cli_drawing_option("verify", option, &given->list.options, &given->common);
    }
}

/* Verifies an open file. */
static int verify_file(const arguments *given, const char *path, const glr_safetensors *file)
{
    glr_model *model = NULL;
    int status = read_spec(given, path, file, &model);
    status = status == EXIT_DONE ? verify(given, path, file, model) : status;
    glr_model_free(model);
    return status;
}

/* Reads the options, and does what they say. */
static int read_and_verify(int argc, char **argv, arguments *given)
{
    int option, status = EXIT_DONE;
    while (status == EXIT_DONE && (option = glr_cli_option(argc, argv, "s:r:h", options)) != -1) {
        if (option == 'h') {
            return fputs(help, stdout) < 0 ? EXIT_FAILED : EXIT_DONE;
        }
        status = read_option(option, given);
    }
    if (status != EXIT_DONE) {
        return status;
    }
    if (optind + 1 != argc) {
        return optind == argc ? glr_cli_fail(EXIT_USAGE, "expected one file; try 'glorand verify --help'")
                              : glr_cli_unexpected("verify", argv[optind + 1]);
    }
    if (given->spec == NULL && has_list_options(&given->list)) {
        return glr_cli_fail(EXIT_USAGE,
                            "--seed, --rule, --recipe, --set and --config need --spec; without it "
                            "the metadata has every initializer");
    }
    glr_safetensors file;
    glr_problem problem;
    if (!glr_safetensors_read(argv[optind], &file, &problem)) {
        return glr_cli_fail_by(&problem, "%s", problem.text);
    }
    status = verify_file(given, argv[optind], &file);
    glr_safetensors_free(&file);
    return status;
}

int glr_cli_verify(int argc, char **argv)
{
    arguments given = {.common = GLR_COMMON_INIT};
    int status = glr_list_options_make(argc, &given.list);
    status = status == EXIT_DONE ? read_and_verify(argc, argv, &given) : status;
    glr_list_options_free(&given.list);
    return status;
}
