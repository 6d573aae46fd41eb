/* Slices, .npy headers, .safetensors headers and decoding. */
#include "files/files.h"
#include "files/safetensors.h"
#include "model/spec.h"
#include "support/files.h"
#include "text/text.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text;
    int64_t start[2], extent[2];
    const char *message; /* of a failure */
} slices[] = {
    {"", {0, 0}, {10, 4}, NULL},
    {":", {0, 0}, {10, 4}, NULL},
    {"2:5", {2, 0}, {3, 4}, NULL},
    {"2:5,:", {2, 0}, {3, 4}, NULL},
    {":,1:", {0, 1}, {10, 3}, NULL},
    {"-3:,-2:-1", {7, 2}, {3, 1}, NULL},
    {"5:5,0:0", {5, 0}, {0, 0}, NULL},
    {"0:11", {0}, {0}, "slice: 0:11 is outside axis 0 of 10"},
    {"-11:", {0}, {0}, "slice: -11: is outside axis 0 of 10"},
    {"5:4", {0}, {0}, "slice: 5:4 ends before it begins, in axis 0 of 10"},
    {":,3:-2,", {0}, {0}, "slice: 3:-2 ends before it begins, in axis 1 of 4"},
    {"0:9223372036854775808", {0}, {0}, "slice: 0:9223372036854775808 is outside axis 0 of 10"},
    {"-9223372036854775809:", {0}, {0}, "slice: -9223372036854775809: is outside axis 0 of 10"},
    {"3", {0}, {0}, "slice: '3' is not of the form FIRST:END,..."},
    {"a:b", {0}, {0}, "slice: 'a:b' is not of the form"},
    {"::2", {0}, {0}, "slice: '::2' is not of the form"},
    {":,:,:", {0}, {0}, "slice: ':,:,:' has more axes than the tensor, whose rank is 2"},
};

Test(slices, in_the_notation_of_numpy)
{
    for (size_t i = 0; i < sizeof slices / sizeof slices[0]; i++) {
        glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {10, 4}};
        glr_problem problem = {0};
        bool ok = glr_slice_parse(slices[i].text, &tensor, &problem);
        cr_expect_eq(ok, slices[i].message == NULL, "%s: %s", slices[i].text, problem.text);
        if (slices[i].message != NULL) {
            cr_expect_not_null(strstr(problem.text, slices[i].message), "%s", problem.text);
            continue;
        }
        for (int a = 0; a < 2; a++) {
            cr_expect(tensor.start[a] == slices[i].start[a] && tensor.extent[a] == slices[i].extent[a], "%s",
                      slices[i].text);
        }
    }
}

static void expect_npy(glr_dtype dtype, uint32_t rank, const int64_t *shape, const char *dictionary)
{
    glr_problem problem = {0};
    size_t length = 0;
    char *header = glr_npy_header(dtype, rank, shape, &length, &problem);
    cr_assert_not_null(header, "%s", problem.text);
    cr_expect_eq(length % 64, 0);
    cr_expect_arr_eq(header, "\x93NUMPY\x01\x00", 8);
    cr_expect_eq((size_t)(unsigned char)header[8] + 256U * (unsigned char)header[9], length - 10);
    cr_expect_eq(header[length - 1], '\n');
    cr_expect_eq(strncmp(header + 10, dictionary, strlen(dictionary)), 0, "%.100s", header + 10);
    free(header);
}

Test(npy, headers)
{
    const int64_t shape[] = {784, 256};
    expect_npy(GLR_DTYPE_FLOAT32, 2, shape,
               "{'descr': '<f4', 'fortran_order': False, 'shape': (784, 256), }");
    expect_npy(GLR_DTYPE_FLOAT16, 1, shape, "{'descr': '<f2', 'fortran_order': False, 'shape': (784,), }");
    expect_npy(GLR_DTYPE_BOOL, 0, shape, "{'descr': '|b1', 'fortran_order': False, 'shape': (), }");
    const glr_dtype missing[] = {GLR_DTYPE_BFLOAT16, GLR_DTYPE_FLOAT8_E4M3FN, GLR_DTYPE_FLOAT8_E5M2};
    for (int i = 0; i < 3; i++) {
        glr_problem problem = {0};
        size_t length;
        cr_expect_null(glr_npy_header(missing[i], 2, shape, &length, &problem));
        cr_expect_not_null(strstr(problem.text, glr_dtype_name(missing[i])), "%s", problem.text);
    }
}

