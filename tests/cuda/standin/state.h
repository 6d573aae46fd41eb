/* What the parts of the stand-in share. One lock is held during every call of the driver API. */
#ifndef STANDIN_STATE_H
#define STANDIN_STATE_H

#include "ptx/ptx.h"
#include "standin.h"

#include <stdbool.h>

#define STANDIN_MAX_DEVICES 16

typedef enum standin_kind {
    STANDIN_CONTEXT,
    STANDIN_MODULE,
    STANDIN_FUNCTION,
    STANDIN_STREAM,
    STANDIN_EVENT,
    STANDIN_GRAPH,
    STANDIN_GRAPH_EXEC,
    STANDIN_ALLOCATION
} standin_kind;

/* Every object that a caller holds begins with this. All are in one list, so that a handle which is none, or
   no longer, is known as such without being followed. */
typedef struct standin_object {
    standin_kind kind;
    struct standin_object *next;
    CUcontext context; /* that it belongs to */
} standin_object;

typedef struct standin_work standin_work;

/* Work in order; done from the front. */
typedef struct standin_queue {
    standin_work *first, *last;
} standin_queue;

struct CUctx_st {
    standin_object object;
    CUdevice device;
    unsigned flags;
    bool is_primary;
    CUresult failed; /* what every call gives after a kernel has failed */
    struct CUstream_st *legacy;
};

struct CUmod_st {
    standin_object object;
    ptx_module *ptx;
};

struct CUfunc_st {
    standin_object object;
    CUmodule module;
    const ptx_kernel *kernel;
    unsigned most_dynamic_shared;
};

typedef struct standin_capture {
    CUgraph graph;
    CUstream origin;
    int mode;
    uint64_t thread;
    bool invalid;
} standin_capture;

struct CUstream_st {
    standin_object object;
    bool is_blocking; /* waits for the legacy stream, and it for this one */
    uint64_t thread;  /* whose default stream it is (CU_STREAM_PER_THREAD), or 0 */
    standin_queue queue;
    standin_capture *capture;
    bool is_forked; /* captures because of an event, and has not been joined */
};

struct CUevent_st {
    standin_object object;
    bool was_recorded, has_time;
    standin_work *pending; /* the record that is not done yet */
    CUstream stream;       /* where that is */
    standin_capture *capture;
    CUstream capture_stream;
    double done_at;
};

struct CUgraph_st {
    standin_object object;
    standin_queue queue;
};

struct CUgraphExec_st {
    standin_object object;
    standin_queue queue;
};

typedef enum standin_memory_kind { STANDIN_DEVICE, STANDIN_MANAGED, STANDIN_HOST } standin_memory_kind;

typedef struct standin_allocation {
    standin_object object;
    standin_memory_kind kind;
    CUdeviceptr address;
    unsigned char *host;
    size_t bytes, mapped;
    ptx_region *regions[STANDIN_MAX_DEVICES];
} standin_allocation;

typedef enum standin_work_kind {
    STANDIN_LAUNCH,
    STANDIN_SET,
    STANDIN_TO_HOST,
    STANDIN_TO_DEVICE,
    STANDIN_RECORD,
    STANDIN_WAIT
} standin_work_kind;

struct standin_work {
    standin_work_kind kind;
    struct standin_work *next;
    CUcontext context;
    /* launches */
    CUfunction function;
    uint32_t grid[3], block[3], dynamic_shared;
    unsigned char *parameters;
    /* memsets and copies */
    CUdeviceptr address;
    void *host;
    size_t bytes;
    uint32_t value, width;
    /* events */
    CUevent event;
    standin_work *awaited;
    CUstream awaited_stream;
};

typedef struct standin_state {
    bool initialized, eager;
    int devices, version, major, minor, compute_mode;
    uint64_t most_steps;
    size_t device_memory, used[STANDIN_MAX_DEVICES];
    standin_object *objects;
    CUcontext primary[STANDIN_MAX_DEVICES];
    unsigned retained[STANDIN_MAX_DEVICES];
    ptx_memory memory[STANDIN_MAX_DEVICES];
    standin_capture *captures[16];
    char fault[PTX_MESSAGE_SIZE];
    uint64_t steps;
} standin_state;

extern standin_state standin;

/* calls.c: `CALL(name, expression)` is the body of every function of the driver API. It takes the lock,
   writes the call down, fails if it was told to, and otherwise gives the expression's value. */
CUresult standin_enter(const char *function, bool needs_init);
void standin_leave(void);

#define CALL(function, expression)                                                                           \
    CUresult result = standin_enter(function, true);                                                         \
    if (result == CUDA_SUCCESS) {                                                                            \
        result = (expression);                                                                               \
    }                                                                                                        \
    standin_leave();                                                                                         \
    return result

/* objects.c */
void *standin_make(standin_kind kind, size_t bytes, CUcontext context);
void standin_unmake(void *object);
bool standin_is(const void *object, standin_kind kind);
/* The first object of a kind that belongs to the context, or NULL. */
void *standin_find(standin_kind kind, const struct CUctx_st *context);

/* contexts.c: the context that is current, if it is fit to be used. */
CUresult standin_current(CUcontext *context);
void standin_fail_context(CUcontext context, CUresult result);
void standin_fail_current(CUresult result);

/* work.c */
CUresult standin_submit(CUstream stream, const standin_work *work);
/* Does all of the stream's work, or up to a piece of it, or all of a context's. */
CUresult standin_finish(CUstream stream, const standin_work *last);
CUresult standin_finish_context(CUcontext context);
/* Does the oldest piece. */
void standin_do_one(CUstream stream);
void standin_drop(standin_queue *queue);
bool standin_append_copy(standin_queue *queue, const standin_work *work);
CUresult standin_run(standin_work *work);

/* streams.c: a handle as a stream, the default one being the current context's. */
CUresult standin_stream(CUstream handle, CUstream *stream);
void standin_free_stream(CUstream stream);

/* graphs.c: what must not be called while something captures. */
CUresult standin_unsafe_in_capture(void);
void standin_invalidate(standin_capture *capture);
void standin_end_capture(standin_capture *capture);
uint64_t standin_thread(void);

/* memory.c */
standin_allocation *standin_allocation_at(uint64_t address);
void standin_free_allocation(standin_allocation *allocation);

/* modules.c */
void standin_free_module(CUmodule module);

/* fatbin.c: the PTX in an image for this capability (10 * major + minor) or less, the newest there is. */
CUresult standin_find_ptx(const void *image, int capability, const char **text, size_t *size);

/* functions.c, kernel launches */
CUresult standin_run_launch(standin_work *work);

#endif
