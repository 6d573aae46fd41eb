#include "native.h"

#include "backend.h"
#include "open.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define STACK    (192 * 1024) /* bytes of a fiber's, with room for what sanitizers add */
#define BARRIERS 100000       /* of a work-group, at most: no fill of the tests comes near */

typedef enum fiber_state { READY, WAITING, DONE } fiber_state;

typedef struct fiber {
    ucontext_t context;
    fiber_state state;
    int line; /* of the barrier where it waits */
} fiber;

native_place native_here;

static fiber fibers[GLR_GPU_ITEMS];
static unsigned char *stacks;
static ucontext_t scheduler;
static void *shared;
static size_t shared_bytes;
static uint32_t subgroup_items, barriers;
static const native_call *running;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all this: one thread's fibers at a time */
static void (*entry)(const native_call *);

static void fault(const char *what)
{
    (void)fprintf(stderr, "%s, item %u of work-group %llu: %s\n",
                  glr_gpu_kernel_names[running->launch.kernel], (unsigned)native_here.item,
                  (unsigned long long)native_here.group, what);
    abort();
}

void *native_shared(size_t bytes)
{
    if (shared == NULL) {
        shared = malloc(bytes);
        shared_bytes = bytes;
        if (shared == NULL) {
            fault("no memory to share");
        }
        memset(shared, 0xa5, bytes);
    }
    if (bytes != shared_bytes) {
        fault("shares memory twice");
    }
    return shared;
}

void native_barrier(uint32_t items, int line)
{
    fiber *f = &fibers[native_here.item];
    subgroup_items = items;
    f->state = WAITING;
    f->line = line;
    (void)swapcontext(&f->context, &scheduler);
}

uint32_t native_increment(uint32_t *counter)
{
    const uint32_t before = (*counter)++;
    (void)swapcontext(&fibers[native_here.item].context, &scheduler);
    return before;
}

static void run_item(void)
{
    entry(running);
    fibers[native_here.item].state = DONE; /* and on to uc_link */
}

static uint32_t random_word(void)
{
    static uint32_t state = 1;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static void order_items(native_order order, uint32_t items, uint32_t numbers[GLR_GPU_ITEMS])
{
    for (uint32_t i = 0; i < items; i++) {
        numbers[i] = order == NATIVE_BACKWARDS ? items - 1 - i : i;
    }
    for (uint32_t i = items; order == NATIVE_SHUFFLED && i-- > 1;) {
        const uint32_t other = random_word() % (i + 1), number = numbers[i];
        numbers[i] = numbers[other];
        numbers[other] = number;
    }
}

/* Lets a subgroup go on when all of its items have come to the same barrier. */
static void pass_barrier(uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        native_here.item = i;
        if (fibers[i].state != WAITING || fibers[i].line != fibers[first].line) {
            fault("comes not to the barrier at which others of its subgroup wait");
        }
        fibers[i].state = READY;
    }
    if (++barriers > BARRIERS) {
        fault("comes to no end");
    }
}

/* Runs each item to its next barrier, or its end; false when all are done. */
static bool run_items(native_order order, uint32_t items)
{
    uint32_t numbers[GLR_GPU_ITEMS];
    bool goes_on = false;
    order_items(order, items, numbers);
    for (uint32_t i = 0; i < items; i++) {
        native_here.item = numbers[i];
        if (fibers[numbers[i]].state == READY) {
            (void)swapcontext(&scheduler, &fibers[numbers[i]].context);
        }
    }
    for (uint32_t i = 0; i < items; i++) {
        if (fibers[i].state == READY) { /* others run before it goes on */
            return true;
        }
    }
    for (uint32_t i = 0; i < items; i++) {
        if (fibers[i].state == WAITING) {
            const uint32_t first = i - i % subgroup_items;
            pass_barrier(first, first + subgroup_items);
            goes_on = true;
        }
    }
    return goes_on;
}

static void start_items(uint32_t items)
{
    stacks = stacks != NULL ? stacks : malloc((size_t)GLR_GPU_ITEMS * STACK);
    if (stacks == NULL) {
        fault("no memory for stacks");
    }
    for (uint32_t i = 0; i < items; i++) {
        fiber *f = &fibers[i];
        (void)getcontext(&f->context);
        f->context.uc_stack.ss_sp = stacks + (size_t)i * STACK;
        f->context.uc_stack.ss_size = STACK;
        f->context.uc_link = &scheduler;
        f->state = READY;
        makecontext(&f->context, run_item, 0);
    }
}

static void run(const native_device *device, const native_call *call, uint32_t items)
{
    (void)pthread_mutex_lock(&lock);
    running = call;
    entry = device->is_one_subgroup ? native_call_one : native_call_warps;
    native_here.groups = call->launch.tiles < device->most_groups ? call->launch.tiles : device->most_groups;
    for (native_here.group = 0; native_here.group < native_here.groups; native_here.group++) {
        barriers = 0;
        start_items(items);
        while (run_items(device->order, items)) {
        }
        free(shared);
        shared = NULL;
    }
    running = NULL;
    (void)pthread_mutex_unlock(&lock);
}

void native_draw(const native_device *device, const glr_plan *plan, void *dst, uint64_t offset)
{
    const native_call call = {glr_gpu_launch_of(plan, offset), plan->runs, dst};
    run(device, &call, GLR_GPU_ITEMS);
}

void native_check(const native_device *device, const glr_plan *plan, uint32_t *words)
{
    native_call call = {glr_gpu_launch_of(plan, 0), plan->runs, words};
    call.launch.kernel = GLR_GPU_KERNEL_CHECK;
    call.launch.tiles = 1;
    run(device, &call, 1);
}

/* ---- As a backend ------------------------------------------------------------------------------------ */

static glr_status fill(glr_device *device, const glr_plan *plan, const glr_destination *destination,
                       const glr_order *order)
{
    static _Atomic unsigned calls;
    const unsigned n = calls++;
    const native_device with = {(int)(n & 1U), 1 + n % 5, (native_order)(n / 2 % NATIVE_ORDERS)};
    (void)device;
    (void)order;
    native_draw(&with, plan, destination->memory, 0);
    return GLR_OK;
}

/* The CPU's device, but for its fills. */
glr_status native_open(glr_device **device)
{
    static glr_backend backend;
    glr_options options = GLR_OPTIONS_INIT;
    options.backend = GLR_BACKEND_CPU;
    options.threads = 1;
    const glr_status status = glr_open(&options, device);
    if (status == GLR_OK) {
        backend = *(*device)->backend;
        backend.fill = fill;
        backend.scratch = NULL;
        (*device)->backend = &backend;
    }
    return status;
}