static void expect_decoded(glr_dtype dtype, const void *element, double expected)
{
    double value = 0.0;
    cr_assert(glr_decode(dtype, element, 1, &value));
    cr_expect(value == expected || (isnan(value) && isnan(expected)), "%s: %a, not %a", glr_dtype_name(dtype),
              value, expected);
}

/* Values from the formats' definitions. */
Test(decode, codes)
{
    expect_decoded(GLR_DTYPE_FLOAT32, &(float){0x1.8p-140f}, 0x1.8p-140);
    expect_decoded(GLR_DTYPE_FLOAT64, &(double){-0.1}, -0.1);
    expect_decoded(GLR_DTYPE_FLOAT16, "\x00\x3c", 1.0);
    expect_decoded(GLR_DTYPE_FLOAT16, "\xff\x7b", 65504.0);
    expect_decoded(GLR_DTYPE_FLOAT16, "\x01\x80", -0x1p-24);
    expect_decoded(GLR_DTYPE_FLOAT16, "\x00\x7c", INFINITY);
    expect_decoded(GLR_DTYPE_BFLOAT16, "\xc0\xbf", -1.5);
    expect_decoded(GLR_DTYPE_BFLOAT16, "\x80\x7f", INFINITY);
    expect_decoded(GLR_DTYPE_FLOAT8_E4M3FN, "\x7e", 448.0);
    expect_decoded(GLR_DTYPE_FLOAT8_E4M3FN, "\x7f", NAN);
    expect_decoded(GLR_DTYPE_FLOAT8_E4M3FN, "\x01", 0x1p-9);
    expect_decoded(GLR_DTYPE_FLOAT8_E5M2, "\xfb", -57344.0);
    expect_decoded(GLR_DTYPE_FLOAT8_E5M2, "\x7c", INFINITY);
    expect_decoded(GLR_DTYPE_FLOAT8_E8M0FNU, "\x00", 0x1p-127);
    expect_decoded(GLR_DTYPE_FLOAT8_E8M0FNU, "\x80", 2.0);
    expect_decoded(GLR_DTYPE_FLOAT8_E8M0FNU, "\xfe", 0x1p127);
    expect_decoded(GLR_DTYPE_FLOAT8_E8M0FNU, "\xff", NAN);
    cr_expect_not(glr_decode(GLR_DTYPE_INT8, "", 0, NULL));
}

/* ---- .safetensors -------------------------------------------------------------------------------------- */

Test(safetensors, what_is_written_is_read, .init = enter_scratch)
{
    static char names[2][16] = {"\"quoted\"", "\xce\xbb.weight"};
    static const int64_t shape[] = {3, 5};
    glr_file_tensor tensors[2] = {
        {.name = names[0], .dtype = GLR_DTYPE_BFLOAT16, .rank = 2, .shape = shape, .bytes = 30},
        {.name = names[1], .dtype = GLR_DTYPE_INT64, .rank = 0, .bytes = 8}};
    glr_problem problem = {0};
    size_t length = 0;
    const glr_file_text metadata[] = {{"format", "pt"}, {"a \"key\"", "a\nvalue"}};
    char *header = glr_safetensors_header(tensors, 2, metadata, 2, &length, &problem);
    cr_assert_not_null(header, "%s", problem.text);
    cr_expect_eq(length % 64, 0);
    char *whole = calloc(1, length + 38);
    memcpy(whole, header, length);
    write_file("x.safetensors", whole, length + 38);
    glr_safetensors file;
    cr_assert(glr_safetensors_read("x.safetensors", &file, &problem), "%s", problem.text);
    cr_assert_eq(file.count, 2);
    for (int i = 0; i < 2; i++) {
        cr_expect_str_eq(file.tensor[i].name, names[i]);
        cr_expect(file.tensor[i].dtype == tensors[i].dtype && file.tensor[i].rank == tensors[i].rank);
        cr_expect(file.tensor[i].offset == tensors[i].offset && file.tensor[i].bytes == tensors[i].bytes);
    }
    cr_expect_str_eq(glr_safetensors_metadata(&file, "format"), "pt");
    cr_expect_str_eq(glr_safetensors_metadata(&file, "a \"key\""), "a\nvalue");
    glr_safetensors_free(&file);
    free(header);
    free(whole);
}

