#!/bin/bash
# Counts what the CUDA kernels cost (census.py), and holds it against census.csv; with --update, writes census.csv and
# the page made of it, docs/gpu-cost.md.
#
# usage: census.sh BUILD_DIR NVCC [--update]    after a build, and after ctest -R python_environment
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

build=$1 nvcc=$2
shift 2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=$build/python
[ -f "$python/made_for.txt" ] || skip "$(cat "$python.skip_reason")"
command -v "$nvcc" >/dev/null || skip "nvcc is not installed"

make_scratch "$build"
curand=(--nvcc "$nvcc")
if ! echo '#include <curand_kernel.h>' | "$nvcc" -x cu -E - -o "$scratch/curand.cu" 2>/dev/null; then
    [ "${1:-}" != --update ] || fail "cuRAND's header is needed to write the table"
    echo "without cuRAND, whose header is not there"
    curand=()
fi
nvdisasm=("$python"/lib/python3*/site-packages/nvidia/cu*/bin/nvdisasm)
"$python/bin/python" "$here/census.py" --fatbin "$build/src/cuda_kernels.fatbin" --glorand "$build/glorand" \
    --driver "$build/tools/ptxsim/driver/libcuda.so.1" --nvdisasm "${nvdisasm[0]}" --table "$here/census.csv" \
    "${curand[@]}" "$@"
if [ "${1:-}" = --update ]; then
    "$python/bin/python" "$here/gpu_cost.py" --write
fi
