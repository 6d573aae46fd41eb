/* Floating-point environments: those of a thread that the library meets. */
#ifndef GLR_TEST_HOST_MODE_H
#define GLR_TEST_HOST_MODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A floating-point environment. */
typedef struct mode {
    const char *name;
#if defined(__x86_64__)
    uint32_t mxcsr; /* with its sticky flags */
    uint16_t x87_control, x87_flags;
#else
    uint64_t fpcr, fpsr;
#endif
} mode;

/* The default, and those to try. */
extern const mode default_mode;
extern const mode modes[];
extern const size_t mode_count;

/* Gives the thread a mode, or returns the one that it has. None of them does arithmetic, and none traps. */
void set_mode(const mode *wanted);
mode mode_now(void);
bool is_same_mode(const mode *a, const mode *b);

#endif
