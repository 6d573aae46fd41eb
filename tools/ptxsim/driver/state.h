/* State that the parts of the stand-in share. One lock is held during every call of the driver API. */
#ifndef PTXSIM_STATE_H
#define PTXSIM_STATE_H

#include "ptx/ptx.h"
#include "ptxsim.h"

#include <stdbool.h>

#define PTXSIM_MAX_DEVICES 16

typedef enum ptxsim_kind {
    PTXSIM_CONTEXT,
    PTXSIM_MODULE,
    PTXSIM_FUNCTION,
    PTXSIM_STREAM,
    PTXSIM_EVENT,
    PTXSIM_GRAPH,
    PTXSIM_GRAPH_EXEC,
    PTXSIM_ALLOCATION
} ptxsim_kind;

/* Every object that a caller holds begins with this. All are in one list, so that a handle which is invalid,
   or no longer, is known as such without being followed. */
typedef struct ptxsim_object {
    ptxsim_kind kind;
    struct ptxsim_object *next;
    CUcontext context;   /* that it belongs to */
    const char *counted; /* the kind as which it is counted, or NULL */
} ptxsim_object;

typedef struct ptxsim_work ptxsim_work;

/* Work in order; done from the front. */
typedef struct ptxsim_queue {
    ptxsim_work *first, *last;
} ptxsim_queue;

struct CUctx_st {
    ptxsim_object object;
    CUdevice device;
    unsigned flags;
    bool is_primary;
    CUresult failed; /* what every call gives after a kernel has failed */
    struct CUstream_st *legacy;
};

struct CUmod_st {
    ptxsim_object object;
    ptx_module *ptx;
};

struct CUfunc_st {
    ptxsim_object object;
    CUmodule module;
    const ptx_kernel *kernel;
    unsigned max_dynamic_shared;
};

typedef struct ptxsim_capture {
    CUgraph graph;
    CUstream origin;
    int mode;
    uint64_t thread;
    bool invalid;
} ptxsim_capture;

struct CUstream_st {
    ptxsim_object object;
    bool is_blocking; /* waits for the legacy stream, and it for this one */
    uint64_t thread;  /* whose default stream it is (CU_STREAM_PER_THREAD), or 0 */
    ptxsim_queue queue;
    ptxsim_capture *capture;
    bool is_forked; /* captures because of an event, and has not been joined */
};

struct CUevent_st {
    ptxsim_object object;
    bool was_recorded, has_time;
    ptxsim_work *pending; /* the record that is not done yet */
    CUstream stream;      /* where that is */
    ptxsim_capture *capture;
    CUstream capture_stream;
    double done_at;
};

struct CUgraph_st {
    ptxsim_object object;
    ptxsim_queue queue;
};

struct CUgraphExec_st {
    ptxsim_object object;
    ptxsim_queue queue;
};

typedef enum ptxsim_memory_kind { PTXSIM_DEVICE, PTXSIM_MANAGED, PTXSIM_HOST } ptxsim_memory_kind;

typedef struct ptxsim_allocation {
    ptxsim_object object;
    ptxsim_memory_kind kind;
    CUdeviceptr address;
    unsigned char *host;
    size_t bytes, mapped;
    ptx_region *regions[PTXSIM_MAX_DEVICES];
} ptxsim_allocation;

typedef enum ptxsim_work_kind {
    PTXSIM_LAUNCH,
    PTXSIM_SET,
    PTXSIM_TO_HOST,
    PTXSIM_TO_DEVICE,
    PTXSIM_RECORD,
    PTXSIM_WAIT
} ptxsim_work_kind;

struct ptxsim_work {
    ptxsim_work_kind kind;
    struct ptxsim_work *next;
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
    ptxsim_work *awaited;
    CUstream awaited_stream;
};

typedef struct ptxsim_state {
    injector calls;
    bool initialized, eager, has_bad_fault, registers_apart;
    int devices, version, major, minor, compute_mode;
    uint64_t max_steps;
    ptx_schedule schedule;
    uint64_t seed;
    bool ignores_races;
    uint64_t *lines;
    uint32_t line_count;
    size_t device_memory, used[PTXSIM_MAX_DEVICES];
    ptxsim_object *objects;
    CUcontext primary[PTXSIM_MAX_DEVICES];
    unsigned retained[PTXSIM_MAX_DEVICES];
    ptx_memory memory[PTXSIM_MAX_DEVICES];
    ptxsim_capture *captures[16];
    char fault[PTX_MESSAGE_SIZE];
    uint64_t steps;
} ptxsim_state;

extern ptxsim_state ptxsim;

/* calls.c: `CALL(name, expression)` is the body of every function of the driver API. It takes the lock,
   writes the call down, fails if it was told to, and otherwise gives the expression's value. */
CUresult ptxsim_enter(const char *function, bool needs_init);
void ptxsim_leave(void);

#define CALL(function, expression)                                                                           \
    CUresult result = ptxsim_enter(function, true);                                                          \
    if (result == CUDA_SUCCESS) {                                                                            \
        result = (expression);                                                                               \
    }                                                                                                        \
    ptxsim_leave();                                                                                          \
    return result

/* objects.c */
void *ptxsim_make(ptxsim_kind kind, size_t bytes, CUcontext context);
void ptxsim_unmake(void *object);
/* Counts it among what lives as of another kind, or, for NULL, not at all. */
void ptxsim_count_as(void *object, const char *counted);
bool ptxsim_is(const void *object, ptxsim_kind kind);
/* The first object of a kind that belongs to the context, or NULL. */
void *ptxsim_find(ptxsim_kind kind, const struct CUctx_st *context);

/* contexts.c: the context that is current, if it is fit to be used. */
CUresult ptxsim_current(CUcontext *context);
void ptxsim_fail_context(CUcontext context, CUresult result);
void ptxsim_fail_current(CUresult result);

/* work.c */
CUresult ptxsim_submit(CUstream stream, const ptxsim_work *work);
/* Does all of the stream's work, or up to a piece of it, or all of a context's. */
CUresult ptxsim_finish(CUstream stream, const ptxsim_work *last);
CUresult ptxsim_finish_context(CUcontext context);
/* Does the oldest piece. */
void ptxsim_do_one(CUstream stream);
/* Discards all work; returns how many pieces. */
int ptxsim_drop(ptxsim_queue *queue);
bool ptxsim_append_copy(ptxsim_queue *queue, const ptxsim_work *work);
CUresult ptxsim_run(ptxsim_work *work);

/* streams.c: a handle as a stream, the default one being the current context's. */
CUresult ptxsim_stream(CUstream handle, CUstream *stream);
void ptxsim_free_stream(CUstream stream);

/* graphs.c: what must not be called while something captures. */
CUresult ptxsim_unsafe_in_capture(void);
void ptxsim_invalidate(ptxsim_capture *capture);
void ptxsim_end_capture(ptxsim_capture *capture);
uint64_t ptxsim_thread(void);

/* memory.c */
ptxsim_allocation *ptxsim_allocation_at(uint64_t address);
/* The address by which kernels reach one inside an allocation. */
CUdeviceptr ptxsim_device_address(const ptxsim_allocation *allocation, uint64_t address);
void ptxsim_free_allocation(ptxsim_allocation *allocation);

/* modules.c */
void ptxsim_free_module(CUmodule module);

/* fatbin.c: the PTX in an image for this capability (10 * major + minor) or less, the newest there is. */
CUresult ptxsim_find_ptx(const void *image, int capability, const char **text, size_t *size);

/* functions.c, kernel launches */
CUresult ptxsim_run_launch(ptxsim_work *work);

#endif
