/* Reading and writing the header of .safetensors files. */
#include "safetensors.h"

#include "spec.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LENGTH_BYTES   8
#define DATA_ALIGNMENT 64
#define LARGEST_HEADER 100000000 /* the format's own limit */

static const struct {
    glr_dtype dtype;
    const char *name;
} dtype_names[] = {
    {GLR_FLOAT32, "F32"},
    {GLR_FLOAT64, "F64"},
    {GLR_FLOAT16, "F16"},
    {GLR_BFLOAT16, "BF16"},
    {GLR_FLOAT8_E4M3FN, "F8_E4M3"},
    {GLR_FLOAT8_E5M2, "F8_E5M2"},
    {GLR_BOOL, "BOOL"},
    {GLR_INT8, "I8"},
    {GLR_INT16, "I16"},
    {GLR_INT32, "I32"},
    {GLR_INT64, "I64"},
    {GLR_UINT8, "U8"},
    {GLR_UINT16, "U16"},
    {GLR_UINT32, "U32"},
    {GLR_UINT64, "U64"},
};

#define DTYPE_COUNT (sizeof dtype_names / sizeof dtype_names[0])

static const char *name_of_dtype(glr_dtype dtype)
{
    for (size_t i = 0; i < DTYPE_COUNT; i++) {
        if (dtype_names[i].dtype == dtype) {
            return dtype_names[i].name;
        }
    }
    return "";
}

static glr_dtype dtype_of_name(const char *name)
{
    for (size_t i = 0; i < DTYPE_COUNT; i++) {
        if (strcmp(dtype_names[i].name, name) == 0) {
            return dtype_names[i].dtype;
        }
    }
    return GLR_DTYPE_NONE;
}

/* ---- Writing ----------------------------------------------------------------------------------------- */

static void describe(glr_text *text, const glr_file_tensor *tensor, uint64_t first)
{
    glr_text_name(text, tensor->name);
    glr_text_add(text, "{\"dtype\":");
    glr_text_string(text, name_of_dtype(tensor->dtype));
    glr_text_add(text, ",\"shape\":");
    glr_text_integers(text, tensor->shape, tensor->rank);
    const int64_t offsets[] = {(int64_t)first, (int64_t)(first + tensor->bytes)};
    glr_text_add(text, ",\"data_offsets\":");
    glr_text_integers(text, offsets, 2);
    glr_text_add(text, "}");
}

