#include "image.h"

static const int architectures[] = {GLR_CUDA_ARCHITECTURES};

const glr_cuda_build glr_cuda_this_build = {GLR_CUDA_NVCC, architectures,
                                            sizeof architectures / sizeof architectures[0]};

/* Integrated devices (Xavier, Orin, Thor): NVIDIA promises no compatibility of machine code to and from them.
 */
static int is_integrated(int capability)
{
    return capability == 72 || capability == 87 || capability == 101 || capability == 110;
}

/* Machine code runs on devices of its architecture, and on those of the same major number and a higher minor
 * one. */
int glr_cuda_has_machine_code(int capability, const glr_cuda_build *build)
{
    for (size_t i = 0; i < build->architecture_count; i++) {
        const int architecture = build->architectures[i];
        if (architecture == capability ||
            (architecture / 10 == capability / 10 && architecture < capability &&
             !is_integrated(architecture) && !is_integrated(capability))) {
            return 1;
        }
    }
    return 0;
}

const unsigned char *glr_cuda_choose_image(int driver, int capability, const glr_cuda_build *build)
{
    const int is_as_new = driver >= build->nvcc;
    const int loads_machine_code = driver / 1000 >= build->nvcc / 1000;
    return is_as_new || (loads_machine_code && glr_cuda_has_machine_code(capability, build))
               ? glr_cuda_fat_binary
               : glr_cuda_portable;
}
