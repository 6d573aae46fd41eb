/* glorand verify: draws a file's tensors again and compares every bit. */
#include "api/stage.h"
#include "interrupt.h"
#include "model/safetensors.h"
#include "model/spec.h"
#include "pieces.h"
#include "progress.h"

#include <errno.h>
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
    "  -s, --seed N           the seed for --spec\n" GLR_COMMON_HELP;

enum { OPTION_SPEC = 1 };

static const struct option options[] = {
    {"spec", required_argument, NULL, OPTION_SPEC},
    {"seed", required_argument, NULL, 's'},
    GLR_COMMON_OPTIONS,
};

typedef struct arguments {
    glr_common common;
    const char *spec;
    glr_request request;
} arguments;

/* A comparison under way. */
typedef struct check {
    const char *path;
    FILE *stream;
    glr_device *device;
    glr_stage stage;
    glr_progress progress;
    glr_model_tensor tensor;
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

static void report(const check *work, uint64_t offset, uint64_t byte)
{
    size_t size = glr_dtype_size(work->place->dtype);
    uint64_t first = byte / size * size;
    char index[GLR_MAX_RANK * 22 + 3], found[17], expected[17];
    index_text(work->place, (offset + first) / size, index, sizeof index);
    bits_text(work->found + first, size, found);
    bits_text((const unsigned char *)work->stage.host + first, size, expected);
    glr_cli_line(stdout, "%s: tensor %s: element %s, number %" PRIu64 " of it, is 0x%s, not 0x%s", work->path,
                 work->tensor.name, index, (offset + first) / size, found, expected);
}

static bool fail_drawing(check *work)
{
    work->failed = glr_cli_fail(EXIT_FAILED, "tensor %s: %s", work->tensor.name, glr_last_error()) != 0;
    return false;
}

/* A device draws while the file is read. */
static bool compare_piece(check *work, const glr_piece *piece)
{
    if (glr_stage_start(&work->stage, &work->tensor.choice.initializer, &piece->tensor) != GLR_OK) {
        return fail_drawing(work);
    }
    const size_t bytes = (size_t)piece->bytes;
    if (fseeko(work->stream, (off_t)(work->place->offset + piece->offset), SEEK_SET) != 0 ||
        fread(work->found, 1, bytes, work->stream) != bytes) {
        glr_problem problem;
        (void)glr_problem_stream(&problem, work->stream, "%s: cannot be read", work->path);
        work->failed = glr_cli_fail(EXIT_FAILED, "%s", problem.text) != 0;
        return false;
    }
    if (glr_stage_wait(&work->stage) != GLR_OK) {
        return fail_drawing(work);
    }
    const unsigned char *expected = work->stage.host;
    glr_progress_add(&work->progress, bytes);
    if (memcmp(work->found, expected, bytes) != 0) {
        uint64_t byte = 0;
        while (work->found[byte] == expected[byte]) {
            byte++;
        }
        work->differs = true;
        report(work, piece->offset, byte);
        return false; /* the first difference of a tensor is enough */
    }
    return !glr_interrupted();
}

static void compare_tensor(check *work)
{
    const glr_pieces pieces = glr_cut(&work->tensor.tensor, GLR_PIECE_BYTES);
    for (uint64_t i = 0; i < pieces.count; i++) {
        const glr_piece piece = glr_piece_at(&pieces, i);
        if (!compare_piece(work, &piece)) {
            return;
        }
    }
}

/* Whether the file has the dtype and shape that the spec says. */
static bool same_form(const glr_file_tensor *place, const glr_model *model, size_t index)
{
    const glr_model_entry *entry = &model->entry[index];
    return place->dtype == (glr_dtype)entry->dtype && place->rank == entry->rank &&
           memcmp(place->shape, glr_model_part_shape(model, index), place->rank * sizeof *place->shape) == 0;
}

/* Says which tensor of the spec the file lacks, by those that were found in it. */
static int complain_of_missing(const char *path, const glr_model *model, const bool *found)
{
    for (size_t i = 0; i < model->count; i++) {
        if (model->entry[i].action == GLR_ACTION_FILL && !found[i]) {
            return glr_cli_fail(EXIT_FAILED, "%s: tensor %s of the spec is not in the file", path,
                                model->entry[i].name);
        }
    }
    return EXIT_DONE;
}

/* Every tensor of the file must be in the spec. */
static int find_names(const char *path, const glr_safetensors *file, const glr_model *model, bool *found)
{
    size_t next = 0;
    for (size_t i = 0; i < file->count; i++) {
        const size_t index = glr_model_find(model, file->tensor[i].name, &next);
        if (index == SIZE_MAX || model->entry[index].action != GLR_ACTION_FILL) {
            return glr_cli_fail(EXIT_FAILED, "%s: tensor %s is not in the spec", path, file->tensor[i].name);
        }
        if (!same_form(&file->tensor[i], model, index)) {
            return glr_cli_fail(EXIT_FAILED, "%s: tensor %s has not the shape and dtype of the spec", path,
                                file->tensor[i].name);
        }
        found[index] = true;
    }
    return EXIT_DONE;
}

/* And the other way round. */
static int check_names(const char *path, const glr_safetensors *file, const glr_model *model)
{
    bool *found = calloc(model->count + 1, sizeof *found);
    if (found == NULL) {
        return glr_cli_fail(EXIT_FAILED, "%s: out of memory", path);
    }
    int status = find_names(path, file, model, found);
    status = status == EXIT_DONE ? complain_of_missing(path, model, found) : status;
    free(found);
    return status;
}

static int compare_tensors(check *work, const glr_safetensors *file, const glr_model *model)
{
    size_t differing = 0, next = 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < file->count && !work->failed && !glr_interrupted(); i++) {
        work->place = &file->tensor[i];
        glr_model_get(model, glr_model_find(model, file->tensor[i].name, &next), &work->tensor);
        work->differs = false;
        compare_tensor(work);
        differing += work->differs;
        bytes += work->place->bytes;
    }
    glr_progress_end(&work->progress);
    glr_interrupt_die();
    if (work->failed) {
        return EXIT_FAILED;
    }
    if (differing > 0) {
        return glr_cli_fail(EXIT_FAILED, "%s: %zu of %zu tensors differ", work->path, differing, file->count);
    }
    glr_cli_line(stdout, "%s: %zu tensors, %" PRIu64 " bytes: every bit is as drawn", work->path, file->count,
                 bytes);
    return EXIT_DONE;
}

