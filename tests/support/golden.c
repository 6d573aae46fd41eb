#include "support/golden.h"

#include "support/any_fill.h"

#include <criterion/criterion.h>
#include <nettle/sha2.h>
#include <stdlib.h>

json_t *golden_read(const char *name)
{
    char path[1024];
    json_error_t error;
    const char *folder = getenv("GLORAND_TEST_DATA"); /* where the tests run elsewhere than they were built */
    (void)snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : TEST_DATA, name);
    json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(document, "%s: line %d: %s", path, error.line, error.text);
    return document;
}

glr_initializer golden_initializer(const json_t *golden_case)
{
    json_t *document = json_pack("{s:O, s:O}", "class_name", json_object_get(golden_case, "class_name"),
                                 "config", json_object_get(golden_case, "config"));
    char *text = json_dumps(document, 0);
    glr_initializer initializer = {0};
    glr_status status = glr_initializer_from_json(text, strlen(text), &initializer);
    cr_assert_eq(status, GLR_OK, "%s: %s", text, glr_last_error());
    const char *method = json_string_value(json_object_get(golden_case, "method"));
    if (method != NULL && strcmp(method, "icdf") == 0) {
        initializer.method = GLR_METHOD_ICDF;
    }
    initializer.stream = json_integer_value(json_object_get(golden_case, "stream"));
    free(text);
    json_decref(document);
    return initializer;
}

glr_tensor golden_tensor(const json_t *golden_case)
{
    const char *dtype = json_string_value(json_object_get(golden_case, "dtype"));
    const json_t *shape = json_object_get(golden_case, "shape");
    glr_tensor tensor = {.dtype = dtype == NULL ? GLR_DTYPE_FLOAT32 : glr_dtype_of_name(dtype),
                         .rank = (uint32_t)json_array_size(shape)};
    for (uint32_t a = 0; a < tensor.rank; a++) {
        tensor.shape[a] = json_integer_value(json_array_get(shape, a));
    }
    return tensor;
}

int64_t element_count(const glr_tensor *tensor)
{
    int64_t elements = 0;
    glr_status status = glr_tensor_extent(tensor, &elements, NULL);
    cr_assert_eq(status, GLR_OK, "%s", glr_last_error());
    return elements;
}

static void write_digest(struct sha256_ctx *context, char text[SHA256_TEXT])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(context, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
}

void sha256_text(const void *bytes, size_t length, char text[SHA256_TEXT])
{
    struct sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, length, bytes);
    write_digest(&context, text);
}

void sha256_of_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                    char text[SHA256_TEXT])
{
    const int64_t piece = INT64_C(1) << 22;
    const int64_t elements = element_count(tensor);
    const size_t size = glr_dtype_size(tensor->dtype);
    struct sha256_ctx context;
    sha256_init(&context);
    void *memory = malloc((size_t)(elements < piece ? elements : piece) * size + 1);
    cr_assert_not_null(memory);
    for (int64_t first = 0; first < elements; first += piece) {
        glr_tensor range = *tensor;
        range.part = GLR_PART_RANGE;
        range.first = first;
        range.count = elements - first < piece ? elements - first : piece;
        uint64_t bytes = (uint64_t)range.count * size;
        glr_status status = any_fill(device, initializer, &range, memory, bytes);
        cr_assert_eq(status, GLR_OK, "%s", any_error());
        sha256_update(&context, bytes, memory);
    }
    free(memory);
    write_digest(&context, text);
}

glr_device *open_cpu(uint32_t threads)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    options.backend = GLR_BACKEND_CPU;
    options.threads = threads;
    cr_assert_eq(glr_open(&options, &device), GLR_OK, "%s", glr_last_error());
    return device;
}

glr_device *open_any(uint32_t threads)
{
    glr_device *device = NULL;
    cr_assert_eq(any_open(threads, &device), GLR_OK, "%s", any_error());
    return device;
}

#ifdef TEST_OPENCL_IN_BUILD
const char test_no_opencl[] = "no OpenCL: ";
#else
const char test_no_opencl[] = "options.backend: opencl is not part of this build";
#endif

#ifdef TEST_CUDA
const char test_no_cuda[] = "no CUDA driver: ";
#else
const char test_no_cuda[] = "options.backend: cuda is not part of this build";
#endif

int test_is_light(void) { return getenv("GLORAND_TEST_LIGHT") != NULL; }

int test_is_proof(void) { return getenv("GLORAND_TEST_PROOF") != NULL; }

int test_is_long(void) { return getenv("GLORAND_TEST_LONG") != NULL; }
