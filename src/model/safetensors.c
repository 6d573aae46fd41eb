/* Reading and writing the header of .safetensors files. */
#include "safetensors.h"

#include <errno.h>
#include <inttypes.h>
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

static json_t *describe(const glr_file_tensor *tensor, uint64_t first)
{
    json_t *shape = json_array();
    const uint64_t end = first + tensor->bytes;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        (void)json_array_append_new(shape, json_integer(tensor->shape[a]));
    }
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", name_of_dtype(tensor->dtype), "shape", shape,
                     "data_offsets", (json_int_t)first, (json_int_t)end);
}

static char *frame_header(const char *json, size_t *length, glr_problem *problem)
{
    size_t text = strlen(json);
    size_t whole = (LENGTH_BYTES + text + DATA_ALIGNMENT - 1) / DATA_ALIGNMENT * DATA_ALIGNMENT;
    uint64_t header = whole - LENGTH_BYTES;
    if (header > LARGEST_HEADER) {
        (void)glr_problem_set(problem, "a header of %" PRIu64 " bytes, where the format allows %d", header,
                              LARGEST_HEADER);
        return NULL;
    }
    char *framed = malloc(whole);
    if (framed == NULL) {
        (void)glr_problem_set(problem, "out of memory");
        return NULL;
    }
    for (int i = 0; i < LENGTH_BYTES; i++) {
        framed[i] = (char)(unsigned char)(header >> (8 * i) & 0xffU);
    }
    memcpy(framed + LENGTH_BYTES, json, text);
    memset(framed + LENGTH_BYTES + text, ' ', whole - LENGTH_BYTES - text);
    *length = whole;
    return framed;
}

char *glr_safetensors_header(glr_file_tensor *tensors, size_t count, json_t *metadata, size_t *length,
                             glr_problem *problem)
{
    json_t *document = json_object();
    uint64_t end = 0;
    int failed = metadata != NULL ? json_object_set(document, "__metadata__", metadata) : 0;
    for (size_t i = 0; i < count; i++) {
        if (tensors[i].bytes > (uint64_t)INT64_MAX / 2 - end) {
            json_decref(document);
            (void)glr_problem_set(problem, "tensor %s: the file would be larger than 2^62 bytes",
                                  tensors[i].name);
            return NULL;
        }
        failed |= json_object_set_new(document, tensors[i].name, describe(&tensors[i], end));
        tensors[i].offset = end;
        end += tensors[i].bytes;
    }
    char *json = failed ? NULL : json_dumps(document, JSON_COMPACT);
    json_decref(document);
    if (json == NULL) {
        (void)glr_problem_set(problem, "a name that is not UTF-8, or out of memory");
        return NULL;
    }
    char *framed = frame_header(json, length, problem);
    free(json);
    if (framed == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        tensors[i].offset += *length;
    }
    return framed;
}

/* ---- Reading ----------------------------------------------------------------------------------------- */

static bool read_shape(const json_t *shape, glr_file_tensor *tensor, glr_problem *problem)
{
    if (!json_is_array(shape) || json_array_size(shape) > GLR_MAX_RANK) {
        return glr_problem_set(problem, "tensor %s: its shape is no list of at most %d dimensions",
                               tensor->name, GLR_MAX_RANK);
    }
    glr_tensor whole = {.dtype = tensor->dtype, .rank = (uint32_t)json_array_size(shape)};
    for (uint32_t a = 0; a < whole.rank; a++) {
        const json_t *dimension = json_array_get(shape, a);
        if (!json_is_integer(dimension)) {
            return glr_problem_set(problem, "tensor %s: shape[%u] is not an integer", tensor->name, a);
        }
        whole.shape[a] = json_integer_value(dimension);
    }
    if (glr_tensor_extent(&whole, NULL, &tensor->bytes) != GLR_OK) {
        return glr_problem_set(problem, "tensor %s: %s", tensor->name, glr_last_error());
    }
    tensor->rank = whole.rank;
    memcpy(tensor->shape, whole.shape, sizeof whole.shape);
    return true;
}

