/* Drawing into host memory by any backend, for those who hand the values on: the command, which writes files.
   While the device draws one stage's values and copies another's, the host can use those of a third. */
#ifndef GLR_API_STAGE_H
#define GLR_API_STAGE_H

#include "glorand/glorand.h"

/* For one thread at a time; several of a device work at once. */
typedef struct glr_stage {
    glr_device *device;
    uint64_t bytes; /* of each of the two: */
    void *memory;   /* the device's, which is filled */
    void *host;     /* to where it is copied; on the CPU it is the memory itself */
    /* of backends that draw without waiting: */
    void *queue;
    int is_pinned; /* host memory that the device copies to by itself */
} glr_stage;

/* Makes a stage for so many bytes, more than 0, at most. glr_stage_close must follow in any case, before the
   device is closed. */
glr_status glr_stage_open(glr_device *device, uint64_t bytes, glr_stage *stage);

/* Waits for the stage's work and frees what it has; nothing if it was closed, or is all zero. */
void glr_stage_close(glr_stage *stage);

/* Starts to draw a tensor into the host memory, as glr_fill would. What was drawn before is lost. Errors: as
   glr_fill; what goes wrong later is glr_stage_wait's. */
glr_status glr_stage_start(glr_stage *stage, const glr_initializer *initializer, const glr_tensor *tensor);

/* Waits until the values are in the host memory, where they stay until the next start. */
glr_status glr_stage_wait(glr_stage *stage);

#endif