static int compare(const arguments *given, const char *path, const glr_safetensors *file,
                   const glr_model *model)
{
    check work = {.path = path};
    int status = check_names(path, file, model);
    if (status != EXIT_DONE) {
        return status;
    }
    glr_interrupt_catch();
    status = glr_cli_open(&given->common, &work.device);
    if (status != EXIT_DONE) {
        return status;
    }
    work.stream = fopen(path, "rb");
    work.found = malloc(GLR_PIECE_BYTES);
    if (work.stream == NULL || work.found == NULL) {
        status = glr_cli_fail(EXIT_FAILED, "%s: %s", path, strerror(errno));
    } else if (glr_stage_open(work.device, GLR_PIECE_BYTES, &work.stage) != GLR_OK) {
        status = glr_cli_fail(EXIT_FAILED, "%s", glr_last_error());
    } else {
        glr_progress_start(&work.progress, &given->common, path, file->bytes);
        status = compare_tensors(&work, file, model);
    }
    if (work.stream != NULL) {
        (void)fclose(work.stream);
    }
    free(work.found);
    glr_stage_close(&work.stage);
    glr_close(work.device);
    return status;
}

/* The spec: a list that the user names, or the file's own metadata. */
static int read_spec(const arguments *given, const char *path, const glr_safetensors *file, glr_model *model)
{
    glr_problem problem;
    if (given->spec == NULL) {
        return glr_spec_read(glr_safetensors_metadata(file, GLR_KEY_SPEC),
                             glr_safetensors_metadata(file, GLR_KEY_STREAM_VERSION), model, &problem)
                   ? EXIT_DONE
                   : glr_cli_fail_by(&problem, "%s: %s", path, problem.text);
    }
    if (!glr_model_read(given->spec, model, &problem)) {
        return glr_cli_fail_by(&problem, "%s", problem.text);
    }
    if (!glr_model_resolve(model, &given->request, &problem)) {
        glr_model_free(model);
        return glr_cli_fail_by(&problem, "%s: %s", given->spec, problem.text);
    }
    if (glr_model_needs_seed(model)) {
        glr_model_free(model);
        return glr_cli_fail(EXIT_USAGE, "%s: has no seed; give one with --seed", given->spec);
    }
    return EXIT_DONE;
}

int glr_cli_verify(int argc, char **argv)
{
    arguments given = {.common = GLR_COMMON_INIT};
    int option, status = EXIT_DONE;
    while (status == EXIT_DONE && (option = glr_cli_option(argc, argv, "s:h", options)) != -1) {
        switch (option) {
        case 'h': return fputs(help, stdout) < 0 ? EXIT_FAILED : EXIT_DONE;
        case OPTION_SPEC: given.spec = optarg; break;
        default: status = glr_cli_request_option("verify", option, &given.request, &given.common);
        }
    }
    if (status != EXIT_DONE) {
        return status;
    }
    if (optind + 1 != argc) {
        return glr_cli_fail(EXIT_USAGE, "one file is to be named; try 'glorand verify --help'");
    }
    glr_safetensors file;
    glr_model model;
    glr_problem problem;
    if (!glr_safetensors_read(argv[optind], &file, &problem)) {
        return glr_cli_fail_by(&problem, "%s", problem.text);
    }
    status = read_spec(&given, argv[optind], &file, &model);
    if (status == EXIT_DONE) {
        status = compare(&given, argv[optind], &file, &model);
        glr_model_free(&model);
    }
    glr_safetensors_free(&file);
    return status;
}