static bool read_entry(json_t *entry, uint64_t data_bytes, glr_file_tensor *tensor, glr_problem *problem)
{
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    const json_t *offsets = json_object_get(entry, "data_offsets");
    tensor->dtype = dtype == NULL ? GLR_DTYPE_NONE : dtype_of_name(dtype);
    if (tensor->dtype == GLR_DTYPE_NONE) {
        return glr_problem_set(problem, "tensor %s: %s is no dtype that glorand knows", tensor->name,
                               dtype == NULL ? "what is missing" : dtype);
    }
    if (!read_shape(json_object_get(entry, "shape"), tensor, problem)) {
        return false;
    }
    const json_t *from = json_array_get(offsets, 0), *to = json_array_get(offsets, 1);
    if (json_array_size(offsets) != 2 || !json_is_integer(from) || !json_is_integer(to)) {
        return glr_problem_set(problem, "tensor %s: its data_offsets are not two integers", tensor->name);
    }
    json_int_t first = json_integer_value(from), end = json_integer_value(to);
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

static bool read_metadata(json_t *value, glr_safetensors *file, glr_problem *problem)
{
    const char *key;
    json_t *text;
    if (!json_is_object(value)) {
        return glr_problem_set(problem, "__metadata__: is not an object");
    }
    json_object_foreach(value, key, text)
    {
        if (!json_is_string(text)) {
            return glr_problem_set(problem, "__metadata__.%s: is not a string", key);
        }
    }
    file->metadata = json_incref(value);
    return true;
}

static bool read_header(json_t *header, uint64_t data_start, glr_safetensors *file, glr_problem *problem)
{
    const char *name;
    json_t *entry;
    file->tensor = calloc(json_object_size(header) + 1, sizeof *file->tensor);
    if (file->tensor == NULL) {
        return glr_problem_set(problem, "out of memory");
    }
    json_object_foreach(header, name, entry)
    {
        if (strcmp(name, "__metadata__") == 0) {
            if (!read_metadata(entry, file, problem)) {
                return false;
            }
            continue;
        }
        glr_file_tensor *tensor = &file->tensor[file->count];
        tensor->name = glr_copy_text(name);
        if (tensor->name == NULL) {
            return glr_problem_set(problem, "out of memory");
        }
        file->count++;
        if (!read_entry(entry, file->bytes - data_start, tensor, problem)) {
            return false;
        }
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
    if (file_bytes < LENGTH_BYTES || fread(prefix, 1, LENGTH_BYTES, stream) != LENGTH_BYTES) {
        (void)glr_problem_set(problem, "%" PRIu64 " bytes are too few for a .safetensors file", file_bytes);
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
    char *text = malloc((size_t)*length + 1);
    if (text == NULL || fread(text, 1, (size_t)*length, stream) != *length) {
        (void)glr_problem_set(problem, "the header cannot be read: %s", strerror(errno));
        free(text);
        return NULL;
    }
    return text;
}

static bool read_open_file(FILE *stream, glr_safetensors *file, glr_problem *problem)
{
    struct stat status;
    if (fstat(fileno(stream), &status) != 0 || !S_ISREG(status.st_mode)) {
        return glr_problem_set(problem, "is no regular file");
    }
    file->bytes = (uint64_t)status.st_size;
    uint64_t length;
    char *text = read_header_text(stream, file->bytes, &length, problem);
    if (text == NULL) {
        return false;
    }
    json_t *header = glr_json_parse(text, (size_t)length, problem);
    free(text);
    bool ok = header != NULL &&
              (json_is_object(header) || glr_problem_set(problem, "its header is not an object")) &&
              read_header(header, LENGTH_BYTES + length, file, problem);
    json_decref(header);
    return ok;
}

bool glr_safetensors_read(const char *path, glr_safetensors *file, glr_problem *problem)
{
    memset(file, 0, sizeof *file);
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        return glr_problem_set(problem, "%s: %s", path, strerror(errno));
    }
    bool ok = read_open_file(stream, file, problem) || glr_problem_prefix(problem, "%s: ", path);
    (void)fclose(stream);
    if (!ok) {
        glr_safetensors_free(file);
    }
    return ok;
}

void glr_safetensors_free(glr_safetensors *file)
{
    for (size_t i = 0; i < file->count; i++) {
        free(file->tensor[i].name);
    }
    free(file->tensor);
    json_decref(file->metadata);
    memset(file, 0, sizeof *file);
}
