/* Whether the kernel that the environment asks for is the one that draws. */
#ifndef HASHES_ASKED_KERNEL_H
#define HASHES_ASKED_KERNEL_H

typedef enum asked_kernel {
    KERNEL_DRAWS,       /* it is, or GLORAND_ISA names none */
    KERNEL_NOT_RUNNING, /* the processor has its instructions, and still another one draws */
    KERNEL_NO_HARDWARE  /* the processor has not */
} asked_kernel;

/* Looks at GLORAND_ISA and at the name of the CPU as glr_devices gives it. Prints a line unless it draws. */
asked_kernel hash_asked_kernel(void);

#endif
