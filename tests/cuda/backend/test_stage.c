/* Stages: several draw and copy at once, nobody waits before it must, and what a stage has goes with it. */
#include "support.h"

#include "backend.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 5003
#define BYTES (COUNT * sizeof(float))

static const glr_tensor vector = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {COUNT}};
static glr_device *device;
static char opened[GPU_LIST];

static void set_up(void)
{
    device = test_open_cuda(0);
    gpu_list_live(opened);
}

static void tear_down(void)
{
    gpu_expect_live(opened, "stages");
    glr_close(device);
    gpu_expect_live("", "all");
}

TestSuite(stage, .init = set_up, .fini = tear_down);

static void open_stage(glr_stage **stage)
{
    cr_assert_eq(glr_stage_open(device, BYTES, stage), GLR_OK, "%s", glr_last_error());
}

static void start(glr_stage *stage, int64_t seed)
{
    glr_initializer initializer = glr_glorot_normal(seed);
    cr_assert_eq(glr_stage_fill(stage, &initializer, &vector), GLR_OK, "%s", glr_last_error());
}

/* Whether the stage's host memory holds what the CPU draws of this seed. */
static bool holds(const glr_stage *stage, int64_t seed)
{
    static float expected[COUNT];
    glr_initializer initializer = glr_glorot_normal(seed);
    test_cpu_fill(&initializer, &vector, expected, sizeof expected);
    return memcmp(stage->host, expected, sizeof expected) == 0;
}

/* The stand-in does work as late as it may: what is not waited for is not there, and what is waited for
   alone does not bring the others' with it. */
Test(stage, several_draw_at_once)
{
    enum { STAGES = 3 };
    glr_stage *stages[STAGES];
    for (int i = 0; i < STAGES; i++) {
        open_stage(&stages[i]);
        cr_expect(stages[i]->is_pinned);
    }
    const void *values;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < STAGES; i++) {
            start(stages[i], 10 * round + i);
        }
        test_expect_pending(2 * STAGES); /* a kernel and a copy each */
        for (int i = STAGES - 1; i >= 0; i--) {
            cr_expect_not(holds(stages[i], 10 * round + i), "before it was waited for");
            cr_assert_eq(glr_stage_wait(stages[i], &values), GLR_OK, "%s", glr_last_error());
            test_expect_pending(2 * i);
            cr_expect(holds(stages[i], 10 * round + i));
        }
    }
    for (int i = 0; i < STAGES; i++) {
        glr_stage_close(stages[i]);
    }
}

/* One launch and one copy; waiting is another call. */
Test(stage, asks_little_of_the_driver)
{
    glr_stage *stage;
    const void *values;
    CUcontext context = NULL;
    open_stage(&stage);
    DRIVER(cuDevicePrimaryCtxRetain(&context, 0));
    DRIVER(cuCtxSetCurrent(context));
    inject_clear_trace(ptxsim_injector());
    start(stage, 1);
    test_expect_calls("cuCtxGetCurrent cuPointerGetAttributes "
                      "cuLaunchKernel cuMemcpyDtoHAsync_v2 ");
    inject_clear_trace(ptxsim_injector());
    cr_expect_eq(glr_stage_wait(stage, &values), GLR_OK);
    test_expect_calls("cuCtxGetCurrent cuStreamSynchronize ");
    cr_expect(holds(stage, 1));
    DRIVER(cuCtxSetCurrent(NULL));
    DRIVER(cuDevicePrimaryCtxRelease_v2(0));
    glr_stage_close(stage);
}

/* Where memory cannot be pinned, the driver copies through its own. */
Test(stage, does_without_pinned_memory)
{
    glr_stage *stage;
    const void *values;
    inject_fail(ptxsim_injector(), "cuMemHostAlloc", 1, CUDA_ERROR_OUT_OF_MEMORY);
    open_stage(&stage);
    cr_expect_str_eq(inject_failed(ptxsim_injector()), "cuMemHostAlloc");
    cr_expect_not(stage->is_pinned);
    start(stage, 2);
    cr_assert_eq(glr_stage_wait(stage, &values), GLR_OK, "%s", glr_last_error());
    cr_expect(holds(stage, 2));
    glr_stage_close(stage);
}

/* Closed with its work under way. */
Test(stage, closing_waits)
{
    glr_stage *stage;
    open_stage(&stage);
    start(stage, 3);
    glr_stage_close(stage);
    gpu_expect_live(opened, "a stage at work");
}

Test(stage, refuses_what_fills_refuse)
{
    glr_stage *stage;
    const void *values;
    glr_initializer initializer = glr_he_normal(1);
    glr_tensor tensor = vector;
    open_stage(&stage);
    tensor.shape[0]++;
    cr_expect_eq(glr_stage_fill(stage, &initializer, &tensor), GLR_ERROR_TOO_SMALL);
    tensor.dtype = GLR_DTYPE_INT32;
    cr_expect_eq(glr_stage_fill(stage, &initializer, &tensor), GLR_ERROR_UNSUPPORTED);
    tensor = vector;
    tensor.shape[0] = 0;
    inject_clear_trace(ptxsim_injector());
    cr_expect_eq(glr_stage_fill(stage, &initializer, &tensor), GLR_OK);
    test_expect_calls("");
    cr_expect_eq(glr_stage_wait(stage, &values), GLR_OK);
    glr_stage_close(stage);
    cr_expect_eq(glr_stage_open(device, UINT64_C(1) << 60, &stage), GLR_ERROR_MEMORY);
    cr_expect_null(stage);
}
