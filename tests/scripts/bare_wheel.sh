#!/bin/bash
# The wheel that python_wheel made, in a bare Debian 12 and in a bare Debian 13 without a compiler, by their own Python:
# the hash list, GPT-2 by the command, and a fill through the package.
#
# usage: bare_wheel.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

make_scratch "$2"
wheels=("$2"/wheel/*.whl)
[ -f "${wheels[0]}" ] || skip "python_wheel made no wheel, for want of a network"

# What a user does who has Python alone.
# shellcheck disable=SC2016 # the root's shell expands this
commands='set -e
    apt-get -q update && apt-get -y -q --no-install-recommends install python3-venv ca-certificates
    ! command -v cc gcc clang || exit 1
    python3 --version
    python3 -m venv env
    env/bin/pip -q install --no-index glorand-*.whl
    env/bin/pip -q install pytest xxhash numpy ml_dtypes
    export PATH=$PWD/env/bin:$PATH
    (cd python/tests && python -m pytest -q -p no:cacheprovider test_hashes.py test_command.py)
    glorand init data/models/gpt2.json -o gpt2.safetensors --seed 42 --progress never
    python -m glorand verify gpt2.safetensors'

for suite in bookworm trixie; do
    status=0
    "$1/scripts/bare-root.sh" --suite "$suite" --with "${wheels[0]}" sh -c "$commands" >"$scratch/log" 2>&1 || status=$?
    [ "$status" -ne 77 ] || skip "$(sed -n 's/^skipped: //p' "$scratch/log" | tail -n 1)"
    grep -E '^Python|passed|every bit' "$scratch/log" | sed "s/^/$suite: /"
    [ "$status" -eq 0 ] || fail "$suite: exit status $status: $(tail -n 40 "$scratch/log")"
    grep -q 'every bit is as drawn' "$scratch/log" || fail "$suite: the file was not verified"
done
