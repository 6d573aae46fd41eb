/* glorand stats: mean, deviation and bounds of a file's tensors, beside what is expected. */
#include "command.h"
#include "files/files.h"
#include "files/safetensors.h"
#include "list.h"
#include "passed_over.h"
#include "table.h"
#include "text/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "Usage: glorand stats FILE.safetensors [OPTION]...\n"
    "Print the mean, standard deviation, minimum and maximum of a file's floating-point tensors and,\n"
    "in the columns behind them, what the spec in the file's metadata lets expect.\n"
    "\n"
    "      --tensor GLOB      only tensors whose names match\n"
    "      --json             as JSON\n"
    "  -h, --help             print this text\n";

enum { OPTION_TENSOR = 1, OPTION_JSON };

static const struct option options[] = {
    {"tensor", required_argument, NULL, OPTION_TENSOR},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Elements that are summed at a time; the sums of such chunks are then merged, which keeps rounding small. */
#define CHUNK 8192

/* Bytes of JSON after which what there is is printed. */
#define PRINTED 65536

/* One tensor of the report. */
typedef struct entry {
    const glr_file_tensor *place;
    glr_moments moments;
    glr_statistics found;
    bool is_expected;
    glr_summary expected;
} entry;

/* A chunk as it lies in the file, and its values: too much for a small stack. */
typedef struct chunk_buffer {
    unsigned char bytes[CHUNK * sizeof(double)];
    double values[CHUNK];
} chunk_buffer;

/* Reads and sums a tensor; false after a message. */
static bool measure(const char *path, const glr_input *input, chunk_buffer *chunk, entry *item)
{
    const size_t size = glr_dtype_size(item->place->dtype);
    uint64_t offset = item->place->offset;
    glr_problem problem;
    for (uint64_t left = item->place->bytes / size; left > 0;) {
        const size_t now = left < CHUNK ? (size_t)left : CHUNK;
        if (!glr_input_read(input, chunk->bytes, now * size, offset, &problem)) {
            (void)glr_cli_fail_by(&problem, "%s: tensor %s: %s", path, item->place->name, problem.text);
            return false;
        }
        (void)glr_decode(item->place->dtype, chunk->bytes, now, chunk->values); /* floating-point */
        glr_moments_add(&item->moments, chunk->values, now);
        offset += now * size;
        left -= now;
    }
    item->found = glr_moments_statistics(&item->moments);
    return true;
}

static void expect(const glr_model *model, entry *item)
{
    glr_model_tensor tensor;
    size_t index = SIZE_MAX;
    if (model != NULL && glr_model_find(model, item->place->name, &index) == GLR_OK && index != SIZE_MAX) {
        (void)glr_model_get(model, index, &tensor);
        item->is_expected = glr_describe(&tensor.initializer, &tensor.tensor, &item->expected) == GLR_OK;
    }
}

static void place_shape(const glr_file_tensor *place, char text[GLR_SHAPE_TEXT])
{
    glr_tensor tensor = {.rank = place->rank};
    memcpy(tensor.shape, place->shape, place->rank * sizeof tensor.shape[0]);
    glr_shape_text(&tensor, text);
}

static void print_cells(bool known, double mean, double stddev, double least, double greatest)
{
    if (known) {
        (void)printf(" %12.5g %12.6g %12.6g %12.6g", mean, stddev, least, greatest);
    } else {
        (void)printf(" %12s %12s %12s %12s", "-", "-", "-", "-");
    }
}

static void print_row(const entry *item, int width)
{
    char shape[GLR_SHAPE_TEXT];
    place_shape(item->place, shape);
    glr_print_cell(item->place->name, width);
    (void)printf(" %-16s", shape);
    print_cells(item->place->bytes > 0, item->found.mean, item->found.stddev, item->found.minimum,
                item->found.maximum);
    print_cells(item->is_expected, item->expected.mean, item->expected.stddev, item->expected.lower,
                item->expected.upper);
    (void)putchar('\n');
}

static void print_table(const entry *items, size_t count)
{
    int width = glr_cell_width(0, "tensor");
    for (size_t i = 0; i < count; i++) {
        width = glr_cell_width(width, items[i].place->name);
    }
    (void)printf("%-*s %-16s %12s %12s %12s %12s %12s %12s %12s %12s\n", width, "tensor", "shape", "mean",
                 "stddev", "minimum", "maximum", "exp. mean", "exp. stddev", "exp. lower", "exp. upper");
    for (size_t i = 0; i < count; i++) {
        print_row(&items[i], width);
    }
}

/* A member after others; JSON has no infinities: null stands for them. */
static void write_number(glr_text *text, const char *indent, const char *name, double number)
{
    glr_text_add(text, indent);
    glr_text_name(text, name);
    if (isfinite(number)) {
        glr_text_double(text, number);
    } else {
        glr_text_add(text, "null");
    }
}

static void write_count(glr_text *text, const char *name, uint64_t count)
{
    glr_text_add(text, ",\n  ");
    glr_text_name(text, name);
    glr_text_int64(text, (int64_t)count);
}

static void write_shape(glr_text *text, const glr_file_tensor *place)
{
    glr_text_add(text, ",\n  ");
    glr_text_name(text, "shape");
    glr_text_add(text, "[");
    for (uint32_t a = 0; a < place->rank; a++) {
        glr_text_add(text, a == 0 ? "\n   " : ",\n   ");
        glr_text_int64(text, place->shape[a]);
    }
    glr_text_add(text, place->rank == 0 ? "]" : "\n  ]");
}

static void write_item(glr_text *text, const entry *item)
{
    const glr_statistics *found = &item->found;
    const glr_moments *moments = &item->moments;
    const glr_summary *expected = &item->expected;
    glr_text_add(text, "\n {\n  ");
    glr_text_name(text, "name");
    glr_text_string(text, item->place->name);
    glr_text_add(text, ",\n  ");
    glr_text_name(text, "dtype");
    glr_text_string(text, glr_dtype_name(item->place->dtype));
    write_shape(text, item->place);
    write_number(text, ",\n  ", "mean", found->mean);
    write_number(text, ",\n  ", "stddev", found->stddev);
    write_number(text, ",\n  ", "minimum", found->minimum);
    write_number(text, ",\n  ", "maximum", found->maximum);
    write_count(text, "nan_count", moments->nans);
    write_count(text, "infinity_count", moments->positive_infinities + moments->negative_infinities);
    if (item->is_expected) {
        glr_text_add(text, ",\n  ");
        glr_text_name(text, "expected");
        write_number(text, "{\n   ", "mean", expected->mean);
        write_number(text, ",\n   ", "stddev", expected->stddev);
        write_number(text, ",\n   ", "lower", expected->lower);
        write_number(text, ",\n   ", "upper", expected->upper);
        glr_text_add(text, "\n  }");
    }
    glr_text_add(text, "\n }");
}

static int print_json(const entry *items, size_t count)
{
    glr_text text = {.spaced = true, .visible = true};
    for (size_t i = 0; i < count; i++) {
        glr_text_add(&text, i == 0 ? "[" : ",");
        write_item(&text, &items[i]);
        if (text.length > PRINTED && glr_cli_print(&text, "a tensor's name") != EXIT_DONE) {
            return EXIT_FAILED;
        }
        text.spaced = text.visible = true;
    }
    glr_text_add(&text, count == 0 ? "[]\n" : "\n]\n");
    return glr_cli_print(&text, "a tensor's name");
}

/* Measures the tensors that are asked for, from the one open file. Returns an exit status. */
static int measure_all(const char *path, const char *glob, const glr_safetensors *file,
                       const glr_model *model, chunk_buffer *chunk, entry *items, size_t *count)
{
    glr_problem problem;
    for (size_t i = 0; i < file->count; i++) {
        const glr_file_tensor *place = &file->tensor[i];
        if (!glr_file_tensor_is_known(place) || !glr_dtype_is_floating(place->dtype) ||
            !glr_is_meant(place, glob)) {
            continue;
        }
        entry *item = &items[(*count)++];
        item->place = place;
        expect(model, item);
        if (!measure(path, &file->input, chunk, item)) {
            return EXIT_FAILED;
        }
    }
    return glr_input_is_unchanged(&file->input, &problem)
               ? EXIT_DONE
               : glr_cli_fail_by(&problem, "%s: %s", path, problem.text);
}

/* Prints what was measured; if that is nothing, says what there is instead. Returns an exit status. */
static int print_report(const char *path, bool json, const glr_safetensors *file, const entry *items,
                        size_t count)
{
    if (count == 0) {
        glr_say_not_floating(path, file);
    }
    if (json) {
        return print_json(items, count);
    }
    if (count > 0 || file->count == 0) {
        print_table(items, count);
    }
    return EXIT_DONE;
}

static int report(const char *path, const char *glob, bool json, const glr_safetensors *file,
                  const glr_model *model)
{
    entry *items = calloc(file->count + 1, sizeof *items);
    chunk_buffer *chunk = malloc(sizeof *chunk);
    size_t count = 0;
    if (items == NULL || chunk == NULL) {
        free(items);
        free(chunk);
        return glr_cli_fail(EXIT_FAILED, "%s: out of memory", path);
    }
    int status = measure_all(path, glob, file, model, chunk, items, &count);
    free(chunk);
    if (status == EXIT_DONE) {
        glr_say_passed_over(path, file, glob);
        if (count == 0 && glob != NULL) {
            status =
                glr_cli_fail(EXIT_USAGE, "--tensor: no floating-point tensor of %s matches '%s'", path, glob);
        } else {
            status = print_report(path, json, file, items, count);
        }
    }
    free(items);
    return status;
}

int glr_cli_stats(int argc, char **argv)
{
    const char *glob = NULL;
    bool json = false;
    int option;
    while ((option = glr_cli_option(argc, argv, "h", options)) != -1) {
        switch (option) {
        case OPTION_TENSOR: glob = optarg; break;
        case OPTION_JSON: json = true; break;
        case 'h': return fputs(help, stdout) < 0 ? EXIT_FAILED : EXIT_DONE;
        default: return glr_cli_common_option("stats", option, NULL);
        }
    }
    if (optind + 1 != argc) {
        return optind == argc ? glr_cli_fail(EXIT_USAGE, "expected one file; try 'glorand stats --help'")
                              : glr_cli_unexpected("stats", argv[optind + 1]);
    }
    uint32_t matches;
    if (glob != NULL && glr_pattern_match(glob, "", &matches) != GLR_OK) {
        return glr_cli_fail(EXIT_USAGE, "--tensor '%s': %s", glob, glr_last_error());
    }
    glr_safetensors file;
    glr_model *model = NULL;
    glr_problem problem;
    if (!glr_safetensors_read(argv[optind], &file, &problem)) {
        return glr_cli_fail_by(&problem, "%s", problem.text);
    }
    /* Files of others have no spec: then nothing is expected. */
    int status;
    if (!glr_spec_of_file(&file, &model, &problem) && glr_problem_is_systems(&problem)) {
        status = glr_cli_fail_by(&problem, "%s: %s", argv[optind], problem.text);
    } else {
        status = report(argv[optind], glob, json, &file, model);
    }
    glr_model_free(model);
    glr_safetensors_free(&file);
    return status;
}
