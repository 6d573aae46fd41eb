/* Code that the tests inside difficult hosts share. They are plain programs: what they try ends processes,
   forks and runs out of threads, which a test framework in the same process would not survive. */
#ifndef GLR_TEST_HOST_SUPPORT_H
#define GLR_TEST_HOST_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Elements of which a fill makes one piece of work: what the header promises of threads is counted in these.
 */
#define PIECE 65536

/* Prints a failure of the test, and remembers it. */
void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Fails unless the condition holds, and goes on. */
#define CHECK(condition, ...) ((condition) ? (void)0 : fail(__VA_ARGS__))

/* The status for main to return: 0, or 1 after a failure. */
int verdict(void);

/* Prints "skipped: REASON" and exits with 77. */
_Noreturn void skip(const char *reason);

/* Whether this program was built with a sanitizer, which has stacks, memory and threads of its own. */
bool is_sanitized(void);

/* Whether scripts/test.sh asked for less work. */
bool is_light(void);

/* Runs a function in a child, which gets SIGALRM after some seconds, and ends by exit with its verdict, or at
   once by _exit where `at_once`. A child that fails or is killed is a failure here. */
void run_apart(const char *name, bool at_once, void (*function)(const void *), const void *argument);

/* Waits for a child. Anything but exit status 0 is a failure. */
void expect_success(const char *name, int child);

/* Fails unless this process has so many threads. One that has been joined may still be counted for a moment:
   that is waited for. */
void expect_threads(int min, int max, const char *when);

/* Memory, or the end of the program. */
void *allocate(size_t bytes);

/* 64 bits of the bytes; no floating point. */
uint64_t hash_of(const void *bytes, size_t length);

#endif