/* The document, with offsets that count from its end. */
static bool write_document(glr_text *text, glr_file_tensor *tensors, size_t count, const glr_model *spec,
                           glr_problem *problem)
{
    uint64_t end = 0;
    glr_text_add(text, "{");
    if (spec != NULL) {
        glr_text_name(text, "__metadata__");
        if (!glr_spec_write(text, spec, problem)) {
            return false;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (tensors[i].bytes > (uint64_t)INT64_MAX / 2 - end) {
            return glr_problem_set(problem, "tensor %s: the file would be larger than 2^62 bytes",
                                   tensors[i].name);
        }
        if (i > 0 || spec != NULL) {
            glr_text_comma(text);
        }
        describe(text, &tensors[i], end);
        tensors[i].offset = end;
        end += tensors[i].bytes;
    }
    glr_text_add(text, "}");
    if (text->out_of_memory) {
        return glr_problem_memory(problem);
    }
    return !text->not_utf8 || glr_problem_set(problem, "a tensor's name is not UTF-8");
}

/* Fills the place that was left for the length, and pads. */
static bool frame_header(glr_text *text, glr_problem *problem)
{
    static const char spaces[] = "                                                                ";
    const size_t padding = (DATA_ALIGNMENT - text->length % DATA_ALIGNMENT) % DATA_ALIGNMENT;
    const uint64_t header = text->length + padding - LENGTH_BYTES;
    if (header > LARGEST_HEADER) {
        return glr_problem_set(problem, "a header of %" PRIu64 " bytes, where the format allows %d", header,
                               LARGEST_HEADER);
    }
    glr_text_append(text, spaces, padding);
    if (text->out_of_memory) {
        return glr_problem_memory(problem);
    }
    for (int i = 0; i < LENGTH_BYTES; i++) {
        text->bytes[i] = (char)(unsigned char)(header >> (8 * i) & 0xffU);
    }
    return true;
}

char *glr_safetensors_header(glr_file_tensor *tensors, size_t count, const glr_model *spec, size_t *length,
                             glr_problem *problem)
{
    static const char place[LENGTH_BYTES] = {0};
    glr_text text = {.limit = LENGTH_BYTES + LARGEST_HEADER};
    glr_text_append(&text, place, sizeof place);
    if (!write_document(&text, tensors, count, spec, problem) || !frame_header(&text, problem)) {
        glr_text_free(&text);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        tensors[i].offset += text.length;
    }
    *length = text.length;
    return text.bytes;
}

/* ---- Reading ----------------------------------------------------------------------------------------- */

/* A shape, to sizes, where there is room for it. */
static bool read_shape(glr_json_value shape, int64_t *sizes, glr_file_tensor *tensor, glr_problem *problem)
{
    if (shape.kind != GLR_JSON_ARRAY || glr_json_size(shape) > GLR_MAX_RANK) {
        return glr_problem_set(problem, "tensor %s: its shape is no list of at most %d dimensions",
                               tensor->name, GLR_MAX_RANK);
    }
    glr_tensor whole = {.dtype = tensor->dtype, .rank = (uint32_t)glr_json_size(shape)};
    glr_json_walk walk = glr_json_children(shape);
    while (glr_json_next(&walk)) {
        if (!glr_json_int64(walk.value, &whole.shape[walk.index])) {
            return glr_problem_set(problem, "tensor %s: shape[%zu] is not an integer", tensor->name,
                                   walk.index);
        }
    }
    if (glr_tensor_extent(&whole, NULL, &tensor->bytes) != GLR_OK) {
        return glr_problem_set(problem, "tensor %s: %s", tensor->name, glr_last_error());
    }
    tensor->rank = whole.rank;
    tensor->shape = sizes;
    memcpy(sizes, whole.shape, whole.rank * sizeof *sizes);
    return true;
}

/* Two integers. */
static bool read_offsets(glr_json_value value, int64_t *first, int64_t *end)
{
    glr_json_walk walk = glr_json_children(value);
    return value.kind == GLR_JSON_ARRAY && glr_json_size(value) == 2 && glr_json_next(&walk) &&
           glr_json_int64(walk.value, first) && glr_json_next(&walk) && glr_json_int64(walk.value, end);
}

static bool read_entry(glr_json_value entry, uint64_t data_bytes, int64_t *sizes, glr_file_tensor *tensor,
                       glr_problem *problem)
{
    const char *dtype = glr_json_string(glr_json_member(entry, "dtype"));
    tensor->dtype = dtype == NULL ? GLR_DTYPE_NONE : dtype_of_name(dtype);
    if (tensor->dtype == GLR_DTYPE_NONE) {
        return glr_problem_set(problem, "tensor %s: %s is no dtype that glorand knows", tensor->name,
                               dtype == NULL ? "what is missing" : dtype);
    }
    if (!read_shape(glr_json_member(entry, "shape"), sizes, tensor, problem)) {
        return false;
    }
    int64_t first, end;
    if (!read_offsets(glr_json_member(entry, "data_offsets"), &first, &end)) {
        return glr_problem_set(problem, "tensor %s: its data_offsets are not two integers", tensor->name);
    }
    if (first < 0 || end < first || (uint64_t)end > data_bytes) {
        return glr_problem_set(problem,
                               "tensor %s: its data_offsets are outside the file's %" PRIu64 " data bytes",
                               tensor->name, data_bytes);
    }
    if ((uint64_t)(end - first) != tensor->bytes) {
        return glr_problem_set(problem, "tensor %s: %" PRIu64 " bytes of data, but its shape needs %" PRIu64,
                               tensor->name, (uint64_t)(end - first), tensor->bytes);
    }
    tensor->offset = (uint64_t)first;
    return true;
}

static int compare_offsets(const void *a, const void *b)
{
    const glr_file_tensor *x = a, *y = b;
    if (x->offset != y->offset) {
        return x->offset < y->offset ? -1 : 1;
    }
    return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

/* Tensors lie one after the other, with no holes and nothing behind. */
static bool check_layout(glr_safetensors *file, uint64_t data_bytes, glr_problem *problem)
{
    uint64_t end = 0;
    qsort(file->tensor, file->count, sizeof *file->tensor, compare_offsets);
    for (size_t i = 0; i < file->count; i++) {
        if (file->tensor[i].offset != end) {
            return glr_problem_set(problem,
                                   "tensor %s: begins at byte %" PRIu64 " of the data, not at %" PRIu64
                                   " where the one before it ends",
                                   file->tensor[i].name, file->tensor[i].offset, end);
        }
        end += file->tensor[i].bytes;
    }
    return end == data_bytes ||
           glr_problem_set(problem, "%" PRIu64 " bytes follow the last tensor", data_bytes - end);
}

static bool read_metadata(glr_json_value value, glr_safetensors *file, glr_problem *problem)
{
    if (value.kind != GLR_JSON_OBJECT) {
        return glr_problem_set(problem, "__metadata__: is not an object");
    }
    file->metadata = calloc(glr_json_size(value) + 1, sizeof *file->metadata);
    if (file->metadata == NULL) {
        return glr_problem_memory(problem);
    }
    glr_json_walk walk = glr_json_children(value);
    while (glr_json_next(&walk)) {
        glr_file_text text = {walk.name, glr_json_string(walk.value)};
        if (text.text == NULL) {
            return glr_problem_set(problem, "__metadata__.%s: is not a string", walk.name);
        }
        file->metadata[file->metadata_count++] = text;
    }
    return true;
}

/* Makes room for the tensors and the dimensions of all. */
static bool make_room(glr_json_value header, glr_safetensors *file, glr_problem *problem)
{
    size_t sizes = 1;
    glr_json_walk walk = glr_json_children(header);
    while (glr_json_next(&walk)) {
        const size_t rank = glr_json_size(glr_json_member(walk.value, "shape"));
        sizes += rank < GLR_MAX_RANK ? rank : GLR_MAX_RANK;
    }
    file->tensor = calloc(glr_json_size(header) + 1, sizeof *file->tensor);
    file->sizes = calloc(sizes, sizeof *file->sizes);
    return (file->tensor != NULL && file->sizes != NULL) || glr_problem_memory(problem);
}

static bool read_header(glr_json_value header, uint64_t data_start, glr_safetensors *file,
                        glr_problem *problem)
{
    if (header.kind != GLR_JSON_OBJECT) {
        return glr_problem_set(problem, "its header is not an object");
    }
    if (!make_room(header, file, problem)) {
        return false;
    }
    int64_t *sizes = file->sizes;
    glr_json_walk walk = glr_json_children(header);
    while (glr_json_next(&walk)) {
        if (strcmp(walk.name, "__metadata__") == 0) {
            if (!read_metadata(walk.value, file, problem)) {
                return false;
            }
            continue;
        }
        glr_file_tensor *tensor = &file->tensor[file->count++];
        tensor->name = walk.name;
        if (!read_entry(walk.value, file->bytes - data_start, sizes, tensor, problem)) {
            return false;
        }
        sizes += tensor->rank;
    }
    if (!check_layout(file, file->bytes - data_start, problem)) {
        return false;
    }
    for (size_t i = 0; i < file->count; i++) {
        file->tensor[i].offset += data_start;
    }
    return true;
}

/* The header's text; *length is set before the text is read. */
static char *read_header_text(FILE *stream, uint64_t file_bytes, uint64_t *length, glr_problem *problem)
{
    unsigned char prefix[LENGTH_BYTES];
    *length = 0;
    if (file_bytes < LENGTH_BYTES) {
        (void)glr_problem_set(problem, "%" PRIu64 " bytes are too few for a .safetensors file", file_bytes);
        return NULL;
    }
    if (fread(prefix, 1, LENGTH_BYTES, stream) != LENGTH_BYTES) {
        (void)glr_problem_stream(problem, stream, "the header cannot be read");
        return NULL;
    }
    for (int i = LENGTH_BYTES; i-- > 0;) {
        *length = *length << 8 | prefix[i];
    }
    if (*length > LARGEST_HEADER || *length > file_bytes - LENGTH_BYTES) {
        (void)glr_problem_set(problem, "a header of %" PRIu64 " bytes does not fit into the file's %" PRIu64,
                              *length, file_bytes);
        return NULL;
    }
    errno = 0;
    char *text = malloc((size_t)*length + 1);
    if (text == NULL || fread(text, 1, (size_t)*length, stream) != *length) {
        (void)glr_problem_stream(problem, stream, "the header cannot be read");
        free(text);
        return NULL;
    }
    return text;
}

static bool read_open_file(FILE *stream, glr_safetensors *file, glr_problem *problem)
{
    struct stat info;
    if (fstat(fileno(stream), &info) != 0) {
        return glr_problem_errno(problem, "its size cannot be had");
    }
    if (!S_ISREG(info.st_mode)) {
        return glr_problem_set(problem, "is no regular file");
    }
    file->bytes = (uint64_t)info.st_size;
    uint64_t length;
    char *text = read_header_text(stream, file->bytes, &length, problem);
    if (text == NULL) {
        return false;
    }
    glr_json header;
    glr_status status = glr_json_read(text, (size_t)length, &header);
    free(text);
    if (status != GLR_OK) {
        return glr_problem_status(problem, status);
    }
    file->text = header.text;
    bool ok = read_header(glr_json_root(&header), LENGTH_BYTES + length, file, problem);
    glr_json_free_nodes(&header);
    return ok;
}

bool glr_safetensors_read(const char *path, glr_safetensors *file, glr_problem *problem)
{
    memset(file, 0, sizeof *file);
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        return glr_problem_errno(problem, "%s", path);
    }
    bool ok = read_open_file(stream, file, problem) || glr_problem_prefix(problem, "%s: ", path);
    (void)fclose(stream);
    if (!ok) {
        glr_safetensors_free(file);
    }
    return ok;
}

const char *glr_safetensors_metadata(const glr_safetensors *file, const char *key)
{
    for (size_t i = 0; i < file->metadata_count; i++) {
        if (strcmp(file->metadata[i].key, key) == 0) {
            return file->metadata[i].text;
        }
    }
    return NULL;
}

void glr_safetensors_free(glr_safetensors *file)
{
    free(file->tensor);
    free(file->metadata);
    free(file->sizes);
    free(file->text);
    memset(file, 0, sizeof *file);
}
