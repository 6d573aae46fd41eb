#!/bin/bash
# Runs functions of scripts/gpu-proof/ without the rest of it: `row` and the like print to files in $work.
#
# usage: harness.sh SCRIPTS FUNCTION [ARGUMENT]...
#
# Takes bin, data, work, simulated and quick from the environment. LIMIT stands for every limit, in seconds.
# shellcheck disable=SC2154 # the environment has these
set -euo pipefail
scripts=$1
shift

# shellcheck disable=SC2034 # the parts use it
device=0

announce() { printf 'begins: %s\n' "$1"; }
row() { printf '%s | %s | %s\n' "$1" "$2" "$3" >>"$work/rows"; }
skip() { row "$1" skipped "$2"; }
fail_row() { row "$1" FAILED "$2 [$(tail -n 1 "$3")]"; }
section() { printf '## %s\n' "$1" | cat - "$2" >>"$work/sections"; }
limited() {
    local status=0
    shift
    timeout --kill-after=5 "${LIMIT:-60}" "$@" </dev/null || status=$?
    [ "$status" -ne 137 ] || status=124
    return "$status"
}

# shellcheck source-path=SCRIPTDIR source=../../../scripts/gpu-proof/numbers.sh
. "$scripts/numbers.sh"
# shellcheck source-path=SCRIPTDIR source=../../../scripts/gpu-proof/peers.sh
. "$scripts/peers.sh"
# shellcheck source-path=SCRIPTDIR source=../../../scripts/gpu-proof/profile.sh
. "$scripts/profile.sh"

# numbers FUNCTION TEXT DIGITS...: prints what fixed makes of each pair.
numbers() {
    while [ $# -gt 0 ]; do
        fixed "$1" "$2" && printf '%s\n' "$number" || printf 'no\n'
        shift 2
    done
}

"$@"
