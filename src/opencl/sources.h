/* The kernels' text, baked into the library by cmake/bake_kernels.cmake; zero-terminated. */
#ifndef GLR_OPENCL_SOURCES_H
#define GLR_OPENCL_SOURCES_H

extern const char glr_opencl_kernels[];
extern const char glr_opencl_tiles[];

#endif
