#!/bin/bash
# Compiles and links examples/fill_cuda.c with the CUDA runtime, as C and by nvcc as a .cu file; runs it where there is
# a GPU. The headers of the driver API do not get in the way of ours, nor ours of them.
#
# usage: example.sh SOURCE_DIR SHARED_LIBRARY BUILD_DIR NVCC COMPILER
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

source_dir=$1
library=$2
nvcc=$4
compiler=$5
make_scratch "$3"
toolkit=$(dirname "$(dirname "$(readlink -f "$nvcc")")")
[ -e "$toolkit/include/cuda_runtime_api.h" ] || skip "the CUDA runtime's headers are not installed"
runtime=$(find "$toolkit/lib64/" "$toolkit/lib/" -name 'libcudart.so' -print -quit 2>/dev/null || true)
[ -n "$runtime" ] || skip "the CUDA runtime's library is not installed"

flags=(-I "$source_dir/include")
libraries=("$library" "-Wl,-rpath,$(dirname "$library")")
"$compiler" -std=c11 -Wall -Wextra -Wpedantic -Wconversion -Werror "${flags[@]}" -isystem "$toolkit/include" \
    -o "$scratch/as_c" "$source_dir/examples/fill_cuda.c" "${libraries[@]}" "$runtime"
"$nvcc" -x cu -std=c++17 -Werror all-warnings "${flags[@]}" -c -o "$scratch/cu.o" "$source_dir/examples/fill_cuda.c"
"$nvcc" -o "$scratch/as_cu" "$scratch/cu.o" -L "$(dirname "$library")" -lglorand -Xlinker "-rpath,$(dirname "$library")"

if [ -e "$toolkit/include/cuda.h" ]; then
    printf '#include <cuda.h>\n#include <glorand/cuda.h>\n%s\n%s\n' \
        'glr_status (*fill)(glr_device *, const glr_initializer *, const glr_tensor *, CUdeviceptr, uint64_t, CUstream) = glr_cuda_fill;' \
        'glr_status (*prepare)(CUcontext, glr_device **) = glr_cuda_open;' >"$scratch/types.c"
    "$compiler" -std=c11 -Wall -Wextra -Werror "${flags[@]}" -isystem "$toolkit/include" -c -o "$scratch/types.o" "$scratch/types.c"
fi

[ -e /dev/nvidia0 ] || exit 0
LD_LIBRARY_PATH=$(dirname "$runtime") "$scratch/as_c"
"$scratch/as_cu"
