/* Files that the library holds as they are, a 0 behind each: the kernels. */
    .macro bake name, file
    .balign 64
    .globl \name
    .hidden \name
    .type \name, %object
\name:
    .incbin "\file"
    .byte 0
    .size \name, . - \name
    .endm

    .section .rodata
#ifdef GLR_HAVE_CUDA /* see cuda/image.h */
    bake glr_cuda_fat_binary, GLR_CUDA_FAT_BINARY
    bake glr_cuda_portable, GLR_CUDA_PORTABLE
#endif
#ifdef GLR_HAVE_OPENCL /* see opencl/program.h */
    bake glr_opencl_kernels, GLR_OPENCL_KERNELS
    bake glr_opencl_tiles, GLR_OPENCL_TILES
#endif
    .section .note.GNU-stack, "", %progbits
