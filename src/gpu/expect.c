/* The check at opening: the operations on which equal bits rest, and the stream's first values. */
#include "expect.h"

#include "api/call.h"
#include "text/show.h"

#include <inttypes.h>

const glr_check_arguments glr_check_arguments_given = {0x1.001p+0f, 0x1.001p+0f, -0x1.002p+0f, 0x1p-126f};

const uint64_t glr_check_places[GLR_CHECK_PLACES] = {0, UINT64_C(0x765432670)};

glr_plan glr_check_plan(uint64_t place)
{
    /* Raw values below 1/6 in magnitude become subnormal, one in seven; the others keep all their bits. */
    glr_plan plan = {.sampler = GLR_SAMPLE_TRUNCATED,
                     .dtype = GLR_DTYPE_FLOAT32,
                     .scale = 0x1.8p-124f,
                     .count = GLR_CHECK_DRAWN};
    plan.runs.first = place;
    plan.runs.length = GLR_CHECK_DRAWN;
    plan.runs.stride = 1;
    glr_plan_set_key(&plan, glr_key_of_seed(0, 0));
    return plan;
}

static glr_status fail(const char *backend, const char *what, uint32_t got, uint32_t expected)
{
    return glr_fail(GLR_ERROR_DEVICE,
                    "the %s device's check failed: %s: 0x%08" PRIx32 " instead of 0x%08" PRIx32, backend,
                    what, got, expected);
}

glr_status glr_check_operations(const char *backend, const uint32_t words[GLR_CHECK_WORDS],
                                const glr_plan *plan)
{
    const glr_check_arguments *with = &glr_check_arguments_given;
    static const struct {
        int word;
        const char *what;
    } checks[] = {{GLR_CHECK_SCALED, "contraction"},
                  {GLR_CHECK_FMA, "fma"},
                  {GLR_CHECK_DENORMAL, "denormals"},
                  {GLR_CHECK_SUM, "denormals"}};
    const uint32_t expected[] = {glr_bits_of(glr_scaled(with->a, with->b, with->c)),
                                 glr_bits_of(glr_fma(with->a, with->b, with->c)),
                                 glr_bits_of(with->tiny * 0.5f), glr_bits_of(with->tiny)};
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (words[checks[i].word] != expected[i]) {
            return fail(backend, checks[i].what, words[checks[i].word], expected[i]);
        }
    }
    for (uint32_t i = 0; i < GLR_CHECK_SQRTS; i++) {
        uint32_t root = glr_bits_of(glr_sqrt(glr_float_of(glr_check_argument_bits(i))));
        if (words[GLR_CHECK_SQRT + i] != root) {
            return fail(backend, "sqrt", words[GLR_CHECK_SQRT + i], root);
        }
    }
    glr_values values = glr_truncated_group(plan->base, 0, &plan->keys);
    for (int j = 0; j < GLR_GROUP_SIZE; j++) {
        if (words[GLR_CHECK_STREAM + j] != glr_bits_of(values.value[j])) {
            return fail(backend, "the stream's first block", words[GLR_CHECK_STREAM + j],
                        glr_bits_of(values.value[j]));
        }
    }
    return GLR_OK;
}

glr_status glr_check_fill(const char *backend, const uint32_t words[GLR_CHECK_DRAWN], const glr_plan *plan)
{
    for (uint32_t i = 0; i < GLR_CHECK_DRAWN; i++) {
        const uint64_t index = plan->runs.first + i;
        glr_values values = glr_truncated_group(plan->base, index / GLR_GROUP_SIZE, &plan->keys);
        uint32_t expected =
            glr_bits_of(glr_scaled(values.value[index % GLR_GROUP_SIZE], plan->scale, plan->shift));
        if (words[i] != expected) {
            char what[48];
            glr_show_text(what, sizeof what, GLR_CHECK_FILL "%" PRIu64, index);
            return fail(backend, what, words[i], expected);
        }
    }
    return GLR_OK;
}

/* The check in memory of the device. */
static glr_status check_in(const char *backend, glr_device *device,
                           glr_status (*run_check)(glr_device *, const glr_plan *, void *), void *memory)
{
    uint32_t words[GLR_CHECK_DRAWN];
    glr_plan plan = glr_check_plan(0);
    const glr_destination destination = {.memory = memory};
    glr_status status = run_check(device, &plan, memory);
    if (status == GLR_OK) {
        status = device->backend->copy_to_host(device, words, memory, GLR_CHECK_WORDS * sizeof *words);
    }
    if (status == GLR_OK) {
        status = glr_check_operations(backend, words, &plan);
    }
    for (int i = 0; status == GLR_OK && i < GLR_CHECK_PLACES; i++) {
        plan = glr_check_plan(glr_check_places[i]);
        status = device->backend->fill(device, &plan, &destination, NULL);
        if (status == GLR_OK) {
            status = device->backend->copy_to_host(device, words, memory, sizeof words);
        }
        if (status == GLR_OK) {
            status = glr_check_fill(backend, words, &plan);
        }
    }
    return status;
}

glr_status glr_gpu_check(const char *backend, glr_device *device,
                         glr_status (*run_check)(glr_device *, const glr_plan *, void *))
{
    void *memory = NULL;
    glr_status status = device->backend->alloc(device, GLR_CHECK_DRAWN * sizeof(float), &memory);
    if (status != GLR_OK) {
        return status;
    }
    status = check_in(backend, device, run_check, memory);
    char message[GLR_MESSAGE];
    glr_keep_error(message);
    (void)device->backend->free(device, memory); /* what cannot be freed now is tried again by closing */
    glr_put_back_error(message);
    return status;
}