/* Files that readers refuse are not written. */
Test(safetensors, headers_have_a_limit)
{
    enum { LENGTH = 100000000 };
    char *name = malloc(LENGTH + 1);
    cr_assert_not_null(name);
    memset(name, 'a', LENGTH);
    name[LENGTH] = '\0';
    glr_file_tensor tensor = {.name = name, .dtype = GLR_DTYPE_INT8, .bytes = 1};
    glr_problem problem = {0};
    size_t length = 0;
    cr_expect_null(glr_safetensors_header(&tensor, 1, NULL, 0, &length, &problem));
    cr_expect_not_null(strstr(problem.text, "where the format allows 100000000"), "%s", problem.text);
    free(name);
}

/* A file with this header text and so many bytes of data. */
static void write_damaged(const char *header, size_t data)
{
    size_t text = strlen(header), length = 8 + text + data;
    unsigned char *bytes = calloc(1, length);
    for (int i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(text >> (8 * i));
    }
    memcpy(bytes + 8, header, text);
    write_file("x.safetensors", bytes, length);
    free(bytes);
}

static const struct {
    const char *header;
    size_t data;
    const char *message;
} damaged[] = {
    {"{", 0, "line 1, column 1"},
    {"[]", 0, "its header is not an object"},
    {" {}", 0, "its header is not an object: it does not begin with '{'"},
    {"\xef\xbb\xbf{}", 0, "its header is not an object: it does not begin with '{'"},
    {"", 0, "its header is not an object"},
    {"{\"a\": 3}", 0, "tensor a: has no dtype"},
    {"{\"a\": {\"dtype\": 32, \"shape\": [], \"data_offsets\": [0, 4]}}", 4,
     "tensor a: dtype: must be a string, not 32"},
    /* A dtype that the format does not have yet: its bytes are what the offsets say, and those are checked.
     */
    {"{\"a\": {\"dtype\": \"F31\", \"shape\": [], \"data_offsets\": [0, 4]}}", 5,
     "1 bytes follow the last tensor"},
    {"{\"a\": {\"dtype\": \"F31\", \"shape\": [], \"data_offsets\": [0, 5]}}", 4,
     "data_offsets are outside the file's 4 data bytes"},
    {"{\"a\": {\"dtype\": \"F31\", \"shape\": [3.0], \"data_offsets\": [0, 4]}}", 4,
     "tensor a: shape[0]: must be an integer, not 3.0"},
    {"{\"a\": {\"dtype\": \"F31\", \"shape\": [1, -2], \"data_offsets\": [0, 4]}}", 4,
     "tensor a: shape[1]: -2 is outside [0, 9223372036854775807]"},
    {"{\"a\": {\"dtype\": \"F31\", \"shape\": {}, \"data_offsets\": [0, 4]}}", 4,
     "tensor a: shape: must be a list of dimensions, not an object"},
    /* Bits that are not whole bytes, and others than the offsets say. */
    {"{\"a\": {\"dtype\": \"F4\", \"shape\": [3], \"data_offsets\": [0, 2]}}", 2,
     "tensor a: its 12 bits are not whole bytes"},
    {"{\"a\": {\"dtype\": \"F6_E2M3\", \"shape\": [2], \"data_offsets\": [0, 2]}}", 2,
     "tensor a: its 12 bits are not whole bytes"},
    {"{\"a\": {\"dtype\": \"F4\", \"shape\": [4], \"data_offsets\": [0, 4]}}", 4,
     "tensor a: 4 bytes of data, but its shape needs 2"},
    {"{\"a\": {\"dtype\": \"F8_E4M3FNUZ\", \"shape\": [9223372036854775807, 3], \"data_offsets\": [0, 4]}}",
     4, "tensor a: its shape has more than 2^64 bits"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2], \"data_offsets\": [0, "
     "4]}}",
     4, "tensor a: 4 bytes of data, but its shape needs 8"},
    /* Near and beyond 2^64. */
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [18446744073709551615], \"data_offsets\": [0, 4]}}", 4,
     "tensor a: shape[0]: 18446744073709551615 is outside [0, 9223372036854775807]"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [18446744073709551612, 0]}}", 4,
     "data_offsets are outside the file's 4 data bytes"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 18446744073709551620]}}", 4,
     "data_offsets are outside the file's 4 data bytes"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [4, 0]}}", 4,
     "data_offsets are outside the file's 4 data bytes"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4e0]}}", 4,
     "tensor a: data_offsets: must be two integers, not 4e0"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4, 4]}}", 4,
     "tensor a: data_offsets: must be two integers, not a list of 3"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": {\"x\": 0, \"y\": 4}}}", 4,
     "tensor a: data_offsets: must be two integers, not an object"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]},"
     " \"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [4, 8]}}",
     8, "line 1, column"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": 1, \"data_offsets\": [0, 4]}}", 4,
     "tensor a: shape: must be a list of dimensions, not 1"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1.5], \"data_offsets\": [0, 4]}}", 4,
     "tensor a: shape[0]: must be an integer, not 1.5"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [-1], \"data_offsets\": [0, 4]}}", 4,
     "tensor a: tensor.shape[0]: -1 is negative"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [4611686018427387904, 4], \"data_offsets\": [0, 4]}}", 4,
     "larger than 2^56"},
    {"{\"a\": {\"dtype\": \"C64\", \"shape\": [4611686018427387904, 4], \"data_offsets\": [0, 4]}}", 4,
     "more than 2^64 bits"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 5]}}", 4,
     "data_offsets are outside the file's 4 data bytes"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [-4, 0]}}", 4,
     "data_offsets are outside"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0]}}", 4,
     "tensor a: data_offsets: must be two integers, not a list of 1"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [\"x\", 4]}}", 4,
     "tensor a: data_offsets: must be two integers, not \"x\""},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 4]}}", 4,
     "tensor a: 4 bytes of data, but its shape needs 8"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [4, 8]}}", 8,
     "tensor a: begins at byte 4 of the data, not at 0"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]},"
     " \"b\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}}",
     4, "tensor b: begins at byte 0 of the data, not at 4"},
    {"{\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}}", 6,
     "2 bytes follow the last tensor"},
    {"{\"__metadata__\": []}", 0, "__metadata__: must be an object, not an array"},
    {"{\"__metadata__\": {\"a\": null}}", 0, "__metadata__.a: must be a string, not null"},
    {"{\"__metadata__\": {\"a\": 1}}", 0, "__metadata__.a: must be a string, not 1"},
};

