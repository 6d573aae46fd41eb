/* The fill of the check at opening, drawn here in modes in which a device's threads may be: it is refused in
 * each but the default one. */
#include "gpu/expect.h"

#include <criterion/criterion.h>
#include <fenv.h>
#include <string.h>

#ifdef __SSE__
#include <xmmintrin.h>
#endif

static uint32_t words[GLR_CHECK_DRAWN];

/* As a device draws it, in the mode of this thread. */
static void draw(const glr_plan *plan)
{
    for (uint32_t i = 0; i < GLR_CHECK_DRAWN; i++) {
        const uint64_t index = plan->runs.first + i;
        glr_values values = glr_truncated_group(plan->base, index / GLR_GROUP_SIZE, &plan->keys);
        words[i] = glr_bits_of(glr_scaled(values.value[index % GLR_GROUP_SIZE], plan->scale, plan->shift));
    }
}

/* As a device draws it that changes its mode only to scale. */
static void scale(const glr_plan *plan, const uint32_t raw[GLR_CHECK_DRAWN])
{
    for (uint32_t i = 0; i < GLR_CHECK_DRAWN; i++) {
        words[i] = glr_bits_of(glr_scaled(glr_float_of(raw[i]), plan->scale, plan->shift));
    }
}

/* Calls through these cannot be moved across a change of the mode. */
static void (*volatile const draw_now)(const glr_plan *) = draw;
static void (*volatile const scale_now)(const glr_plan *, const uint32_t *) = scale;

static void check_mode_at(unsigned index, uint64_t place)
{
    static uint32_t raw[GLR_CHECK_DRAWN];
    const glr_plan plan = glr_check_plan(place);
    glr_plan unscaled = plan;
    fenv_t usual;
    unscaled.scale = 1.0f;
    draw_now(&unscaled);
    memcpy(raw, words, sizeof raw);
    for (int all = 0; all < 2; all++) {
        cr_assert_eq(fegetenv(&usual), 0);
        switch (index) {
        case 1: (void)fesetround(FE_DOWNWARD); break;
        case 2: (void)fesetround(FE_UPWARD); break;
        case 3: (void)fesetround(FE_TOWARDZERO); break;
#ifdef __SSE__
        case 4: _mm_setcsr(_mm_getcsr() | 0x8000U); break;
        case 5: _mm_setcsr(_mm_getcsr() | 0x40U); break;
#endif
        default: break;
        }
        if (all) {
            draw_now(&plan);
        } else {
            scale_now(&plan, raw);
        }
        cr_assert_eq(fesetenv(&usual), 0);
        cr_expect_eq(glr_check_fill("test", words, &plan), index == 0 ? GLR_OK : GLR_ERROR_DEVICE,
                     "mode %u, %s", index, all ? "of all" : "of scaling");
        cr_expect(index == 0 || strstr(glr_last_error(), "a fill, element ") != NULL, "%s", glr_last_error());
    }
}

static void check_mode(unsigned index)
{
    for (int i = 0; i < GLR_CHECK_PLACES; i++) {
        check_mode_at(index, glr_check_places[i]);
    }
}

Test(check, the_default_mode) { check_mode(0); }
Test(check, downward) { check_mode(1); }
Test(check, upward) { check_mode(2); }
Test(check, towards_zero) { check_mode(3); }
#ifdef __SSE__
Test(check, flushed_results) { check_mode(4); }
Test(check, flushed_operands) { check_mode(5); }
#endif
