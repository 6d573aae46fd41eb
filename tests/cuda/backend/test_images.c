/* Which image of the kernels drivers and devices get, and that it is found without trying. */
#include "cuda/image.h"

#include "cuda/backend/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Those of a library that nvcc 13 compiled, and of others. */
static const int architectures[] = {75, 80, 86, 89, 90, 100, 110, 120};

static const glr_cuda_build of_13_0 = {13000, architectures, 8}, of_13_2 = {13020, architectures, 6},
                            of_12_8 = {12080, architectures, 6}, of_75 = {13000, architectures, 1};

static const struct {
    const glr_cuda_build *build;
    int driver, capability;
    const unsigned char *image;
} choices[] = {
    /* A driver as new as nvcc, or newer, loads all, and compiles the PTX for devices that nvcc did not know.
     */
    {&of_13_0, 13000, 75, glr_cuda_fat_binary},
    {&of_13_0, 13000, 121, glr_cuda_fat_binary},
    {&of_13_0, 13000, 130, glr_cuda_fat_binary},
    {&of_13_0, 14000, 130, glr_cuda_fat_binary},
    {&of_75, 13000, 90, glr_cuda_fat_binary},
    /* One of an older major version takes PTX alone. */
    {&of_13_0, 12000, 75, glr_cuda_portable},
    {&of_13_0, 12090, 120, glr_cuda_portable},
    {&of_13_2, 12090, 90, glr_cuda_portable},
    /* An older minor version takes machine code, of the same major number and no higher minor one. */
    {&of_13_2, 13000, 88, glr_cuda_fat_binary},
    {&of_13_2, 13000, 87, glr_cuda_portable},
    {&of_13_2, 13010, 103, glr_cuda_fat_binary},
    {&of_13_2, 13010, 110, glr_cuda_portable},
    {&of_12_8, 12000, 90, glr_cuda_fat_binary},
    {&of_12_8, 12000, 72, glr_cuda_portable},
    {&of_12_8, 13000, 110, glr_cuda_fat_binary},
};

Test(images, is_chosen_by_versions)
{
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        cr_expect_eq(glr_cuda_choose_image(choices[i].driver, choices[i].capability, choices[i].build),
                     choices[i].image, "driver %d, capability %d", choices[i].driver, choices[i].capability);
    }
}

/* The columns of the table in docs/cuda-drivers.md, from its third on. */
static const int columns[][4] = {{75}, {80, 86, 89}, {87}, {90}, {100, 120}, {103, 121}, {110}, {130}};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

static void check_cell(const char *cell, int driver, int capability)
{
    const unsigned char *image = glr_cuda_choose_image(driver, capability, &of_13_0);
    if (strcmp(cell, "refused") == 0) {
        cr_expect(driver < GLR_CUDA_OLDEST_DRIVER, "%d", driver);
    } else if (strcmp(cell, "PTX") == 0) {
        cr_expect_eq(image, glr_cuda_portable, "driver %d, capability %d", driver, capability);
    } else if (strcmp(cell, "code") == 0 || strcmp(cell, "fat PTX") == 0) {
        cr_expect_eq(image, glr_cuda_fat_binary, "driver %d, capability %d", driver, capability);
        cr_expect_eq(glr_cuda_has_machine_code(capability, &of_13_0), cell[0] == 'c', "%s", cell);
    } else {
        cr_expect_str_eq(cell, "–", "driver %d, capability %d", driver, capability);
    }
}

/* A row: a branch of drivers, its version of CUDA, and a cell for each column. */
static void check_row(char *row)
{
    char *rest = NULL;
    (void)strtok_r(row, "|", &rest);
    const char *version = strtok_r(NULL, "|", &rest);
    cr_assert_not_null(version);
    char *minor = NULL;
    const long major = strtol(version, &minor, 10);
    const int driver = (int)(1000 * major + 10 * strtol(minor + 1, NULL, 10));
    for (int i = 0; i < COLUMNS; i++) {
        char *cell = strtok_r(NULL, "|", &rest);
        cr_assert_not_null(cell);
        cell[strlen(cell) - 1] = '\0'; /* blanks before and behind */
        for (int k = 0; k < 4 && columns[i][k] != 0; k++) {
            check_cell(cell + 1, driver, columns[i][k]);
        }
    }
}

Test(images, are_those_of_the_table)
{
    char line[512];
    int rows = 0;
    FILE *file = fopen(SOURCE_DIR "/docs/cuda-drivers.md", "r");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "| r", 3) == 0 || strncmp(line, "| before", 8) == 0) {
            check_row(line);
            rows++;
        }
    }
    (void)fclose(file);
    cr_expect_eq(rows, 12, "%d rows", rows);
}

/* The portable PTX is text for drivers of CUDA 12.0, which read ISAs up to 8.0, and for the oldest devices.
 */
Test(images, portable_ptx_is_old)
{
    const char *text = (const char *)glr_cuda_portable, *version = strstr(text, "\n.version ");
    cr_assert_not_null(version);
    cr_expect(strtod(version + 10, NULL) <= 8.0);
    cr_expect_not_null(strstr(text, "\n.target sm_75\n"));
    cr_expect_eq(text[strlen(text) - 1], '\n');
}

/* An older driver would refuse the fat binary; it is not asked. */
Test(images, is_not_found_by_trying)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    cr_assert_eq(setenv("PTXSIM_VERSION", "12000", 1), 0);
    inject_fail(ptxsim_injector(), "cuModuleLoadData", 0, 0);
    options.backend = GLR_BACKEND_CUDA;
    cr_assert_eq(glr_open(&options, &device), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(inject_calls(ptxsim_injector()), 1);
    glr_close(device);
}
