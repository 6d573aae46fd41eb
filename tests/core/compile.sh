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
build_dir=$3
make_scratch "$build_dir"
cd "$source_dir"

case $language in
opencl)
    need clang
    # As CL1.2 with and without double arithmetic: the core, OpenCL's kernels of it on one lane and on 16, and these as
    # the build writes them, in one file each, of which they do not use all.
    for extensions in all -cl_khr_fp64; do
        for text in {tests/core/kernel.cl,src/gpu/kernels.h,src/opencl/tiles.cl} "$build_dir"/src/opencl_*.cl; do
            if [ ! -e "$text" ]; then
                continue # a build without OpenCL
            fi
            clang -x cl -cl-std=CL1.2 -Xclang -finclude-default-header -Xclang "-cl-ext=$extensions" -target spir64 \
                -Wall -Wextra -Werror -Wno-unused-function -I src -c -emit-llvm "$text" -o "$scratch/kernel.bc"
        done
    done
    ;;
cuda)
    "$4" -ptx -fmad=false -arch=sm_75 -Werror all-warnings -I src \
        tests/core/kernel.cu -o "$scratch/kernel.ptx"
    # Every operation rounds to nearest even, once, and flushes nothing.
    tools/ptxsim/lint/lint_ptx.sh "$scratch/kernel.ptx"
    grep -qE '\bfma\.rn\.f32\b' "$scratch/kernel.ptx" || fail "no fma at all"
    ;;
*) fail "no language is called $language" ;;
esac
