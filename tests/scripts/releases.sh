#!/bin/bash
# Files that earlier releases wrote are verified, and a changed byte in them is noticed.
#
# usage: releases.sh SOURCE_DIR BUILD_DIR COMMAND
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

command=$3
make_scratch "$2"
shopt -s nullglob
files=("$1"/tests/data/releases/*.safetensors)
[ ${#files[@]} -gt 0 ] || fail "there are no files of releases"

# The place of the first byte after the header of a file.
start_of_values() { echo $((8 + $(od -An -t u8 -N 8 "$1"))); }

for file in "${files[@]}"; do
    version=$(basename "$file" .safetensors)
    grep -qaF "\"glorand.version\":\"$version\"" "$file" || fail "$file is not of $version"
    "$command" verify "$file" --backend cpu
    first=$(start_of_values "$file")
    last=$(($(stat -c %s "$file") - 1))
    for place in "$first" $(((first + last) / 2)) "$last"; do
        cp "$file" "$scratch/changed.safetensors"
        byte=$(od -An -t u1 -j "$place" -N 1 "$file")
        printf '%b' "\\x$(printf '%x' $((byte ^ 1)))" |
            dd of="$scratch/changed.safetensors" bs=1 seek="$place" conv=notrunc status=none
        status=0
        said=$("$command" verify "$scratch/changed.safetensors" --backend cpu 2>&1) || status=$?
        [[ $status -eq 1 && $said == *"1 of "*" tensors differ"* ]] ||
            fail "byte $place of $file is changed: status $status, $said"
    done
done
