/* A device of the stand-in with the kernels of kernels.cu loaded, for tests of them. */
#ifndef SESSION_H
#define SESSION_H

#include "core/core.h"
#include "ptxsim/driver/ptxsim.h"

/* As in kernels.cu. */
typedef struct request {
    glr_round_keys keys;
    glr_counter base;
    uint64_t count;
    float scale, shift;
    int sampler;
} request;

typedef struct session {
    CUcontext context;
    CUmodule module;
    CUdeviceptr memory;
    size_t bytes;
} session;

/* The image of the fat binary, read into memory that the caller frees. */
void *session_image(void);

/* Loads an image, and allocates exactly these bytes of device memory. */
session session_open(const void *image, size_t bytes);
void session_close(session *s);

/* Launches a kernel whose parameters are the memory and the request, and waits. */
CUresult session_run(session *s, const char *kernel, const request *r, unsigned grid, unsigned block);

/* Copies from the memory. */
void session_read(const session *s, void *to, size_t bytes);

#endif
