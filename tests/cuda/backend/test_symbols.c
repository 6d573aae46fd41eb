/* Drivers that lack a function. Each is a copy of the stand-in in which the function has another name. */
#define _GNU_SOURCE /* memfd_create, memmem */
#include "cuda/driver.h"

#include "support/golden.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct symbol {
    char name[64];
} symbol;

#define NAME_OF(function, parameters) {#function},

static unsigned char *read_driver(size_t *length)
{
    FILE *file = fopen(getenv("GLORAND_CUDA_LIBRARY"), "rb");
    cr_assert_not_null(file);
    cr_assert_eq(fseek(file, 0, SEEK_END), 0);
    *length = (size_t)ftell(file);
    unsigned char *bytes = malloc(*length);
    rewind(file);
    cr_assert(bytes != NULL && fread(bytes, 1, *length, file) == *length);
    (void)fclose(file);
    return bytes;
}

/* Makes such a copy the driver. */
static void load_without(const char *name)
{
    char path[64], string[66] = "";
    size_t length = 0, found = 0;
    unsigned char *bytes = read_driver(&length);
    (void)snprintf(string + 1, sizeof string - 1, "%s", name); /* with the zeros around it */
    unsigned char *at = bytes;
    while ((at = memmem(at, length - (size_t)(at - bytes), string, strlen(name) + 2)) != NULL) {
        at[1] = 'x';
        found++;
    }
    cr_assert_gt(found, 0, "%s", name);
    int file = memfd_create("libcuda.so.1", 0);
    cr_assert(file >= 0 && write(file, bytes, length) == (ssize_t)length);
    free(bytes);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    cr_assert_eq(setenv("GLORAND_CUDA_LIBRARY", path, 1), 0);
}

ParameterizedTestParameters(symbols, each_that_is_required)
{
    static symbol required[] = {GLR_CU_REQUIRED(NAME_OF)};
    return cr_make_param_array(symbol, required, sizeof required / sizeof required[0]);
}

ParameterizedTest(symbol *missing, symbols, each_that_is_required)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    char reason[128];
    load_without(missing->name);
    (void)snprintf(reason, sizeof reason, " has no %s", missing->name);
    options.backend = GLR_BACKEND_CUDA;
    cr_expect_eq(glr_open(&options, &device), GLR_ERROR_UNAVAILABLE, "%s", missing->name);
    const char *message = glr_last_error();
    cr_expect(strlen(message) > strlen(reason) &&
                  strcmp(message + strlen(message) - strlen(reason), reason) == 0,
              "%s, not %s", message, reason);
    cr_assert_eq(glr_open(NULL, &device), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_device_backend(device), GLR_BACKEND_CPU);
    glr_close(device);
}

ParameterizedTestParameters(symbols, each_that_is_optional)
{
    static symbol optional[] = {GLR_CU_OPTIONAL(NAME_OF)};
    return cr_make_param_array(symbol, optional, sizeof optional / sizeof optional[0]);
}

ParameterizedTest(symbol *missing, symbols, each_that_is_optional)
{
    enum { COUNT = 1001 };
    static float drawn[COUNT], expected[COUNT];
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL, *cpu = open_cpu(1);
    void *memory = NULL;
    const glr_initializer initializer = glr_glorot_normal(4);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {COUNT}};
    load_without(missing->name);
    cr_assert_eq(setenv("PTXSIM_FAIL", "cuMemFree_v2:2:1", 1), 0);
    options.backend = GLR_BACKEND_CUDA;
    cr_assert_eq(glr_open(&options, &device), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_alloc(device, sizeof drawn, &memory), GLR_OK);
    cr_assert_eq(glr_fill(device, &initializer, &tensor, memory, sizeof drawn), GLR_OK);
    cr_assert_eq(glr_copy_to_host(device, drawn, memory, sizeof drawn), GLR_OK);
    cr_assert_eq(glr_fill(cpu, &initializer, &tensor, expected, sizeof expected), GLR_OK);
    cr_expect_eq(memcmp(drawn, expected, sizeof drawn), 0);
    cr_expect_eq(glr_free(device, memory), GLR_ERROR_DEVICE); /* errors have numbers, then, if no names */
    cr_expect_str_eq(glr_last_error(), "CUDA: cuMemFree returned an error (1)");
    glr_close(device);
    glr_close(cpu);
}
