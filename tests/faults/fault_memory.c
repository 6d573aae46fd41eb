/* The allocator's functions, which fail on demand, and the blocks that are not freed yet. */
#include "fault.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* glibc's own names, which can be called before the dynamic loader can look anything up. */
void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *block, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);
void __libc_free(void *block);

/* ---- Blocks ------------------------------------------------------------------------------------------ */

#define SLOTS   ((size_t)1 << 16)
#define REMOVED 1

/* A hash table with linear probing; small enough that it never fills. */
static uintptr_t slots[SLOTS];
static long live;
static bool watching;
static atomic_flag lock = ATOMIC_FLAG_INIT;

static size_t slot_of(uintptr_t block) { return (size_t)(block >> 4) * 40503U % SLOTS; }

static void enter(void)
{
    while (atomic_flag_test_and_set(&lock)) {
    }
}

static void leave(void) { atomic_flag_clear(&lock); }

static void *add(void *block)
{
    const uintptr_t address = (uintptr_t)block;
    if (!watching || block == NULL) {
        return block;
    }
    enter();
    size_t slot = slot_of(address);
    while (slots[slot] > REMOVED) {
        slot = (slot + 1) % SLOTS;
    }
    slots[slot] = address;
    live++;
    leave();
    return block;
}

static void drop(const void *block)
{
    const uintptr_t address = (uintptr_t)block;
    if (!watching || block == NULL) {
        return;
    }
    enter();
    for (size_t slot = slot_of(address); slots[slot] != 0; slot = (slot + 1) % SLOTS) {
        if (slots[slot] == address) {
            slots[slot] = REMOVED;
            live--;
            break;
        }
    }
    leave();
}

void fault_watch(void)
{
    enter();
    for (size_t slot = 0; slot < SLOTS; slot++) {
        slots[slot] = 0;
    }
    live = 0;
    watching = true;
    leave();
}

long fault_live(void)
{
    enter();
    const long count = live;
    leave();
    return count;
}

/* The names of the parameters are ours. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

/* ---- The functions ------------------------------------------------------------------------------------ */

static bool fails(const char *function)
{
    const int error = fault_now(FAULT_MEMORY, function, ENOMEM);
    if (error != 0) {
        errno = error;
    }
    return error != 0;
}

void *malloc(size_t bytes) { return fails("malloc") ? NULL : add(__libc_malloc(bytes)); }

void *calloc(size_t count, size_t bytes) { return fails("calloc") ? NULL : add(__libc_calloc(count, bytes)); }

void *realloc(void *block, size_t bytes)
{
    if (fails("realloc")) {
        return NULL;
    }
    drop(block);
    void *moved = __libc_realloc(block, bytes);
    (void)add(moved == NULL && bytes > 0 ? block : moved);
    return moved;
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return fails("aligned_alloc") ? NULL : add(__libc_memalign(alignment, bytes));
}

int posix_memalign(void **block, size_t alignment, size_t bytes)
{
    const int before = errno;
    if (fails("posix_memalign")) {
        errno = before; /* which it leaves alone */
        return ENOMEM;
    }
    void *allocated = add(__libc_memalign(alignment, bytes));
    errno = before;
    if (allocated == NULL) {
        return ENOMEM;
    }
    *block = allocated;
    return 0;
}

void free(void *block)
{
    drop(block);
    __libc_free(block);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
