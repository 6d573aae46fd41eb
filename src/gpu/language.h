/* The language of kernels, beyond the core's lane layer:
 *
 *   GLR_KERNEL              qualifiers of an entry point, which is run by work-groups of GLR_GPU_ITEMS
 *   GLR_KERNEL_OF_ONE       the same of one that a single work-item runs
 *   GLR_BY_VALUE            before a struct among an entry point's parameters
 *   GLR_SHARED(type, name, count) defines an array that a work-group shares, in an entry point
 *   GLR_GLOBAL              address space of a destination
 *   GLR_LOCAL               address space of a pointer to memory that a work-group shares
 *   GLR_ITEM                number of the work-item within its work-group, of GLR_GPU_ITEMS
 *   GLR_WORK_GROUP          number of the work-group, 64 bits
 *   GLR_WORK_GROUPS         how many work-groups there are, 64 bits
 *   GLR_SUBGROUPS           subgroups of a work-group, whose work-items wait for each other at little cost
 *   GLR_SUBGROUP            number of the work-item's subgroup
 *   GLR_SUBGROUP_BARRIER()  waits until the whole subgroup has come here and sees its shared memory
 *   GLR_ATOMIC_INCREMENT(p) adds 1 to a shared counter and gives what it held
 *   GLR_WRAPS               before a function whose address may wrap around on its way to the destination
 *   GLR_UNROLL_UNITS        GLR_UNROLL before a loop over units, where compiling that takes no long time
 *
 * Vectors of four (float4, uint4, ushort4, uchar4) have the same names and members in each. As C11 the
 * kernels are run by tests, which define all this: tests/gpu/native/language.h.
 */
#ifndef GLR_GPU_LANGUAGE_H
#define GLR_GPU_LANGUAGE_H

#include "args.h"

#if defined(__OPENCL_C_VERSION__) || defined(__OPENCL_VERSION__)
#define GLR_KERNEL        __kernel __attribute__((reqd_work_group_size(GLR_GPU_ITEMS, 1, 1)))
#define GLR_KERNEL_OF_ONE __kernel __attribute__((reqd_work_group_size(1, 1, 1)))
#define GLR_BY_VALUE
#define GLR_SHARED(type, name, count) __local type name[count]
#define GLR_GLOBAL                    __global
#define GLR_LOCAL                     __local
#define GLR_ITEM                      ((uint32_t)get_local_id(0))
#define GLR_WORK_GROUP                ((uint64_t)get_group_id(0))
#define GLR_WORK_GROUPS               ((uint64_t)get_num_groups(0))
#define GLR_SUBGROUPS                 1
#define GLR_SUBGROUP                  0
#define GLR_SUBGROUP_BARRIER()        barrier(CLK_LOCAL_MEM_FENCE)
#define GLR_ATOMIC_INCREMENT(p)       atomic_inc(p)
#define GLR_WRAPS
#define GLR_UNROLL_UNITS
#elif defined(__CUDACC__)
#define GLR_KERNEL                    extern "C" __global__ __launch_bounds__(GLR_GPU_ITEMS)
#define GLR_KERNEL_OF_ONE             extern "C" __global__
#define GLR_BY_VALUE                  const __grid_constant__
#define GLR_SHARED(type, name, count) __shared__ type name[count]
#define GLR_GLOBAL
#define GLR_LOCAL
#define GLR_ITEM                threadIdx.x
#define GLR_WORK_GROUP          ((uint64_t)blockIdx.x)
#define GLR_WORK_GROUPS         ((uint64_t)gridDim.x)
#define GLR_SUBGROUPS           (GLR_GPU_ITEMS / 32) /* a warp is a subgroup */
#define GLR_SUBGROUP            (threadIdx.x / 32)
#define GLR_SUBGROUP_BARRIER()  __syncwarp()
#define GLR_ATOMIC_INCREMENT(p) atomicAdd(p, 1U)
#define GLR_WRAPS
#define GLR_UNROLL_UNITS GLR_UNROLL
#elif !defined(GLR_KERNEL)
#error "no GPU language that is known here"
#endif

#endif
