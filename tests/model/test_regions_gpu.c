/* Regions and values in a GPU's memory, by the backend that GLORAND_TEST_BACKEND names. */
#include "glorand/model.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 4000 /* elements of the tensor */

static const char list[] =
    "{\"seed\": 7, \"dtype\": \"float32\", \"tensors\": [{\"name\": \"w\", \"shape\": [50, 80], "
    "\"initializer\": "
    "\"random_normal(0, 1)\", \"regions\": [{\"slice\": \"3:40,7:70\", \"initializer\": \"random_uniform(2, "
    "3)\"}, "
    "{\"slice\": \":,5:9\", \"initializer\": \"zeros\"}]}, {\"name\": \"v\", \"shape\": [2], \"values\": [1, "
    "2]}, "
    "{\"name\": \"b\", \"shape\": [50, 80], \"initializer\": \"random_uniform(0, 1)\"}, "
    "{\"name\": \"o\", \"shape\": [50, 80], \"initializer\": \"ones\", "
    "\"regions\": [{\"slice\": \"0:8\", \"initializer\": \"orthogonal\"}]}]}";

/* A device, memory of it, and the model. */
typedef struct setting {
    glr_device *device, *cpu;
    glr_model *model;
    void *memory;
    float found[COUNT], expected[COUNT];
} setting;

static void open_setting(setting *all)
{
    const char *backend = getenv("GLORAND_TEST_BACKEND");
    glr_options options = GLR_OPTIONS_INIT;
    cr_assert_not_null(backend);
    options.backend = strcmp(backend, "opencl") == 0 ? GLR_BACKEND_OPENCL : GLR_BACKEND_CUDA;
    all->cpu = open_cpu(1);
    cr_assert_eq(glr_open(&options, &all->device), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_alloc(all->device, sizeof all->found, &all->memory), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_model_from_list(list, sizeof list - 1, NULL, 0, &all->model), GLR_OK, "%s",
                 glr_last_error());
    cr_assert_eq(glr_model_resolve(all->model, NULL), GLR_OK, "%s", glr_last_error());
}

static void close_setting(setting *all)
{
    cr_expect_eq(glr_free(all->device, all->memory), GLR_OK);
    glr_model_free(all->model);
    glr_close(all->device);
    glr_close(all->cpu);
}

/* A tensor's part, drawn in the device's memory and in the host's. */
static void expect_same(setting *all, size_t index, const glr_tensor *part)
{
    cr_assert_eq(glr_model_fill(all->device, all->model, index, part, all->memory, sizeof all->found), GLR_OK,
                 "%s", glr_last_error());
    cr_assert_eq(glr_sync(all->device), GLR_OK);
    cr_assert_eq(glr_copy_to_host(all->device, all->found, all->memory, sizeof all->found), GLR_OK);
    memcpy(all->expected, all->found, sizeof all->expected); /* what the part leaves */
    cr_assert_eq(glr_model_fill(all->cpu, all->model, index, part, all->expected, sizeof all->expected),
                 GLR_OK);
    cr_expect_eq(memcmp(all->found, all->expected, sizeof all->found), 0, "%zu", index);
}

static void expect_unsupported(setting *all, size_t index, const char *message)
{
    cr_expect_eq(glr_model_fill(all->device, all->model, index, NULL, all->memory, sizeof all->found),
                 GLR_ERROR_UNSUPPORTED);
    cr_expect_str_eq(glr_last_error(), message);
}

/* A region that a GPU does not draw is refused before the tensor's own values are written. */
static void expect_refused_region(setting *all)
{
    uint64_t bytes = 0;
    static float after[COUNT];
    cr_assert_eq(glr_copy_to_host(all->device, all->found, all->memory, sizeof all->found), GLR_OK);
    cr_expect_eq(glr_model_fill(all->device, all->model, 3, NULL, all->memory, sizeof all->found),
                 GLR_ERROR_UNSUPPORTED);
    cr_expect(strstr(glr_last_error(), "tensor o: regions[0]: ") == glr_last_error(), "%s", glr_last_error());
    cr_expect_eq(glr_model_fill_scratch(all->device, all->model, 3, NULL, &bytes), GLR_ERROR_UNSUPPORTED);
    cr_assert_eq(glr_copy_to_host(all->device, after, all->memory, sizeof after), GLR_OK);
    cr_expect_eq(memcmp(after, all->found, sizeof after), 0);
}

Test(regions_gpu, in_its_memory)
{
    setting all = {.device = NULL};
    open_setting(&all);
    glr_tensor part = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {50, 80}, .part = GLR_PART_RANGE};
    part.first = 333;
    part.count = 2500;
    expect_same(&all, 2, NULL);
    expect_same(&all, 2, &part);
    expect_unsupported(&all, 1, "device: values of tensor v are copied into host memory alone");
    if (glr_device_backend(all.device) == GLR_BACKEND_OPENCL) {
        expect_unsupported(&all, 0, "device: regions of tensor w are not filled in OpenCL's memory");
    } else {
        expect_same(&all, 0, NULL);
        expect_same(&all, 0, &part);
        cr_expect(all.found[0] != 0);
        expect_refused_region(&all);
        part.part = GLR_PART_WHOLE;
        part.first = part.count = 0;
        part.strides[0] = 1;
        part.strides[1] = 50;
        expect_same(&all, 0, &part);
    }
    close_setting(&all);
}
