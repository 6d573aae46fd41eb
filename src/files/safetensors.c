/* Reading and writing the header of .safetensors files. */
#include "safetensors.h"

#include "core/dtypes.h"
#include "text/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH_BYTES   8
#define DATA_ALIGNMENT 64
#define MAX_HEADER     100000000 /* the format's own limit */

/* The dtypes of the format (enum Dtype of the crate safetensors 0.8), with the bits of an element. */
static const struct known_dtype {
    const char *name;
    uint32_t bits;
    glr_dtype dtype;
} dtypes[] = {
#define KNOWN(NAME, number, name, bits, aliases, tag, ...) {tag, bits, GLR_DTYPE_##NAME},
    GLR_FOR_EACH_DTYPE(KNOWN, KNOWN, KNOWN, KNOWN){"F4", 4, GLR_DTYPE_NONE},
    {"F6_E2M3", 6, GLR_DTYPE_NONE},
    {"F6_E3M2", 6, GLR_DTYPE_NONE},
    {"F8_E4M3FNUZ", 8, GLR_DTYPE_NONE},
    {"C64", 64, GLR_DTYPE_NONE},
    {"F8_E5M2FNUZ", 8, GLR_DTYPE_NONE},
};

#define DTYPE_COUNT (sizeof dtypes / sizeof dtypes[0])

static const char *name_of_dtype(glr_dtype dtype)
{
    for (size_t i = 0; i < DTYPE_COUNT; i++) {
        if (dtypes[i].dtype == dtype) {
            return dtypes[i].name;
        }
    }
    return "";
}

/* NULL for a name that the format does not have, or not yet. */
static const struct known_dtype *find_dtype(const char *name)
{
    for (size_t i = 0; i < DTYPE_COUNT; i++) {
        if (strcmp(dtypes[i].name, name) == 0) {
            return &dtypes[i];
        }
    }
    return NULL;
}

