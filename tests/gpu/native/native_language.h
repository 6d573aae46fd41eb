/* The language of kernels as C11: see gpu/language.h. A work-item is a fiber of native.c, and the groups of
   vectors are aligned as GPUs want it, so that the sanitizers see an access that is not. */
#ifndef NATIVE_LANGUAGE_H
#define NATIVE_LANGUAGE_H

#include "native.h"

#include <stdint.h>

#define GLR_KERNEL                    static
#define GLR_KERNEL_OF_ONE             static
#define GLR_BY_VALUE                  const
#define GLR_SHARED(type, name, count) type *const name = native_shared(sizeof(type) * (count))
#define GLR_GLOBAL
#define GLR_LOCAL
#define GLR_ITEM                (native_here.item)
#define GLR_WORK_GROUP          (native_here.group)
#define GLR_WORK_GROUPS         (native_here.groups)
#define GLR_SUBGROUPS           NATIVE_SUBGROUPS
#define GLR_SUBGROUP            (GLR_ITEM / (GLR_GPU_ITEMS / GLR_SUBGROUPS))
#define GLR_SUBGROUP_BARRIER()  native_barrier(GLR_GPU_ITEMS / GLR_SUBGROUPS, __LINE__)
#define GLR_ATOMIC_INCREMENT(p) native_increment(p)
#define GLR_WRAPS               __attribute__((no_sanitize("pointer-overflow")))
#define GLR_UNROLL_UNITS

/* NOLINTBEGIN(bugprone-macro-parentheses): a type's name takes none */
#define NATIVE_VECTOR(name, type, bytes)                                                                     \
    typedef struct __attribute__((aligned(bytes), may_alias)) name {                                         \
        type x, y, z, w;                                                                                     \
    } name;
/* NOLINTEND(bugprone-macro-parentheses) */
NATIVE_VECTOR(float4, float, 16)
NATIVE_VECTOR(uint4, uint32_t, 16)
NATIVE_VECTOR(ushort4, uint16_t, 8)
NATIVE_VECTOR(uchar4, uint8_t, 4)

#endif
