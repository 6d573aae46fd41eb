/* Entering and leaving the library; the calling thread's last error; statuses. */
#include "call.h"

#include "text/show.h"

#include <stdarg.h>
#include <string.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

/* ---- The caller's floating-point mode and locale ------------------------------------------------------- */

#if defined(__x86_64__)

#define MXCSR_DEFAULT 0x1f80U /* nearest, no flush to zero, no denormals as zero, exceptions masked */
#define MXCSR_FLAGS   0x003fU
#define X87_DEFAULT   0x037fU /* nearest, 64 bits of precision, exceptions masked */
#define X87_FLAGS     0x003fU

/* Loading the x87 environment is slow, so it is loaded only where something differs. The x87 unit counts
   because the C library may compute in it when it reads and prints numbers. */
static void enter_mode(glr_host *host)
{
    host->mxcsr = _mm_getcsr();
    if ((host->mxcsr & ~MXCSR_FLAGS) != MXCSR_DEFAULT) {
        _mm_setcsr(MXCSR_DEFAULT);
    }
    const uint16_t control = X87_DEFAULT;
    __asm__ volatile("fnstcw %0" : "=m"(host->x87_control));
    __asm__ volatile("fnstsw %0" : "=m"(host->x87_status));
    if (host->x87_control != X87_DEFAULT) { /* fldcw would take a trap that is pending */
        __asm__ volatile("fnclex\n\tfldcw %0" : : "m"(control));
    }
}

/* Flags that are raised in the status word would trap as soon as the control word unmasks them. */
static void restore_x87_flags(uint16_t flags)
{
    struct {
        uint16_t control, reserved0, status, reserved1;
        uint32_t rest[5];
    } environment;
    __asm__ volatile("fnstenv %0" : "=m"(environment));
    environment.status = (uint16_t)((environment.status & ~X87_FLAGS) | (flags & X87_FLAGS));
    __asm__ volatile("fldenv %0" : : "m"(environment));
}

static void leave_mode(const glr_host *host)
{
    uint16_t status;
    __asm__ volatile("fnstsw %0" : "=m"(status));
    if (((status ^ host->x87_status) & X87_FLAGS) != 0) {
        restore_x87_flags(host->x87_status);
    }
    if (host->x87_control != X87_DEFAULT) {
        __asm__ volatile("fldcw %0" : : "m"(host->x87_control));
    }
    if (_mm_getcsr() != host->mxcsr) {
        _mm_setcsr(host->mxcsr);
    }
}

#elif defined(__aarch64__)

/* FPCR 0: nearest, no flush to zero, no traps, IEEE 754 half precision. */
static void set_fpcr(uint64_t fpcr) { __asm__ volatile("msr fpcr, %0" : : "r"(fpcr) : "memory"); }

static void enter_mode(glr_host *host)
{
    __asm__ volatile("mrs %0, fpcr" : "=r"(host->fpcr));
    __asm__ volatile("mrs %0, fpsr" : "=r"(host->fpsr));
    if (host->fpcr != 0) {
        set_fpcr(0);
    }
}

static void leave_mode(const glr_host *host)
{
    __asm__ volatile("msr fpsr, %0" : : "r"(host->fpsr));
    if (host->fpcr != 0) {
        set_fpcr(host->fpcr);
    }
}

#else

static void enter_mode(glr_host *host)
{
    (void)feholdexcept(&host->environment);
    (void)fesetround(FE_TONEAREST);
}

static void leave_mode(const glr_host *host) { (void)fesetenv(&host->environment); }

#endif

glr_host glr_enter(void)
{
    glr_host host;
    enter_mode(&host);
    /* glibc has the C locale ready and allocates nothing for it. Without it, numbers look as the caller's do.
     */
    host.own = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    host.locale = host.own != (locale_t)0 ? uselocale(host.own) : (locale_t)0;
    return host;
}

glr_status glr_leave(const glr_host *host, glr_status status)
{
    if (host->own != (locale_t)0) {
        (void)uselocale(host->locale);
        freelocale(host->own);
    }
    leave_mode(host);
    return status;
}

/* ---- Errors -------------------------------------------------------------------------------------------- */

static _Thread_local char last_error[GLR_MESSAGE];

void glr_keep_error(char message[GLR_MESSAGE]) { memcpy(message, last_error, sizeof last_error); }

void glr_put_back_error(const char message[GLR_MESSAGE]) { memcpy(last_error, message, sizeof last_error); }

glr_status glr_fail(glr_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    glr_show_format(last_error, sizeof last_error, format, arguments);
    va_end(arguments);
    return status;
}

glr_status glr_check_reserved(const char *name, const uint32_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (words[i] != 0) {
            return glr_fail(GLR_ERROR_ARGUMENT, "%s.reserved[%zu]: %u is not 0", name, i, words[i]);
        }
    }
    return GLR_OK;
}

glr_status glr_fail_by(const glr_problem *problem) { return glr_fail(problem->status, "%s", problem->text); }

glr_status glr_fail_null(const char *name)
{
    return glr_fail(GLR_ERROR_ARGUMENT, "%s: must not be NULL", name);
}

const char *glr_last_error(void) { return last_error; }

const char *glr_status_name(glr_status status)
{
    switch (status) {
    case GLR_OK: return "GLR_OK";
    case GLR_ERROR_ARGUMENT: return "GLR_ERROR_ARGUMENT";
    case GLR_ERROR_SHAPE: return "GLR_ERROR_SHAPE";
    case GLR_ERROR_TOO_SMALL: return "GLR_ERROR_TOO_SMALL";
    case GLR_ERROR_UNSUPPORTED: return "GLR_ERROR_UNSUPPORTED";
    case GLR_ERROR_UNAVAILABLE: return "GLR_ERROR_UNAVAILABLE";
    case GLR_ERROR_MEMORY: return "GLR_ERROR_MEMORY";
    case GLR_ERROR_DEVICE: return "GLR_ERROR_DEVICE";
    case GLR_ERROR_PARSE: return "GLR_ERROR_PARSE";
    case GLR_ERROR_SYSTEM: return "GLR_ERROR_SYSTEM";
    case GLR_ERROR_UNSEEDED: return "GLR_ERROR_UNSEEDED";
    case GLR_ERROR_UNDECIDED: return "GLR_ERROR_UNDECIDED";
    }
    return "unknown status";
}
