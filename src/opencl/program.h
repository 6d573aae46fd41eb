/* Programs: the baked text, built for a device. */
#ifndef GLR_OPENCL_PROGRAM_H
#define GLR_OPENCL_PROGRAM_H

#include "driver.h"

/* The kernels' text, as the build writes it: for GPUs, and for CPU devices. */
extern const char glr_opencl_kernels[];
extern const char glr_opencl_tiles[];

/* How a device must be treated. */
typedef struct glr_opencl_traits {
    int has_f64;      /* it draws the float64 stream */
    int has_sqrt;     /* its square root is correctly rounded */
    int draws_tiles;  /* a CPU: vectors inside work-items */
    int is_simulated; /* oclgrind: it wants its text as it stands, without optimization */
} glr_opencl_traits;

/* The device's properties, less those that the environment variable GLORAND_OPENCL_FORCE takes away. */
glr_opencl_traits glr_opencl_traits_of(const glr_cl *cl, cl_device_id id);

/* Builds a program from a zero-terminated text, or takes it from the cache. *program is to be released. */
glr_status glr_opencl_build(const glr_cl *cl, cl_context context, cl_device_id id,
                            const glr_opencl_traits *traits, const char *text, cl_program *program);

/* The key of a program in the cache: all that a binary depends on. */
void glr_opencl_key(const glr_cl *cl, cl_device_id id, const char *options, const char *text, char *key,
                    size_t capacity);

#endif