bool glr_file_tensor_is_known(const glr_file_tensor *tensor)
{
    return tensor->dtype != GLR_DTYPE_NONE && tensor->rank <= GLR_MAX_RANK;
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

/* An object of strings, and the comma behind it. */
static void write_metadata(glr_text *text, const glr_file_text *metadata, size_t count, bool is_last)
{
    if (count == 0) {
        return;
    }
    glr_text_name(text, "__metadata__");
    for (size_t i = 0; i < count; i++) {
        glr_text_add(text, i == 0 ? "{" : ",");
        glr_text_name(text, metadata[i].key);
        glr_text_string(text, metadata[i].text);
    }
    glr_text_add(text, is_last ? "}" : "},");
}

/* The tensors, with offsets that count from the header's end. */
static bool write_document(glr_text *text, glr_file_tensor *tensors, size_t count, glr_problem *problem)
{
    uint64_t end = 0;
    for (size_t i = 0; i < count; i++) {
        if (tensors[i].bytes > (uint64_t)INT64_MAX / 2 - end) {
            return glr_problem_set(problem, "tensor %s: the file would be larger than 2^62 bytes",
                                   tensors[i].name);
        }
        if (i > 0) {
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
    if (header > MAX_HEADER) {
        return glr_problem_set(problem, "a header of %" PRIu64 " bytes, where the format allows %d", header,
                               MAX_HEADER);
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

char *glr_safetensors_header(glr_file_tensor *tensors, size_t count, const glr_file_text *metadata,
                             size_t metadata_count, size_t *length, glr_problem *problem)
{
    static const char place[LENGTH_BYTES] = {0};
    glr_text text = {.limit = LENGTH_BYTES + MAX_HEADER};
    glr_text_append(&text, place, sizeof place);
    glr_text_add(&text, "{");
    write_metadata(&text, metadata, metadata_count, count == 0);
    if (!write_document(&text, tensors, count, problem) || !frame_header(&text, problem)) {
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

static bool fail_kind(const char *tensor, const char *member, glr_json_value value, const char *expected,
                      glr_problem *problem)
{
    char text[GLR_JSON_QUOTED];
    return value.kind == GLR_JSON_MISSING
               ? glr_problem_set(problem, "tensor %s: has no %s", tensor, member)
               : glr_problem_set(problem, "tensor %s: %s: must be %s, not %s", tensor, member, expected,
                                 glr_json_quoted(value, text));
}

/* A dimension. */
static bool read_size(const glr_json_walk *walk, const char *tensor, int64_t *size, glr_problem *problem)
{
    const glr_json_value value = walk->value;
    if (!glr_json_is_integer(value)) {
        char text[GLR_JSON_QUOTED];
        return glr_problem_set(problem, "tensor %s: shape[%zu]: must be an integer, not %s", tensor,
                               walk->index, glr_json_quoted(value, text));
    }
    return glr_json_int64(value, size) ||
           glr_problem_set(problem, "tensor %s: shape[%zu]: %s is outside [0, %" PRId64 "]", tensor,
                           walk->index, glr_json_shown(value), INT64_MAX);
}

/* The shape of a tensor that glorand knows, to sizes, where there is room for it. */
static bool read_shape(glr_json_value shape, int64_t *sizes, glr_file_tensor *tensor, uint64_t *bytes,
                       glr_problem *problem)
{
    glr_tensor whole = {.dtype = tensor->dtype, .rank = tensor->rank};
    glr_json_walk walk = glr_json_children(shape);
    while (glr_json_next(&walk)) {
        if (!read_size(&walk, tensor->name, &whole.shape[walk.index], problem)) {
            return false;
        }
    }
    if (glr_tensor_extent(&whole, NULL, bytes) != GLR_OK) {
        return glr_problem_set(problem, "tensor %s: %s", tensor->name, glr_last_error());
    }
    tensor->shape = sizes;
    memcpy(sizes, whole.shape, whole.rank * sizeof *sizes);
    return true;
}

/* The bytes that a shape of any rank needs, with elements of so many bits. */
static bool count_bytes(glr_json_value shape, uint32_t bits, const char *tensor, uint64_t *bytes,
                        glr_problem *problem)
{
    uint64_t total = bits;
    bool is_empty = false, is_too_large = false;
    glr_json_walk walk = glr_json_children(shape);
    while (glr_json_next(&walk)) {
        int64_t size = 0;
        if (!read_size(&walk, tensor, &size, problem)) {
            return false;
        }
        if (size < 0) {
            return glr_problem_set(problem, "tensor %s: shape[%zu]: %" PRId64 " is outside [0, %" PRId64 "]",
                                   tensor, walk.index, size, INT64_MAX);
        }
        is_empty = is_empty || size == 0;
        is_too_large = is_too_large || (size > 0 && total > UINT64_MAX / (uint64_t)size);
        total = is_too_large ? total : total * (uint64_t)size;
    }
    if (is_too_large && !is_empty) {
        return glr_problem_set(problem, "tensor %s: its shape has more than 2^64 bits", tensor);
    }
    total = is_empty ? 0 : total;
    *bytes = total / 8;
    return total % 8 == 0 ||
           glr_problem_set(problem, "tensor %s: its %" PRIu64 " bits are not whole bytes", tensor, total);
}

/* Its offsets say how many bytes a tensor has. */
static bool read_offsets(glr_json_value value, uint64_t data_bytes, glr_file_tensor *tensor,
                         glr_problem *problem)
{
    glr_json_value ends[2] = {{0}};
    if (value.kind != GLR_JSON_ARRAY) {
        return fail_kind(tensor->name, "data_offsets", value, "two integers", problem);
    }
    if (glr_json_size(value) != 2) {
        return glr_problem_set(problem, "tensor %s: data_offsets: must be two integers, not a list of %zu",
                               tensor->name, glr_json_size(value));
    }
    glr_json_walk walk = glr_json_children(value);
    while (glr_json_next(&walk)) {
        if (!glr_json_is_integer(walk.value)) {
            return fail_kind(tensor->name, "data_offsets", walk.value, "two integers", problem);
        }
        ends[walk.index] = walk.value;
    }
    uint64_t first, end;
    if (!glr_json_uint64(ends[0], &first) || !glr_json_uint64(ends[1], &end) || end < first ||
        end > data_bytes) {
        return glr_problem_set(problem,
                               "tensor %s: its data_offsets are outside the file's %" PRIu64 " data bytes",
                               tensor->name, data_bytes);
    }
    tensor->offset = first;
    tensor->bytes = end - first;
    return true;
}

/* The bytes that dtype and shape need must be those of the offsets, which are trusted for a dtype that the
   format does not have yet. */
static bool check_bytes(glr_json_value shape, int64_t *sizes, glr_file_tensor *tensor, glr_problem *problem)
{
    const struct known_dtype *dtype = find_dtype(tensor->dtype_name);
    uint64_t needed;
    tensor->dtype = dtype == NULL ? GLR_DTYPE_NONE : dtype->dtype;
    const uint32_t bits = dtype == NULL ? 0 : dtype->bits;
    const bool is_known = glr_file_tensor_is_known(tensor);
    bool read = is_known ? read_shape(shape, sizes, tensor, &needed, problem)
                         : count_bytes(shape, bits, tensor->name, &needed, problem);
    glr_problem same;
    if (!read && is_known && count_bytes(shape, bits, tensor->name, &needed, &same) && needed == 0) {
        tensor->dtype = GLR_DTYPE_NONE; /* empty, with dimensions that glorand does not have */
        read = true;
    }
    if (!read) {
        return false;
    }
    return dtype == NULL || needed == tensor->bytes ||
           glr_problem_set(problem, "tensor %s: %" PRIu64 " bytes of data, but its shape needs %" PRIu64,
                           tensor->name, tensor->bytes, needed);
}

static bool read_entry(glr_json_value entry, uint64_t data_bytes, int64_t *sizes, glr_file_tensor *tensor,
                       glr_problem *problem)
{
    const glr_json_value shape = glr_json_member(entry, "shape");
    const glr_json_value dtype = glr_json_member(entry, "dtype");
    tensor->dtype_name = glr_json_string(dtype);
    if (tensor->dtype_name == NULL) {
        return fail_kind(tensor->name, "dtype", dtype, "a string", problem);
    }
    if (shape.kind != GLR_JSON_ARRAY) {
        return fail_kind(tensor->name, "shape", shape, "a list of dimensions", problem);
    }
    tensor->rank = (uint32_t)glr_json_size(shape);
    return read_offsets(glr_json_member(entry, "data_offsets"), data_bytes, tensor, problem) &&
           check_bytes(shape, sizes, tensor, problem);
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
    if (value.kind == GLR_JSON_NULL) {
        return true; /* as none */
    }
    if (value.kind != GLR_JSON_OBJECT) {
        char text[GLR_JSON_QUOTED];
        return glr_problem_set(problem, "__metadata__: must be an object, not %s",
                               glr_json_quoted(value, text));
    }
    file->metadata = calloc(glr_json_size(value) + 1, sizeof *file->metadata);
    if (file->metadata == NULL) {
        return glr_problem_memory(problem);
    }
    glr_json_walk walk = glr_json_children(value);
    while (glr_json_next(&walk)) {
        glr_file_text text = {walk.name, glr_json_string(walk.value)};
        if (text.text == NULL) {
            char shown[GLR_JSON_QUOTED];
            return glr_problem_set(problem, "__metadata__.%s: must be a string, not %s", walk.name,
                                   glr_json_quoted(walk.value, shown));
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
        sizes += rank <= GLR_MAX_RANK ? rank : 0;
    }
    file->tensor = calloc(glr_json_size(header) + 1, sizeof *file->tensor);
    file->sizes = calloc(sizes, sizeof *file->sizes);
    return (file->tensor != NULL && file->sizes != NULL) || glr_problem_memory(problem);
}

static bool read_header(glr_json_value header, uint64_t data_start, glr_safetensors *file,
                        glr_problem *problem)
{
    const uint64_t data_bytes = file->input.bytes - data_start;
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
        if (!read_entry(walk.value, data_bytes, sizes, tensor, problem)) {
            return false;
        }
        sizes += tensor->shape != NULL ? tensor->rank : 0;
    }
    if (!check_layout(file, data_bytes, problem)) {
        return false;
    }
    for (size_t i = 0; i < file->count; i++) {
        file->tensor[i].offset += data_start;
    }
    return true;
}

/* Other files that are taken for .safetensors files, by their first bytes. */
static const char *name_format(const char bytes[LENGTH_BYTES])
{
    static const struct {
        const char *begins, *name;
    } formats[] = {
        {"{", "JSON, as the index of a model in several files does: name one of those"},
        {"\x93NUMPY", "a .npy file"},
        {"PK\x03\x04", "a zip archive"},
        {"GGUF", "a GGUF file"},
        {"\x89HDF", "an HDF5 file"},
        {"version ", "a pointer of Git LFS"},
    };
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strncmp(bytes, formats[i].begins, strlen(formats[i].begins)) == 0) {
            return formats[i].name;
        }
    }
    return NULL;
}

/* The header's length, from the file's first bytes. */
static bool read_length(const glr_input *input, uint64_t *length, glr_problem *problem)
{
    char prefix[LENGTH_BYTES];
    *length = 0;
    if (input->bytes < LENGTH_BYTES) {
        return glr_problem_set(problem, "%" PRIu64 " bytes are too few for a .safetensors file",
                               input->bytes);
    }
    if (!glr_input_read(input, prefix, LENGTH_BYTES, 0, problem)) {
        return false;
    }
    for (int i = LENGTH_BYTES; i-- > 0;) {
        *length = *length << 8 | (unsigned char)prefix[i];
    }
    const char *other = name_format(prefix);
    const char *like = other == NULL ? "" : "; it begins like ", *name = other == NULL ? "" : other;
    if (*length > input->bytes - LENGTH_BYTES) {
        return glr_problem_set(problem,
                               "a header of %" PRIu64 " bytes does not fit into the file's %" PRIu64 "%s%s",
                               *length, input->bytes, like, name);
    }
    return *length <= MAX_HEADER ||
           glr_problem_set(problem, "a header of %" PRIu64 " bytes, where the format allows %d%s%s", *length,
                           MAX_HEADER, like, name);
}

/* The header's text, which has no zero behind it. */
static char *read_header_text(const glr_input *input, size_t length, glr_problem *problem)
{
    char *text = malloc(length + 1);
    if (text == NULL) {
        (void)glr_problem_memory(problem);
        return NULL;
    }
    if (glr_input_read(input, text, length, LENGTH_BYTES, problem) &&
        glr_input_is_unchanged(input, problem)) {
        if (length > 0 && text[0] == '{') {
            return text;
        }
        (void)glr_problem_set(problem, "its header is not an object: it does not begin with '{'");
    }
    free(text);
    return NULL;
}

static bool read_open_file(glr_safetensors *file, glr_problem *problem)
{
    uint64_t length;
    if (!read_length(&file->input, &length, problem)) {
        return false;
    }
    char *text = read_header_text(&file->input, (size_t)length, problem);
    if (text == NULL) {
        return false;
    }
    glr_json header;
    const glr_status status = glr_json_read(text, (size_t)length, &header, problem);
    free(text);
    if (status != GLR_OK) {
        return false;
    }
    file->text = header.text;
    bool ok = read_header(glr_json_root(&header), LENGTH_BYTES + length, file, problem);
    glr_json_free_nodes(&header);
    return ok;
}

bool glr_safetensors_read(const char *path, glr_safetensors *file, glr_problem *problem)
{
    memset(file, 0, sizeof *file);
    if (!glr_input_open(path, &file->input, problem)) {
        return false;
    }
    if (read_open_file(file, problem)) {
        return true;
    }
    glr_safetensors_free(file);
    return glr_problem_prefix(problem, "%s: ", path);
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
    glr_input_close(&file->input);
    memset(file, 0, sizeof *file);
}
