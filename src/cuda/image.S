/* The kernels as nvcc made them, in the library as they are: see image.h. */
    .section .rodata
    .balign 64
    .globl glr_cuda_fat_binary
    .hidden glr_cuda_fat_binary
    .type glr_cuda_fat_binary, %object
glr_cuda_fat_binary:
    .incbin GLR_CUDA_FAT_BINARY
    .size glr_cuda_fat_binary, . - glr_cuda_fat_binary

    .balign 64
    .globl glr_cuda_portable
    .hidden glr_cuda_portable
    .type glr_cuda_portable, %object
glr_cuda_portable:
    .incbin GLR_CUDA_PORTABLE
    .byte 0
    .size glr_cuda_portable, . - glr_cuda_portable
    .section .note.GNU-stack, "", %progbits
