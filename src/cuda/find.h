/* Enumeration of CUDA devices. */
#ifndef GLR_CUDA_FIND_H
#define GLR_CUDA_FIND_H

#include "loader.h"

/* Loads and initializes the driver, and counts its devices. Fails with GLR_ERROR_UNAVAILABLE where there are
   none, or the driver is too old for the kernels. */
glr_status glr_cuda_find(const glr_cu **cu, size_t *count);

/* Fails with GLR_ERROR_UNAVAILABLE, and the reason, if glorand cannot draw on a device. *capability is 10
   times the major number of its compute capability, and the minor one; *image is that of the kernels for it.
 */
glr_status glr_cuda_check_device(const glr_cu *cu, CUdevice device, int *capability,
                                 const unsigned char **image);

#endif
