/* A stage, as the backends see it. */
#ifndef GLR_API_STAGE_H
#define GLR_API_STAGE_H

#include "glorand/glorand.h"

struct glr_stage {
    glr_device *device;
    uint64_t bytes; /* of each of the two: */
    void *memory;   /* the device's, which is filled */
    void *host;     /* to where it is copied; on the CPU it is the memory itself */
    int is_filled;  /* a fill was started, and nothing has failed since */
    /* of backends that draw without waiting: */
    void *queue;
    int is_pinned; /* host memory that the device copies to by itself */
};

#endif
