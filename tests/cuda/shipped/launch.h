/* The kernels that ship, launched one at a time as the backend launches them, from PTX that a test may have
 * changed. */
#ifndef SHIPPED_LAUNCH_H
#define SHIPPED_LAUNCH_H

#include "gpu/native/fills.h"

/* Loads the driver. Aborts the test unless it can. */
void shipped_start(void);

/* How many texts of PTX the library holds, and one of them, the oldest first, as a text of its own. */
unsigned shipped_count(void);
char *shipped_ptx(unsigned number);

/* A kernel's number in glr_gpu_kernel by the name that stands there and goes on with '(', or -1. */
int kernel_named(const char *name);

/* A context in which only this kernel can be launched, one of glr_gpu_kernel, with so many thread blocks at
   most; false if the module is refused. */
bool open_kernel(int kernel, const char *ptx, unsigned max_resident_blocks);

/* With the context goes what is in it, also after a fault. */
void close_kernel(void);

/* Fills memory of just the fill's size, and copies all of it; `fresh`, unless NULL, gets what it held before.
   False if the backend gives the fill to another kernel, or the driver met a fault. */
bool run_fill(const fill *f, unsigned char *fresh, unsigned char *values);

/* The bytes of that memory. */
size_t fill_room(const fill *f);

#endif
