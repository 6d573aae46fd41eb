/* The kernels as C11. Compiled twice: see ../../CMakeLists.txt. */
#include "native_language.h"

#include "gpu/kernels.h"

#include "gpu/expect.h"

void NATIVE_CALL(const native_call *call)
{
    const glr_gpu_args args = call->launch.args;
    const glr_check_arguments *with = &glr_check_arguments_given;
    switch (call->launch.kernel) {
    case GLR_GPU_KERNEL_UNIFORM: glr_uniform_packed(call->dst, args); break;
    case GLR_GPU_KERNEL_NORMAL: glr_normal_packed(call->dst, args); break;
    case GLR_GPU_KERNEL_TRUNCATED: glr_truncated_packed(call->dst, args); break;
    case GLR_GPU_KERNEL_ICDF: glr_icdf_packed(call->dst, args); break;
    case GLR_GPU_KERNEL_UNIFORM_NARROW: glr_uniform_narrow(call->dst, args); break;
    case GLR_GPU_KERNEL_NORMAL_NARROW: glr_normal_narrow(call->dst, args); break;
    case GLR_GPU_KERNEL_TRUNCATED_NARROW: glr_truncated_narrow(call->dst, args); break;
    case GLR_GPU_KERNEL_ICDF_NARROW: glr_icdf_narrow(call->dst, args); break;
    case GLR_GPU_KERNEL_ANY: glr_any(call->dst, args, call->runs); break;
    case GLR_GPU_KERNEL_CONSTANT: glr_any_constant(call->dst, args, call->runs); break;
    case GLR_GPU_KERNEL_INDEX: glr_index(call->dst, args, call->runs, call->launch.law.index); break;
    case GLR_GPU_KERNEL_BOUNDED:
        glr_bounded_any(call->dst, args, call->runs, call->launch.law.bounded);
        break;
    case GLR_GPU_KERNEL_CHECK: glr_check(call->dst, args, with->a, with->b, with->c, with->tiny); break;
    case GLR_GPU_KERNEL_ANY_F64: glr_any_f64(call->dst, args, call->runs); break;
    case GLR_GPU_KERNEL_BOUNDED_F64:
        glr_bounded_any_f64(call->dst, args, call->runs, call->launch.law.bounded_f64);
        break;
    case GLR_GPU_KERNELS: break;
    }
}