Test(safetensors, damaged_headers, .init = enter_scratch)
{
    glr_safetensors file;
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        glr_problem problem = {0};
        write_damaged(damaged[i].header, damaged[i].data);
        cr_expect_not(glr_safetensors_read("x.safetensors", &file, &problem), "%s", damaged[i].header);
        cr_expect_not_null(strstr(problem.text, damaged[i].message), "%s: %s", damaged[i].header,
                           problem.text);
        cr_expect_eq(strncmp(problem.text, "x.safetensors: ", 15), 0, "%s", problem.text);
    }
    glr_problem problem = {0};
    write_file("x.safetensors", "1234567", 7);
    cr_expect_not(glr_safetensors_read("x.safetensors", &file, &problem));
    write_file("x.safetensors", "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10);
    cr_expect_not(glr_safetensors_read("x.safetensors", &file, &problem));
    cr_expect_not_null(strstr(problem.text, "a header of 18446744073709551615 bytes does not fit"), "%s",
                       problem.text);
    cr_expect_not(glr_safetensors_read("none.safetensors", &file, &problem));
}

/* The format allows any dimensions beside one that is 0. */
Test(safetensors, empty_tensors_of_any_dimensions, .init = enter_scratch)
{
    static const char *const headers[] = {
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [0, 4611686018427387904], \"data_offsets\": [0, 0]}}",
        "{\"a\": {\"dtype\": \"F32\", \"shape\": [4611686018427387904, 4611686018427387904, 0], "
        "\"data_offsets\": "
        "[0, 0]}}",
        "{\"a\": {\"dtype\": \"C64\", \"shape\": [4611686018427387904, 0, 4611686018427387904], "
        "\"data_offsets\": "
        "[0, 0]}}",
    };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        glr_safetensors file;
        glr_problem problem = {0};
        write_damaged(headers[i], 0);
        cr_assert(glr_safetensors_read("x.safetensors", &file, &problem), "%s", problem.text);
        cr_expect(file.count == 1 && !glr_file_tensor_is_known(&file.tensor[0]), "%s", headers[i]);
        glr_safetensors_free(&file);
    }
}

/* Other files that are taken for .safetensors files. */
static const struct {
    const char *bytes, *message;
} other_formats[] = {
    {"{\"metadata\": {}, \"weight_map\": {}}", "begins like JSON, as the index of a model in several files"},
    {"\x93NUMPY\1\2          ", "begins like a .npy file"},
    {"PK\3\4          ", "begins like a zip archive"},
    {"GGUF\3           ", "begins like a GGUF file"},
    {"\x89HDF\r\n\x1a\n         ", "begins like an HDF5 file"},
    {"version https://git-lfs.github.com/spec/v1", "begins like a pointer of Git LFS"},
};

