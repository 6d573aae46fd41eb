#!/bin/bash
# glorand-compare: a build beside itself and beside one that is slower, draws another value or is of another version,
# and bad options.
#
# usage: bench_compare.sh BUILD_DIR PROGRAM LIBRARY OTHER_LIBRARY
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

build=$1
compare=$2
library=$3
other=$4
make_scratch "$build"
export GLORAND_REAL=$library

run() { "$compare" --rounds 3 --filter icdf/float32/1MiB "$@" >"$scratch/out" 2>"$scratch/errors"; }
expect() { grep -Eq -- "$1" "$scratch/out" "$scratch/errors" || fail "\"$1\" is not in: $(cat "$scratch"/{out,errors})"; }

# A build folder and a file; the rate's noise is not looked at.
run "$build" "$library" || fail "a build beside itself: $(cat "$scratch/errors")"
expect '^\| icdf/float32/1MiB +\| +[0-9.]+ \| +[0-9.]+ \| +[0-9.]+ % \| +[0-9.]+ \|'
expect '^3 cases, medians of 3 rounds: .* all values alike\.$'

# Each fill is made twice there.
GLORAND_OTHER=slow run "$library" "$other" || fail "a slow build: $(cat "$scratch/errors")"
expect '^\| icdf/float32/1MiB .* 0\.[456][0-9]* \| slower \|'
GLORAND_OTHER=slow run "$other" "$library" || fail "a slow old build: $(cat "$scratch/errors")"
expect '^\| icdf/float32/1MiB .* (1\.[6-9]|2\.[0-5])[0-9]* \| faster \|'

# What an older build of the same version refuses is left out; what the new one refuses is an error.
packed=(--filter float32/1MiB/columns256-packed)
GLORAND_OTHER=older run "$other" "$library" "${packed[@]}" || fail "an older build: $(cat "$scratch/errors")"
expect '^4 cases, medians of 3 rounds: .* all values alike\.$'
[ "$(grep -c '^glorand-compare: left out: [ri].*-\(3s\|values\)/float32/.*: OLD refuses it' "$scratch/errors")" -eq 4 ] ||
    fail "left out: $(cat "$scratch/errors")"

# Ends the test unless the program exits with $1 and says $2.
refuse() {
    local wanted=$1 said=$2 status=0
    shift 2
    run "$@" || status=$?
    [ "$status" -eq "$wanted" ] || fail "$*: exit status $status"
    expect "$said"
}
GLORAND_OTHER=older refuse 1 'error: resample-3s/float32/1MiB' "$library" "$other" "${packed[@]}"
GLORAND_OTHER=wrong refuse 1 'icdf/float32/1MiB: the builds draw other values' "$library" "$other"
GLORAND_OTHER=version refuse 1 'is version [0-9.]+; this program calls' "$library" "$other"
refuse 1 'nowhere' "$library" "$scratch/nowhere.so"
refuse 2 'expected two builds' "$library"
refuse 2 'rounds.* not an integer in \[1, 99\]' --rounds 100 "$library" "$library"
refuse 2 'must be cpu, opencl or cuda' --backend gpu "$library" "$library"
refuse 2 'no case has such a name' --filter nothing "$library" "$library"
[ "$("$compare" --list | sort -u | wc -l)" -eq 240 ] || fail "--list prints other names"
