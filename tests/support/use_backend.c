#include "use_backend.h"

#include "golden.h"

#include <criterion/criterion.h>
#include <string.h>

glr_tensor test_vector(glr_dtype dtype, int64_t count)
{
    glr_tensor tensor = {.dtype = dtype, .rank = 1, .shape = {count}};
    return tensor;
}

void test_cpu_fill(const glr_initializer *initializer, const glr_tensor *tensor, void *dst, uint64_t bytes)
{
    glr_device *cpu = open_cpu(1);
    cr_assert_eq(glr_fill(cpu, initializer, tensor, dst, bytes), GLR_OK, "%s", glr_last_error());
    glr_close(cpu);
}

glr_status test_use_backend(glr_backend_kind backend, const glr_initializer *initializer,
                            const glr_tensor *tensor, void *drawn, uint64_t bytes)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    void *memory = NULL;
    options.backend = backend;
    glr_status status = glr_open(&options, &device);
    cr_expect_eq(status == GLR_OK, device != NULL);
    if (status == GLR_OK) {
        status = glr_alloc(device, bytes, &memory);
    }
    if (status == GLR_OK) {
        status = glr_fill(device, initializer, tensor, memory, bytes);
    }
    if (status == GLR_OK) {
        status = glr_sync(device);
    }
    if (status == GLR_OK) {
        status = glr_copy_to_host(device, drawn, memory, bytes);
    }
    if (status == GLR_OK) {
        status = glr_free(device, memory);
    }
    glr_close(device);
    return status;
}

size_t test_expect_unavailable(glr_backend_kind backend, const char *reason)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    glr_device_info infos[8];
    size_t count = 0, place = 0;
    options.backend = backend;
    cr_expect_eq(glr_open(&options, &device), GLR_ERROR_UNAVAILABLE);
    cr_expect_not_null(strstr(glr_last_error(), reason), "%s, not %s", glr_last_error(), reason);
    cr_assert_eq(glr_devices(infos, 8, &count), GLR_OK);
    while (place + 1 < count && infos[place].backend != backend) {
        place++;
    }
    cr_expect(infos[place].backend == backend && !infos[place].available);
    cr_expect_not_null(strstr(infos[place].reason, reason), "%s", infos[place].reason);
    cr_assert_eq(glr_open(NULL, &device), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_device_backend(device), GLR_BACKEND_CPU);
    glr_close(device);
    return place;
}
