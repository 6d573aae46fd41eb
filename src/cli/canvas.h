/* Host memory into which a device draws pieces of tensors, and over them what a list says beside
   initializers: regions and values, which the CPU writes. */
#ifndef GLR_CLI_CANVAS_H
#define GLR_CLI_CANVAS_H

#include "pieces.h"

#include "text/problem.h"

#include "glorand/model.h"

#include <stdbool.h>

/* A tensor of a resolved model, by its index. The model may be NULL for one that has an initializer alone. */
typedef struct glr_subject {
    const glr_model *model;
    size_t index;
    glr_model_tensor tensor;
} glr_subject;

/* For one thread. */
typedef struct glr_canvas {
    glr_device *device;
    glr_stage *stage;
    glr_device *host; /* a CPU of its own, where the device is another; opened when it is needed */
    uint64_t bytes;
    void *copy; /* of so many bytes, made when it is needed */
    /* what was started last: */
    glr_subject subject;
    glr_piece piece;
} glr_canvas;

/* Whether a list's tensor comes into a file. */
bool glr_is_drawn(const glr_model_tensor *tensor);

/* Whether a tensor's part has to be drawn at once, since drawing a piece would cost as much as all of it. A
   device that does not draw it says so when it is asked to. */
bool glr_is_drawn_whole(glr_device *device, const glr_subject *subject);

/* Room for pieces of so many bytes. glr_canvas_close must follow in any case. */
bool glr_canvas_open(glr_device *device, uint64_t bytes, glr_canvas *canvas, glr_problem *problem);

void glr_canvas_close(glr_canvas *canvas);

/* Starts to draw a piece, without waiting where the device can do so. */
bool glr_canvas_start(glr_canvas *canvas, const glr_subject *subject, const glr_piece *piece,
                      glr_problem *problem);

/* The values of the piece that was started last, packed; they stay until the next start. */
bool glr_canvas_wait(glr_canvas *canvas, const void **values, glr_problem *problem);

#endif
