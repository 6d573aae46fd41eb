#!/bin/bash
# Compiles the core as another language.
#
# usage: compile.sh opencl SOURCE_DIR BUILD_DIR
#        compile.sh cuda SOURCE_DIR BUILD_DIR NVCC
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

language=$1
source_dir=$2
make_scratch "$3"

case $language in
opencl)
    need clang
    # As CL1.2 with and without double arithmetic: the core, and OpenCL's kernels of it on one lane and on 16.
    for extensions in all -cl_khr_fp64; do
        for text in tests/core/kernel.cl src/opencl/kernels.cl src/opencl/tiles.cl; do
            clang -x cl -cl-std=CL1.2 -Xclang -finclude-default-header -Xclang "-cl-ext=$extensions" -target spir64 \
                -Wall -Wextra -Werror -I "$source_dir/src" -c -emit-llvm "$source_dir/$text" \
                -o "$scratch/kernel.bc"
        done
    done
    ;;
cuda)
    "$4" -ptx -fmad=false -arch=sm_75 -Werror all-warnings -I "$source_dir/src" \
        "$source_dir/tests/core/kernel.cu" -o "$scratch/kernel.ptx"
    # Every operation rounds to nearest even, once, and flushes nothing.
    "$source_dir/tools/ptxsim/lint/lint_ptx.sh" "$scratch/kernel.ptx"
    grep -qE '\bfma\.rn\.f32\b' "$scratch/kernel.ptx" || fail "no fma at all"
    ;;
*) fail "no language is called $language" ;;
esac
