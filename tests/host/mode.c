#include "mode.h"

#if defined(__x86_64__)

#include <xmmintrin.h>

#define MASKED    0x1f80U /* MXCSR's masks of the six exceptions */
#define ROUNDING  13      /* the place of MXCSR's rounding direction */
#define FLUSH     0x8000U
#define DENORMALS 0x0040U

const mode default_mode = {"default", MASKED, 0x037f, 0};
const mode modes[] = {
    {"downward", MASKED | 1U << ROUNDING, 0x077f, 0},
    {"upward", MASKED | 2U << ROUNDING, 0x0b7f, 0},
    {"toward zero", MASKED | 3U << ROUNDING, 0x0f7f, 0},
    {"flush to zero", MASKED | FLUSH, 0x037f, 0},
    {"denormals are zero", MASKED | DENORMALS, 0x037f, 0},
    {"flush to zero, denormals are zero", MASKED | FLUSH | DENORMALS, 0x037f, 0},
    {"x87 in single precision", MASKED, 0x007f, 0},
    {"x87 in double precision, toward zero", MASKED, 0x0e7f, 0},
    {"flags raised", MASKED | 0x3f, 0x037f, 0x3f},
    {"traps", 0, 0x0340, 0},
    {"traps, but not for denormals", 0x0100, 0x0342, 0},
    {"traps, with flags raised", 0x3f, 0x0340, 0x3f},
    {"traps, upward, flush to zero, denormals are zero, x87 in single precision, flags raised",
     0x3f | 2U << ROUNDING | FLUSH | DENORMALS, 0x0840, 0x3f},
};

typedef struct x87_environment {
    uint16_t control, reserved0, status, reserved1;
    uint32_t rest[5];
} x87_environment;

void set_mode(const mode *wanted)
{
    x87_environment environment;
    /* Saving it masks every exception, so that nothing traps before the new one is there. */
    __asm__ volatile("fnstenv %0" : "=m"(environment));
    environment.control = wanted->x87_control;
    environment.status = (uint16_t)((environment.status & ~0x80ffU) | wanted->x87_flags);
    __asm__ volatile("fldenv %0" : : "m"(environment));
    _mm_setcsr(wanted->mxcsr);
}

mode mode_now(void)
{
    mode now = {.mxcsr = _mm_getcsr()};
    uint16_t status;
    __asm__ volatile("fnstcw %0" : "=m"(now.x87_control));
    __asm__ volatile("fnstsw %0" : "=m"(status));
    now.x87_flags = status & 0x3f;
    return now;
}

bool is_same_mode(const mode *a, const mode *b)
{
    return a->mxcsr == b->mxcsr && a->x87_control == b->x87_control && a->x87_flags == b->x87_flags;
}

#elif defined(__aarch64__)

#define ROUNDING 22
#define FLUSH    (UINT64_C(1) << 24)
#define TRAPS    UINT64_C(0x9f00) /* of which a processor may have none */

const mode default_mode = {"default", 0, 0};
const mode modes[] = {
    {"upward", UINT64_C(1) << ROUNDING, 0},
    {"downward", UINT64_C(2) << ROUNDING, 0},
    {"toward zero", UINT64_C(3) << ROUNDING, 0},
    {"flush to zero", FLUSH, 0},
    {"flags raised", 0, 0x9f},
    {"traps", TRAPS, 0},
    {"traps, upward, flush to zero, flags raised", TRAPS | FLUSH | UINT64_C(1) << ROUNDING, 0x9f},
};

void set_mode(const mode *wanted)
{
    __asm__ volatile("msr fpsr, %0" : : "r"(wanted->fpsr));
    __asm__ volatile("msr fpcr, %0" : : "r"(wanted->fpcr));
}

mode mode_now(void)
{
    mode now = {.name = NULL};
    __asm__ volatile("mrs %0, fpcr" : "=r"(now.fpcr));
    __asm__ volatile("mrs %0, fpsr" : "=r"(now.fpsr));
    return now;
}

bool is_same_mode(const mode *a, const mode *b) { return a->fpcr == b->fpcr && a->fpsr == b->fpsr; }

#else
#error "The floating-point environment of this processor is not described here."
#endif

const size_t mode_count = sizeof modes / sizeof modes[0];
