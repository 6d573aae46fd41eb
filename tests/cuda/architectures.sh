#!/bin/bash
# -DGLORAND_CUDA_ARCHITECTURES: which machine code and PTX nvcc is then asked for, and which values are refused.
#
# usage: architectures.sh SOURCE_DIR BUILD_DIR NVCC COMPILER
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

source_dir=$1
nvcc=$3
compiler=$4
make_scratch "$2"

# configure ARCHITECTURES
configure() {
    cmake -S "$source_dir" -B "$scratch/build" -G Ninja -DCMAKE_C_COMPILER="$compiler" -DGLORAND_NVCC="$nvcc" \
        -DGLORAND_CUDA=ON -DGLORAND_TESTS=OFF -DGLORAND_BENCH=OFF -DGLORAND_COMMAND=OFF \
        -DGLORAND_CUDA_ARCHITECTURES="$1" >"$scratch/log" 2>&1
}

# The codes that nvcc is asked for.
codes() { ninja -C "$scratch/build" -t commands | grep -oE 'code=(sm|compute)_[0-9]+' | sort -u | tr '\n' ' '; }

configure '90;80' || fail "$(cat "$scratch/log")"
[ "$(codes)" = 'code=compute_75 code=compute_90 code=sm_80 code=sm_90 ' ] || fail "asks for $(codes)"
configure 75 || fail "$(cat "$scratch/log")"
[ "$(codes)" = 'code=compute_75 code=sm_75 ' ] || fail "asks for $(codes)"
configure '' || fail "$(cat "$scratch/log")"
[[ $(codes) == *code=sm_75\ code=sm_80\ * ]] || fail "asks for $(codes)"
if "$nvcc" --list-gpu-code | grep -qx sm_110; then
    [[ $(codes) == *code=sm_110\ * ]] || fail "asks for $(codes)"
fi
for wrong in 70 999 8x sm_80 80,90 '80;native'; do
    ! configure "$wrong" || fail "GLORAND_CUDA_ARCHITECTURES=$wrong is not refused"
    tr -s ' \n' ' ' <"$scratch/log" | grep -qE "GLORAND_CUDA_ARCHITECTURES names '(${wrong#80;})'; .* knows .*75" ||
        fail "of $wrong: $(cat "$scratch/log")"
done
