/* The long form of the check that every device passes when it is opened: each method, each dtype, sizes with
 * ragged ends, a part with strides, and windows far into a long tensor, against the CPU. */
#include "command.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 1000003               /* elements */
#define BYTES   ((size_t)8 * LONGEST) /* of the widest type */

typedef struct test_case {
    glr_initializer initializer;
    glr_tensor tensor;
} test_case;

/* A pair of devices under comparison, with memory for the longest case. */
typedef struct comparison {
    glr_device *cpu;
    glr_stage *stage; /* of the other */
    unsigned char *expected;
    uint64_t cases, refused;
} comparison;

static glr_initializer initializer_of(int method)
{
    glr_initializer initializer = glr_truncated_normal(0.1, 0.7, 20);
    switch (method) {
    case 0: break;
    case 1: initializer.method = GLR_METHOD_ICDF; break;
    case 2: initializer = glr_random_normal(0.1, 0.7, 21); break;
    case 3: initializer = glr_random_uniform(-0.3, 1.1, 22); break;
    default: initializer = glr_ones();
    }
    return initializer;
}

/* Draws one case on the other device, over zeros, so that what it leaves out is not taken from a case before.
 */
static glr_status draw(comparison *with, const test_case *one, uint64_t bytes)
{
    const glr_initializer zeros = glr_zeros();
    const glr_tensor all = {.dtype = GLR_DTYPE_UINT8, .rank = 1, .shape = {(int64_t)bytes}};
    glr_status status = glr_stage_fill(with->stage, &zeros, &all);
    return status == GLR_OK ? glr_stage_fill(with->stage, &one->initializer, &one->tensor) : status;
}

/* Compares one case; false after a message. */
static bool compare(comparison *with, const test_case *one)
{
    const void *values = NULL;
    uint64_t bytes = 0;
    glr_status status = glr_tensor_extent(&one->tensor, NULL, &bytes);
    if (status == GLR_OK) {
        status = draw(with, one, bytes);
    }
    if (status == GLR_ERROR_UNSUPPORTED && one->tensor.dtype == GLR_DTYPE_FLOAT64) {
        with->refused++;
        return true;
    }
    if (status == GLR_OK) {
        status = glr_fill(with->cpu, &one->initializer, &one->tensor, with->expected, bytes);
    }
    if (status == GLR_OK) {
        status = glr_stage_wait(with->stage, &values);
    }
    if (status != GLR_OK) {
        (void)glr_cli_fail(EXIT_FAILED, "%s", glr_last_error());
        return false;
    }
    with->cases++;
    const unsigned char *drawn = values;
    const uint64_t size = glr_dtype_size(one->tensor.dtype);
    for (uint64_t i = 0; i < bytes; i += size * (one->tensor.strides[0] != 0 ? 2 : 1)) {
        if (memcmp(drawn + i, with->expected + i, size) != 0) {
            (void)glr_cli_fail(EXIT_FAILED, "%s of %s: element %" PRIu64 " of the part differs",
                               glr_kind_name(one->initializer.kind), glr_dtype_name(one->tensor.dtype),
                               i / size);
            return false;
        }
    }
    return true;
}

/* One method and dtype. Strides are 2 throughout: what lies between is not drawn. */
static bool compare_all(comparison *with, int method, glr_dtype dtype)
{
    static const int64_t lengths[] = {1, 7, 5003, LONGEST};
    static const int64_t firsts[] = {INT64_C(1) << 32, INT64_C(1) << 34, (INT64_C(1) << 55) + 1};
    test_case one = {initializer_of(method), {.dtype = dtype, .rank = 1}};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        one.tensor.shape[0] = lengths[i];
        if (!compare(with, &one)) {
            return false;
        }
    }
    one.tensor.shape[0] = GLR_MAX_ELEMENTS;
    one.tensor.part = GLR_PART_RANGE;
    one.tensor.count = 10007;
    for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
        one.tensor.first = firsts[i] - 5000;
        if (!compare(with, &one)) {
            return false;
        }
    }
    const glr_tensor transposed = {.dtype = dtype, .rank = 2, .shape = {301, 211}, .strides = {2, 602}};
    one.tensor = transposed;
    return compare(with, &one);
}

static bool test_device(comparison *with)
{
    for (int method = 0; method <= 4; method++) {
        for (glr_dtype dtype = GLR_DTYPE_FLOAT32; dtype <= GLR_DTYPE_FLOAT8_E5M2; dtype++) {
            if (!compare_all(with, method, dtype)) {
                return false;
            }
        }
    }
    return true;
}

static int open_and_test(const glr_device_info *info, comparison *with)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    options.backend = info->backend;
    options.device = info->device;
    with->stage = NULL;
    bool ok = glr_open(&options, &device) == GLR_OK && glr_stage_open(device, BYTES, &with->stage) == GLR_OK;
    with->cases = with->refused = 0;
    if (!ok) {
        (void)glr_cli_fail(EXIT_FAILED, "%s", glr_last_error());
    }
    ok = ok && test_device(with);
    glr_stage_close(with->stage);
    glr_close(device);
    char refused[64] = "";
    if (with->refused > 0) {
        (void)snprintf(refused, sizeof refused, ", %" PRIu64 " of float64 are refused", with->refused);
    }
    glr_cli_line(stdout, "%-8s %-6u %s: %s, %" PRIu64 " cases agree%s", glr_backend_name(info->backend),
                 info->device, info->name, ok ? "passed" : "failed", with->cases, refused);
    return ok ? EXIT_DONE : EXIT_FAILED;
}

int glr_self_test(const glr_device_info *infos, size_t count)
{
    comparison with = {.cpu = NULL};
    glr_options options = GLR_OPTIONS_INIT;
    options.backend = GLR_BACKEND_CPU;
    with.expected = malloc(BYTES);
    int status = EXIT_DONE;
    if (with.expected == NULL) {
        status = glr_cli_fail(EXIT_FAILED, "out of memory");
    } else if (glr_open(&options, &with.cpu) != GLR_OK) {
        status = glr_cli_fail(EXIT_FAILED, "%s", glr_last_error());
    }
    for (size_t i = 0; with.cpu != NULL && i < count; i++) {
        if (infos[i].available && open_and_test(&infos[i], &with) != EXIT_DONE) {
            status = EXIT_FAILED;
        }
    }
    free(with.expected);
    glr_close(with.cpu);
    return status;
}
