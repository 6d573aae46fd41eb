#!/bin/bash
# Measures how long a process takes that draws one value, from its start to its end, and prints JSON: on the CPU, on
# OpenCL, and on OpenCL the first time, when its kernels must be compiled. Only the CPU without OpenCL.
#
# usage: bench/start.sh GLORAND FOLDER [ROUNDS]
set -euo pipefail
if [ $# -lt 2 ] || [ $# -gt 3 ]; then
    echo "usage: bench/start.sh GLORAND FOLDER [ROUNDS]" >&2
    exit 2
fi
glorand=$(realpath "$1")
rounds=${3:-5}
scratch=$(mktemp -d "$2/start.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export XDG_CACHE_HOME=$scratch POCL_CACHE_DIR=$scratch/pocl

draw() { "$glorand" fill --initializer glorot_normal --seed 1 --shape 1 --backend "$1" -o - >"$scratch/value"; }

# Prints the seconds of a process that draws on the backend $1.
seconds() {
    local start=$EPOCHREALTIME
    draw "$1"
    local end=$EPOCHREALTIME
    awk "BEGIN { printf \"%.6f\", $end - $start }"
}

has_opencl=yes
draw opencl 2>"$scratch/reason" || has_opencl=no
results=()
for ((round = 0; round < rounds; round++)); do
    line="{\"cpu\": $(seconds cpu)"
    if [ $has_opencl = yes ]; then
        rm -rf "$scratch/glorand" "$scratch/pocl"
        line+=", \"opencl, the first time\": $(seconds opencl), \"opencl\": $(seconds opencl)"
    fi
    results+=("$line}")
done
(
    IFS=,
    echo "{\"program\": \"start.sh\", \"rounds\": [${results[*]}]}"
)
