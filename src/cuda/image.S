/* The kernels as nvcc made them, GLR_CUDA_IMAGE, in the library as they are. */
    .section .rodata
    .balign 64
    .globl glr_cuda_image
    .hidden glr_cuda_image
    .type glr_cuda_image, %object
glr_cuda_image:
    .incbin GLR_CUDA_IMAGE
    .size glr_cuda_image, . - glr_cuda_image
    .section .note.GNU-stack, "", %progbits
