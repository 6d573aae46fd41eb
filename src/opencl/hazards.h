/* Hosts in which drivers for CPUs end the process instead of failing. */
#ifndef GLR_OPENCL_HAZARDS_H
#define GLR_OPENCL_HAZARDS_H

#include "glorand/glorand.h"

#define GLR_SYSFS "/sys"

/* Fails with GLR_ERROR_UNAVAILABLE, and the reason, where PoCL is known to call abort() when it is loaded.
   sysfs is where that file system is mounted. */
glr_status glr_opencl_check_hazards(const char *sysfs);

#endif
