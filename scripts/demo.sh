#!/bin/bash
# Builds glorand and initializes GPT-2 with it: 148 tensors, 124 million parameters, into
# build/gpt2.safetensors. Then verifies the file, and prints a table of its statistics.
#
# usage: scripts/demo.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Prints a heading.
step() { printf '\n== %s\n' "$1"; }

# Prints a command, then runs it.
show() {
    printf '$ %s\n' "$*"
    "$@"
}

[ $# -eq 0 ] || { echo "usage: scripts/demo.sh" >&2; exit 2; }

step "What building needs"
scripts/install-dependencies.sh build
echo "It is all there."

step "Build"
show cmake --preset release -DGLORAND_TESTS=OFF -DGLORAND_COMMAND=ON --log-level=NOTICE
show cmake --build --preset release

PATH=$PWD/build/release:$PATH

step "Initialize GPT-2: every value follows from the seed, the tensor's name and the element's index"
show glorand init data/models/gpt2.json -o build/gpt2.safetensors --seed 42

step "Draw everything again from the file's metadata, and compare every bit"
show glorand verify build/gpt2.safetensors

step "Statistics, with what is expected beside them"
show glorand stats build/gpt2.safetensors
