/* The images of the kernels, and which of them a driver loads for a device. */
#ifndef GLR_CUDA_IMAGE_H
#define GLR_CUDA_IMAGE_H

#include <stddef.h>

/* Machine code for the architectures of the build, and PTX for others, by nvcc. */
extern const unsigned char glr_cuda_fat_binary[];

/* PTX text for compute capability 7.5 that declares the lowest version of the PTX ISA which it needs. Drivers
   compile it for the device, and keep what they made (docs/cuda-drivers.md). */
extern const unsigned char glr_cuda_portable[];

/* How the library was built. Versions are as cuDriverGetVersion gives them, 1000 * major + 10 * minor, and
   architectures as 10 * major + minor of a compute capability. */
typedef struct glr_cuda_build {
    int nvcc;
    const int *architectures; /* that the fat binary has machine code for */
    size_t architecture_count;
} glr_cuda_build;

extern const glr_cuda_build glr_cuda_this_build;

/* The oldest driver: that of CUDA 12.0, r525. */
#define GLR_CUDA_OLDEST_DRIVER 12000

/* Whether the fat binary has machine code for devices of a compute capability. */
int glr_cuda_has_machine_code(int capability, const glr_cuda_build *build);

/* The image for a driver, no older than GLR_CUDA_OLDEST_DRIVER, and a device of a compute capability. It does
   not depend on what fails to load:
   - The driver is as new as nvcc, or newer: the fat binary.
   - It is older, but of the same major version: the fat binary if that has machine code for the device. If
   not, its PTX may be too new for the driver: the portable PTX.
   - It is of an older major version, and loads nothing that nvcc made but PTX: the portable PTX. */
const unsigned char *glr_cuda_choose_image(int driver, int capability, const glr_cuda_build *build);

#endif
