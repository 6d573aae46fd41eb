#!/bin/bash
# Tests scripts/test-summary.py on the report of a small ctest run: what it counts, and what CI may skip.
#
# usage: test_summary.sh SOURCE_DIR
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

need cmake ctest python3
summary=$1/scripts/test-summary.py
make_scratch "${TMPDIR:-/tmp}"
unset GLORAND_TEST_WITHOUT

# Runs ctest over the tests whose definitions are standard input, and then the summary with CI set to $1 and further
# options; sets `status` and `output`.
summarize() {
    rm -rf "$scratch/run"
    mkdir "$scratch/run"
    cat >"$scratch/run/CTestTestfile.cmake"
    ctest --test-dir "$scratch/run" --output-junit report.xml >/dev/null 2>&1 || true
    status=0
    output=$(CI=$1 python3 "$summary" "${@:2}" "$scratch/run/report.xml") || status=$?
}

# Ends the test unless the summary exited with $1 and printed $2.
expect() {
    [ "$status" -eq "$1" ] || fail "exit status $status, not $1: $output"
    [ "$output" = "$2" ] || fail "expected \"$2\", printed \"$output\""
}

good='add_test(good true)'
no_nvcc='add_test(cuda sh -c "echo skipped: nvcc is not installed; exit 77")
set_tests_properties(cuda PROPERTIES SKIP_RETURN_CODE 77)'
no_tool='add_test(lint sh -c "echo skipped: a tool is missing; exit 77")
set_tests_properties(lint PROPERTIES SKIP_RETURN_CODE 77)'

summarize true <<<"$good"
expect 0 '1 passed, 0 failed, 0 skipped'

summarize false <<<"$good"$'\n'"$no_nvcc"$'\n'"$no_tool"
expect 0 $'skipped: run/cuda: nvcc is not installed\nskipped: run/lint: a tool is missing
1 passed, 0 failed, 2 skipped'

summarize true <<<"$good"$'\n'"$no_nvcc"$'\n'"$no_tool"
expect 1 $'skipped: run/cuda: nvcc is not installed
failed: run/lint: skipped, which CI does not allow for this: a tool is missing
1 passed, 1 failed, 1 skipped'

export GLORAND_TEST_WITHOUT='bare-root Tool' # what was taken away on purpose
summarize true <<<"$good"$'\n'"$no_tool"
expect 0 $'skipped: run/lint: a tool is missing\n1 passed, 0 failed, 1 skipped'
unset GLORAND_TEST_WITHOUT

summarize false --skipped 'sanitizers: no library' <<<"$good"
expect 0 $'skipped: sanitizers: no library\n1 passed, 0 failed, 1 skipped'
summarize true --skipped 'sanitizers: no library' <<<"$good"
expect 1 $'failed: sanitizers: skipped, which CI does not allow for this: no library\n1 passed, 1 failed, 0 skipped'

summarize false <<<"$good"$'\nadd_test(bad sh -c "seq 60; false")\nadd_test(mute false)\nadd_test(gone no-such-program)'
expect 1 "failed: run/bad: $(printf '\n    | %d' {21..60})
failed: run/mute: it printed nothing
failed: run/gone: did not run: Unable to find executable
1 passed, 3 failed, 0 skipped"

summarize false <<<"$no_nvcc"
expect 1 $'skipped: run/cuda: nvcc is not installed\n0 passed, 0 failed, 1 skipped'

status=0
output=$(CI=false python3 "$summary" "$scratch/none.xml") || status=$?
expect 1 "failed: $scratch/none.xml: ctest wrote no report"$'\n0 passed, 1 failed, 0 skipped'
