#define KERNEL __kernel
#define GLOBAL __global
#define GROUP_NUMBER get_global_id(0)
#include "kernel.h"
