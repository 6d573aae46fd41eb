#!/bin/bash
# Builds the command without CUDA and OpenCL, which must say so when it lists devices; configures where there is no
# nvcc and where nvcc compiles nothing, with each value of GLORAND_CUDA, and where there are no headers of OpenCL, with
# each value of GLORAND_OPENCL. The tests of the headers pass there.
#
# usage: without_gpus.sh SOURCE_DIR BUILD_DIR COMPILER
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

source_dir=$1
build_dir=$2
compiler=$3
need cmake ctest ninja python3
make_scratch "$build_dir"

# Configures with further options; the log is $scratch/log.
configure() {
    cmake -S "$source_dir" -B "$scratch/build" -G Ninja --fresh -DCMAKE_C_COMPILER="$compiler" \
        -DGLORAND_TESTS=OFF -DGLORAND_BENCH=OFF "$@" >"$scratch/log" 2>&1
}

# Expects a text in the log, in which CMake breaks lines.
expect() {
    tr -s ' \n' ' ' <"$scratch/log" | grep -qF "$1" || fail "not '$1', but: $(cat "$scratch/log")"
}

printf '#!/bin/sh\nexit 1\n' >"$scratch/nvcc"
chmod +x "$scratch/nvcc"
for nvcc in '' "$scratch/nvcc"; do
    reason="no nvcc in PATH, CUDA_HOME/bin or /usr/local/cuda/bin, and GLORAND_NVCC is not set"
    [ -z "$nvcc" ] || reason="$nvcc compiles nothing for compute_75"
    ! configure -DGLORAND_CUDA=ON -DGLORAND_NVCC="$nvcc" || fail "GLORAND_CUDA=ON is content without nvcc"
    expect "GLORAND_CUDA is ON, but $reason"
    configure -DGLORAND_NVCC="$nvcc" || fail "GLORAND_CUDA=AUTO needs nvcc: $(cat "$scratch/log")"
    expect "Without CUDA: $reason"
done
! configure -DGLORAND_CUDA=MAYBE || fail "GLORAND_CUDA=MAYBE is taken"
expect "GLORAND_CUDA: must be AUTO, ON or OFF, not 'MAYBE'"

headers="its header CL/cl_icd.h is not there, and OPENCL_INCLUDE_DIR names no folder that holds it"
! configure -DGLORAND_CUDA=OFF -DGLORAND_OPENCL=ON -DOPENCL_INCLUDE_DIR= || fail "GLORAND_OPENCL=ON needs no header"
expect "GLORAND_OPENCL is ON, but $headers"
! configure -DGLORAND_CUDA=OFF -DGLORAND_OPENCL=MAYBE || fail "GLORAND_OPENCL=MAYBE is taken"
expect "GLORAND_OPENCL: must be AUTO, ON or OFF, not 'MAYBE'"
configure -DGLORAND_CUDA=OFF -DGLORAND_OPENCL=OFF || fail "GLORAND_OPENCL=OFF: $(cat "$scratch/log")"

configure -DGLORAND_CUDA=OFF -DOPENCL_INCLUDE_DIR= || fail "GLORAND_OPENCL=AUTO needs headers: $(cat "$scratch/log")"
expect "Without OpenCL: $headers"
cmake --build "$scratch/build" --target glorand_command >"$scratch/log" 2>&1 || fail "$(cat "$scratch/log")"
glorand=$scratch/build/glorand
"$glorand" devices | tee "$scratch/table"
"$glorand" devices --json >"$scratch/devices.json"
python3 - "$scratch/devices.json" <<'END'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    devices = {device["backend"]: device for device in json.load(file)}
for backend in "opencl", "cuda":
    device = devices[backend]
    assert not device["available"] and device["reason"] == "not part of this build", device
assert devices["cpu"]["available"], devices["cpu"]
END
for backend in opencl cuda; do
    grep -Eq "^$backend +0 +no +not part of this build$" "$scratch/table" || fail "devices says nothing of $backend"
    ! "$glorand" fill -i zeros -n 4 -o - --backend "$backend" 2>"$scratch/message" || fail "$backend fills"
    grep -Fx "glorand: error: options.backend: $backend is not part of this build" "$scratch/message" ||
        fail "$backend: $(cat "$scratch/message")"
done
"$glorand" fill -i ones -n 4 --dtype int8 -o - | cmp - <(printf '\1\1\1\1')

# The headers of backends that are left out are left out of their tests, too, and so is an nvcc that does not work.
configure -DGLORAND_NVCC="$scratch/nvcc" -DGLORAND_OPENCL=OFF -DGLORAND_TESTS=ON || fail "with tests: $(cat "$scratch/log")"
cmake --build "$scratch/build" --target src/all >"$scratch/log" 2>&1 || fail "$(cat "$scratch/log")"
ctest --test-dir "$scratch/build" --output-on-failure --no-tests=error -R '^(symbols|header_cxx|core_as_cuda|ptx_lint|opencl_queue)$' |
    tee "$scratch/log"
grep -q '100% tests passed, 0 tests failed out of 5' "$scratch/log" || fail "not five tests"
[ "$(grep -cE ' (core_as_cuda|ptx_lint|opencl_queue) .*\*Skipped' "$scratch/log")" -eq 3 ] ||
    fail "tests of CUDA and OpenCL are not skipped"
! ninja -C "$scratch/build" -t commands | grep -F "$scratch/nvcc" || fail "a step of the build calls nvcc"
