#!/bin/bash
# The examples that fill host memory, examples/fill_tensor.c and README.md's program, do so where a GPU is there, too.
#
# usage: host_examples.sh SOURCE_DIR SHARED_LIBRARY BUILD_DIR COMPILER DRIVER
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

source_dir=$1
library=$2
compiler=$4
make_scratch "$3"
export GLORAND_CUDA_LIBRARY=$5
awk '/^```/ { inside = !inside && /^```c$/; next } inside' "$source_dir/README.md" >"$scratch/readme.c"
for program in "$source_dir/examples/fill_tensor.c" "$scratch/readme.c"; do
    "$compiler" -std=c11 -I "$source_dir/include" -o "$scratch/program" "$program" "$library" \
        "-Wl,-rpath,$(dirname "$library")"
    "$scratch/program" || fail "$program fails beside a GPU"
done
