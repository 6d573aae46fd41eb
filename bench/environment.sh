#!/bin/bash
# Makes the Python environment that peers.py runs in, with what bench/requirements.txt names; leaves the one that
# is there when it was made for the same requirements. A package that cannot be installed is left out, and said:
# peers.py and glorand-bench do without it. PyTorch brings libraries for GPUs: the environment takes 8 GB.
#
# usage: bench/environment.sh ENVIRONMENT
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: bench/environment.sh ENVIRONMENT" >&2; exit 2; }
environment=$1
requirements=$(dirname "${BASH_SOURCE[0]}")/requirements.txt
made_for=$environment/made_for.txt # a copy of the requirements, once all of them have been tried

cmp -s "$requirements" "$made_for" && exit 0
rm -rf "$environment"
python3 -m venv "$environment"
while read -r requirement; do
    echo "Installing $requirement"
    "$environment/bin/pip" install --quiet --disable-pip-version-check "$requirement" ||
        echo "bench/environment.sh: left out: $requirement" >&2
done <"$requirements"
cp "$requirements" "$made_for"
