/* A glr_device whose fills the kernels for GPUs draw, run by this machine. */
#ifndef NATIVE_OPEN_H
#define NATIVE_OPEN_H

#include "glorand/glorand.h"

/* Order of the items, subgroups and work-groups differ from fill to fill. */
glr_status native_open(glr_device **device);

#endif
