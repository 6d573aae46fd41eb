#!/bin/bash
# Every kernel under oclgrind: no access out of bounds, no race, no read of what was never written. Its exit status
# says nothing about these, so its log must stay empty.
#
# usage: oclgrind.sh SIMULATE BUILD_DIR
#
# SIMULATE is the program built from simulate.c.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

simulate=$1
need oclgrind
make_scratch "$2"
export GLORAND_TEST_BACKEND=opencl XDG_CACHE_HOME=$scratch

# Runs the program with arguments from the second on, under oclgrind with the log $1.
watch() {
    local log=$1
    shift
    oclgrind --data-races --uninitialized --log "$log" "$simulate" "$@"
}

watch "$scratch/faulty.log" faulty
grep -q 'Invalid write' "$scratch/faulty.log" || fail "oclgrind does not see a write out of bounds"

for force in simulator,one-lane simulator simulator,one-lane,software-sqrt,no-fp64 simulator,software-sqrt; do
    echo "$force:"
    GLORAND_OPENCL_FORCE=$force watch "$scratch/log"
    if [ -s "$scratch/log" ]; then
        head -40 "$scratch/log" >&2
        fail "$force: oclgrind has something to say"
    fi
done
