/* Drawing into host memory by any backend. */
#ifndef GLR_CLI_DRAW_H
#define GLR_CLI_DRAW_H

#include "glorand/glorand.h"

/* Draws pieces one at a time; for another thread there is another. */
typedef struct glr_drawer {
    glr_device *device;
    void
        *staging; /* memory of the device, through which pieces come; NULL on the CPU, which fills in place */
} glr_drawer;

/* Makes a drawer of pieces of so many bytes at most; glr_drawer_free must follow in any case. */
glr_status glr_drawer_make(glr_device *device, uint64_t most_bytes, glr_drawer *drawer);

void glr_drawer_free(glr_drawer *drawer);

/* Fills host memory with a piece, and returns when it is there. */
glr_status glr_draw(const glr_drawer *drawer, const glr_initializer *initializer, const glr_tensor *piece,
                    void *host, uint64_t bytes);

#endif
