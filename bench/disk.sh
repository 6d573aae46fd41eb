#!/bin/bash
# Measures how fast `glorand init` writes a file, beside dd of zeros to the same file system, in turn, and prints
# JSON. The system's dirty pages are written out before each, so that none pays for the one before.
#
# usage: bench/disk.sh GLORAND FOLDER [MIB [ROUNDS]]
set -euo pipefail
if [ $# -lt 2 ] || [ $# -gt 4 ]; then
    echo "usage: bench/disk.sh GLORAND FOLDER [MIB [ROUNDS]]" >&2
    exit 2
fi
glorand=$(realpath "$1")
mib=${3:-4096}
rounds=${4:-5}
scratch=$(mktemp -d "$2/disk.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# A list of tensors of 16 MiB each.
tensors=()
for ((i = 0; i < mib / 16; i++)); do
    tensors+=("{\"name\": \"layer.$i.weight\", \"shape\": [1024, 4096], \"dtype\": \"float32\"}")
done
(
    IFS=,
    echo "{\"rules\": [{\"match\": \"*\", \"initializer\": \"glorot_normal\"}], \"tensors\": [${tensors[*]}]}"
) >"$scratch/model.json"

# Prints the seconds that a command takes to write $scratch/out.safetensors.
seconds() {
    rm -f "$scratch/out.safetensors"
    sync -f "$scratch"
    local start=$EPOCHREALTIME
    "$@"
    local end=$EPOCHREALTIME
    awk "BEGIN { printf \"%.6f\", $end - $start }"
}

results=()
for ((round = 0; round < rounds; round++)); do
    line="{\"dd\": $(seconds dd if=/dev/zero of="$scratch/out.safetensors" bs=1M count="$mib" status=none)"
    for method in resample icdf; do
        line+=", \"$method\": $(seconds "$glorand" init "$scratch/model.json" -o "$scratch/out.safetensors" \
            --seed 1 --method "$method" --progress never)"
    done
    results+=("$line}")
done
(
    IFS=,
    echo "{\"program\": \"disk.sh\", \"bytes\": $((mib / 16 * 16 * 1024 * 1024)), \"rounds\": [${results[*]}]}"
)
