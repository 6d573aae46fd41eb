/* The interface of a backend for GPUs to the tests of errors, refusals and threads, which are written once
   and built with each backend into a program of its own: the caller's objects, fills into them, and lists of
   what can go wrong.
   ../../cuda/backend and ../../opencl hold what is one backend's alone. */
#ifndef TEST_GPU_BACKEND_H
#define TEST_GPU_BACKEND_H

#include "glorand/glorand.h"
#include "ptxsim/inject/inject.h"

#include <stdbool.h>
#include <stddef.h>

#define GPU_LIST (2 * INJECT_TEXT) /* bytes of a list of all that lives */

/* A call that fails, and how glr_open and a fill end then. */
typedef struct gpu_fault {
    const char *function;
    unsigned nth;
    int error;
    glr_status status;
    const char *message;
} gpu_fault;

/* A variable of the environment for which the backend is not there, and the reason that is given. */
typedef struct gpu_absence {
    const char *variable, *value, *reason;
} gpu_absence;

typedef struct gpu_backend {
    glr_backend_kind kind;
    const char *name, *prepare; /* in messages: "CUDA", "glr_cuda_open" */
    const char *memory, *queue; /* how arguments are called: "dst", "stream" */
    const char *launch;         /* the library's function that starts a kernel */
    const char *const
        *harmless;     /* functions whose failure is borne; a name's beginning before '*'; NULL ends it */
    const int *errors; /* what calls are let fail with; 0 ends it */
    const glr_status *statuses;  /* that they may lead to; GLR_OK ends it */
    const gpu_fault *faults;     /* whose status and message are fixed; a function of NULL ends it */
    const gpu_absence *absences; /* a variable of NULL ends it */
    const char *const *mistakes; /* names of the checks that notice what gpu_mistake does; NULL ends it */
    size_t first_mistake;        /* from which on they are made in the quick form */
    int fills;                   /* how many each thread draws */
    unsigned min_calls;          /* of the library in one use */
} gpu_backend;

extern const gpu_backend gpu;

/* Lets glorand use a library that fails on demand, and gives its injector, which by a real driver records
 * nothing. */
injector *gpu_injector(void);

/* Before the first use: no cache of programs, so that each is built. */
void gpu_without_cache(void);

/* Lets the device compute otherwise, so that the check of this number notices. */
void gpu_mistake(size_t i);

/* After a call that has failed: undoes what the driver, and not glorand, has kept. */
void gpu_forgive(const char *function);

/* Live objects of glorand: of the library, and, where it is counted, of the host. Expects that it is the
   same as before. */
void gpu_list_live(char list[GPU_LIST]);
void gpu_expect_live(const char *before, const char *what);

/* Whether a function may fail and the values be right all the same. */
bool gpu_is_harmless(const char *function);

/* ---- The caller's ------------------------------------------------------------------------------- */

/* A context of the caller's, which is current in this thread, and a queue or stream in it. */
typedef struct gpu_caller {
    void *context, *device, *queue;
    bool is_shared; /* the device's primary context */
} gpu_caller;

/* Memory of the caller's; a fill goes to `offset`. */
typedef struct gpu_memory {
    void *buffer; /* the driver's handle, or its address */
    uint64_t offset, bytes;
} gpu_memory;

/* The context that most programs have, or one of its own; these abort the test if they fail. */
gpu_caller gpu_open(bool is_shared);
void gpu_close(gpu_caller c);
/* Makes the context current, or no longer. */
void gpu_enter(gpu_caller c);
void gpu_leave(gpu_caller c);

/* Another queue; one that is not ordered runs its work in any order but for events, if the backend has such.
 */
void *gpu_queue(gpu_caller c, bool is_ordered);
void gpu_release_queue(void *queue);

gpu_memory gpu_allocate(gpu_caller c, size_t bytes);
void gpu_release(gpu_memory memory);

glr_status gpu_prepare(gpu_caller c, glr_device **device);

/* Waits for the event `wait`, unless it is NULL, and, unless `done` is NULL or the fill is refused, makes the
 * event *done, which must be released. */
glr_status gpu_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                    gpu_memory memory, void *queue, void *wait, void **done);
void gpu_release_event(void *event);

/* Waits for the queue and copies to the host; false if that fails. */
bool gpu_read(void *queue, gpu_memory memory, void *host, size_t bytes);

/* ---- One use, from opening to closing, of GPU_COUNT values ------------------------------------------ */

enum { GPU_COUNT = 5000 };

/* The fault that the next use is to meet: see inject_fail. */
void gpu_arm(const char *function, unsigned nth, int error);

/* The values of the last use, the functions that glorand called in it, and the one whose call failed, or "".
 */
extern float gpu_drawn[GPU_COUNT];
extern char gpu_trace[INJECT_TEXT];
extern const char *gpu_failed;

/* By glr_open; in the caller's context and queue; into host memory, as the command does. Return the first
   status that is not GLR_OK. */
glr_status gpu_use_device(void);
glr_status gpu_use_caller(void);
glr_status gpu_use_stage(void);

/* ---- The suite `refused` ------------------------------------------------------------------------ */

/* A prepared context, memory of 4000 bytes in it, and a vector for which it is large enough. */
enum { REFUSED_BYTES = 4000 };
extern glr_device *refused_device;
extern gpu_caller refused_caller;
extern gpu_memory refused_memory;
extern const glr_tensor refused_vector;

/* Expects that a fill is refused with this status and a message that has this text in it, and nothing
 * launched. */
void refuse_at(glr_device *device, const glr_tensor *tensor, gpu_memory memory, void *queue,
               glr_status status, const char *text);

/* The same of a fill in which memory alone is wrong. */
void refuse(gpu_memory memory, glr_status status, const char *text);

#endif