Test(safetensors, other_formats_are_named, .init = enter_scratch)
{
    glr_safetensors file;
    for (size_t i = 0; i < sizeof other_formats / sizeof other_formats[0]; i++) {
        glr_problem problem = {0};
        write_text("x.safetensors", other_formats[i].bytes);
        cr_expect_not(glr_safetensors_read("x.safetensors", &file, &problem));
        cr_expect_not_null(strstr(problem.text, other_formats[i].message), "%s", problem.text);
    }
}

/* Headers longer than the format allows, and one of that length, which a file may have. */
Test(safetensors, long_headers_are_read, .init = enter_scratch)
{
    glr_safetensors file;
    glr_problem problem = {0};
    cr_assert_eq(run("printf '\\001\\341\\365\\005\\0\\0\\0\\0{}' > x; truncate -s 200000000 x").status, 0);
    cr_expect_not(glr_safetensors_read("x", &file, &problem));
    cr_expect_str_eq(problem.text, "x: a header of 100000001 bytes, where the format allows 100000000");
    cr_assert_eq(
        run("{ printf '\\000\\341\\365\\005\\0\\0\\0\\0{}'; head -c 99999998 /dev/zero | tr '\\0' ' '; } > x")
            .status,
        0);
    cr_expect(glr_safetensors_read("x", &file, &problem), "%s", problem.text);
    glr_safetensors_free(&file);
}

/* Dtypes and ranks that glorand does not have, among one that it has. */
Test(safetensors, unknown_tensors_are_read, .init = enter_scratch)
{
    static const struct {
        const char *name, *dtype;
        uint32_t rank;
        uint64_t bytes;
        bool known;
    } expected[] = {
        {"a", "F4", 1, 3, false},     {"b", "F6_E2M3", 2, 6, false},     {"c", "F6_E3M2", 1, 3, false},
        {"d", "F8_E8M0", 1, 1, true}, {"e", "F8_E4M3FNUZ", 1, 1, false}, {"f", "F8_E5M2FNUZ", 1, 1, false},
        {"g", "C64", 0, 8, false},    {"h", "F31", 1, 5, false},         {"i", "F32", 17, 4, false},
        {"j", "F32", 16, 4, true},    {"k", "F31", 3, 0, false},
    };
    write_damaged("{\"__metadata__\": null,"
                  "\"a\": {\"dtype\": \"F4\", \"shape\": [6], \"data_offsets\": [0, 3]},"
                  "\"b\": {\"dtype\": \"F6_E2M3\", \"shape\": [2, 4], \"data_offsets\": [3, 9]},"
                  "\"c\": {\"dtype\": \"F6_E3M2\", \"shape\": [4], \"data_offsets\": [9, 12]},"
                  "\"d\": {\"dtype\": \"F8_E8M0\", \"shape\": [1], \"data_offsets\": [12, 13]},"
                  "\"e\": {\"dtype\": \"F8_E4M3FNUZ\", \"shape\": [1], \"data_offsets\": [13, 14]},"
                  "\"f\": {\"dtype\": \"F8_E5M2FNUZ\", \"shape\": [1], \"data_offsets\": [14, 15]},"
                  "\"g\": {\"dtype\": \"C64\", \"shape\": [], \"data_offsets\": [15, 23]},"
                  "\"h\": {\"dtype\": \"F31\", \"shape\": [7], \"data_offsets\": [23, 28]},"
                  "\"i\": {\"dtype\": \"F32\", \"shape\": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"
                  " \"data_offsets\": [28, 32]},"
                  "\"j\": {\"dtype\": \"F32\", \"shape\": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"
                  " \"data_offsets\": [32, 36]},"
                  "\"k\": {\"dtype\": \"F31\", \"shape\": [9223372036854775807, 9223372036854775807, 9],"
                  " \"data_offsets\": [36, 36]}}",
                  36);
    glr_safetensors file;
    glr_problem problem = {0};
    cr_assert(glr_safetensors_read("x.safetensors", &file, &problem), "%s", problem.text);
    cr_expect_eq(file.metadata_count, 0);
    cr_assert_eq(file.count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < file.count; i++) {
        const glr_file_tensor *found = &file.tensor[i];
        cr_expect_str_eq(found->name, expected[i].name);
        cr_expect_str_eq(found->dtype_name, expected[i].dtype);
        cr_expect_eq(found->rank, expected[i].rank, "%s", found->name);
        cr_expect_eq(found->bytes, expected[i].bytes, "%s", found->name);
        cr_expect_eq(glr_file_tensor_is_known(found), expected[i].known, "%s", found->name);
    }
    glr_safetensors_free(&file);
}

