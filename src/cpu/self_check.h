/* The self-check of opening a CPU. */
#ifndef GLR_CPU_SELF_CHECK_H
#define GLR_CPU_SELF_CHECK_H

#include "kernel.h"

/* Whether plain C gives known values of TensorFlow. It does not if the library was compiled with contraction
   or fast-math, or if the thread rounds in another direction than to nearest. */
int glr_cpu_plain_is_right(void);

/* Whether a kernel gives what plain C gives, on a few groups of every sampler. */
int glr_cpu_kernel_agrees(const glr_cpu_kernel *kernel);

#endif
