#!/bin/bash
# Makes the Python environment of the tests that need TensorFlow, safetensors and NumPy, or leaves the one
# that is there when it has been made for the same requirements.
#
# usage: environment.sh ENVIRONMENT
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

environment=$1
requirements=$(dirname "${BASH_SOURCE[0]}")/requirements.txt
made_for=$environment/made_for.txt   # a copy of the requirements, once all of them are installed
skip_reason=$environment.skip_reason # what run.sh repeats

# Skips this test, and those that wait for the environment.
skip_all() {
    rm -rf "$environment"
    echo "$1" >"$skip_reason"
    skip "$1"
}

cmp -s "$requirements" "$made_for" && exit 0
rm -rf "$environment" "$skip_reason"
command -v python3 >/dev/null || skip_all "python3 is not installed"
python3 -m venv "$environment" || skip_all "python3 cannot make a virtual environment"

log=$environment/pip.log
if ! "$environment/bin/pip" install --disable-pip-version-check --no-compile --requirement "$requirements" >"$log" 2>&1; then
    tail -n 20 "$log"
    if grep -qE 'NewConnectionError|NameResolutionError|ConnectTimeoutError|Network is unreachable' "$log"; then
        skip_all "no network to install Python packages from"
    fi
    fail "pip does not install $requirements"
fi
cp "$requirements" "$made_for"