#define SPEC(rest) "{\"a\": {\"shape\": [4, 2], \"dtype\": \"float32\", \"initializer\": " rest "}}"
#define SEEDED     "{\"class_name\": \"HeNormal\", \"config\": {\"seed\": 1}}"

/* Specs that are JSON but cannot be drawn from. */
static const struct {
    const char *spec, *message;
} wrong_specs[] = {
    {SPEC("\"glorot\""), "spec: tensor a: column 1: unknown initializer 'glorot'"},
    {SPEC("\"zeros\", \"stream\": 1"), "spec: tensor a: its entry is damaged"},
    {SPEC(SEEDED), "spec: tensor a: its entry is damaged"},
    {SPEC(SEEDED ", \"stream\": \"0\""), "spec: tensor a: its entry is damaged"},
    {SPEC(SEEDED ", \"stream\": 0, \"batch_axes\": [4294967296]"), "spec: tensor a: its entry is damaged"},
    {SPEC(SEEDED ", \"stream\": 0, \"batch_axes\": [2]"), "spec: tensor a: "},
    {SPEC(SEEDED ", \"stream\": 0, \"lay\": \"torch\""), "spec: tensor a: its entry is damaged"},
    {SPEC(SEEDED ", \"stream\": 0, \"start\": [0, 0]"), "spec: tensor a: its entry is damaged"},
    {SPEC(SEEDED ", \"stream\": 0, \"start\": [3, 0], \"extent\": [2, 2]"), "spec: tensor a: "},
    {SPEC(SEEDED ", \"stream\": 0, \"start\": [-1, 0], \"extent\": [2, 2]"), "spec: tensor a: "},
};

/* A model's spec survives the way through metadata. */
Test(safetensors, specs_survive)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"recipe\": \"keras\", \"tensors\": [{\"name\": \"a\", \"shape\": [8, 28, "
        "40], \"batch_axes\": [0], \"slice\": \"1:3,:,-4:\","
        " \"method\": \"icdf\", \"layout\": \"torch\"}, {\"name\": \"b\", \"shape\": "
        "[], \"initializer\": {\"class_name\": "
        "\"RandomUniform\", \"config\": {\"minval\": -0.1, \"seed\": 12}}}, "
        "{\"name\": \"c\", \"shape\": [2, 2], \"initializer\": "
        "\"skip\"}]}";
    glr_model model, read;
    glr_problem problem = {0};
    glr_model_options options = {.has_seed = true, .seed = -9};
    cr_assert(glr_list_parse(list, sizeof list - 1, NULL, 0, &model, &problem), "%s", problem.text);
    cr_assert(glr_items_resolve(&model, &options, &problem), "%s", problem.text);
    glr_text text = {0};
    cr_assert(glr_spec_write(&text, &model, &problem), "%s", problem.text);
    json_t *spec = json_loadb(text.bytes, text.length, JSON_REJECT_DUPLICATES, NULL);
    cr_expect_eq(json_object_size(spec), 2, "skipped tensors are left out");
    json_decref(spec);
    cr_assert(glr_spec_read(text.bytes, text.length, &read, &problem), "%s", problem.text);
    glr_text_free(&text);
    cr_assert_eq(read.count, 2, "skipped tensors are left out");
    for (int i = 0; i < 2; i++) {
        glr_item found, expected;
        glr_items_get(&read, (size_t)i, &found);
        glr_items_get(&model, (size_t)i, &expected);
        cr_expect_str_eq(found.name, expected.name);
        cr_expect_arr_eq(&found.tensor, &expected.tensor, sizeof(glr_tensor));
        cr_expect_arr_eq(&found.choice.initializer, &expected.choice.initializer, sizeof(glr_initializer));
    }
    glr_model_clear(&read);
    for (size_t i = 0; i < sizeof wrong_specs / sizeof wrong_specs[0]; i++) {
        const char *wrong = wrong_specs[i].spec;
        cr_expect_not(glr_spec_read(wrong, strlen(wrong), &read, &problem), "%s", wrong);
        cr_expect_not_null(strstr(problem.text, wrong_specs[i].message), "%s", problem.text);
        cr_expect_eq(read.count, 0);
    }
    glr_model_clear(&model);
}
