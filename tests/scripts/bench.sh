#!/bin/bash
# The benchmark's program: its names, its three kinds of output, what it says of peers that are not there, and bad
# options. No rate is looked at.
#
# usage: bench.sh SOURCE_DIR BUILD_DIR PROGRAM
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

source_dir=$1
bench=$3
check=$source_dir/tests/scripts/bench_output.py
need python3 taskset
make_scratch "$2"
export XDG_CACHE_HOME=$2/cache POCL_CACHE_DIR=$2/cache/pocl # not the user's

for options in '' --quick; do
    names=$("$bench" ${options:+"$options"} --threads 2 --list)
    [ "$(wc -l <<<"$names")" -ge 50 ] || fail "--list $options prints $(wc -l <<<"$names") names"
    twice=$(sort <<<"$names" | uniq -d)
    [ -z "$twice" ] || fail "--list $options prints twice: $twice"
done

# A filter is a part of a name or a pattern for the whole, and brings the yardsticks.
expected=$'memset/float32/4KiB/1t\nstreaming_stores/float32/4KiB/1t\nicdf/bfloat16/4KiB/1t'
[ "$("$bench" --threads 1 --list --filter icdf/bfloat16/4K)" = "$expected" ] || fail "--filter PART"
[ "$("$bench" --threads 1 --list --filter 'icdf/b*/4?iB/*')" = "$expected" ] || fail "--filter PATTERN"

# What disturbs is a test of its own.
bench() { "$bench" --keep-disturbed "$@"; }
narrow=(--quick --rounds 2 --threads 2 --filter '*/float32/4KiB/2t' --filter 'icdf/float32/1MiB/1t/columns64-strided'
    --filter 'peer-[rc][ax]*/1t')
bench "${narrow[@]}" --json >"$scratch/out.json"
python3 "$check" json "$scratch/out.json"
bench "${narrow[@]}" --csv >"$scratch/out.csv"
python3 "$check" csv "$scratch/out.csv"
bench "${narrow[@]}" >"$scratch/out.txt"
for name in icdf/float32/4KiB/2t memset/float32/4KiB/2t columns64-strided; do
    grep -q "$name .*[0-9]" "$scratch/out.txt" || fail "$name is not in the table"
done

# A slower instruction set is what the results then say.
# Into files: a program whose reader has ended fails.
bench --quick --rounds 1 --isa plain --filter icdf/float32/4KiB/1t --csv >"$scratch/plain.csv"
grep -q '^icdf.*,plain,' "$scratch/plain.csv" ||
    fail "--isa plain is not in the results"

GLORAND_BENCH_MKL=/nonexistent bench --quick --rounds 1 --filter peer-mkl-icdf --filter icdf/float32/4KiB/1t \
    --json >"$scratch/out.json" 2>"$scratch/errors"
grep -q '^glorand-bench: left out: peer-mkl-icdf: ' "$scratch/errors" || fail "a missing peer is not said"
python3 "$check" skipped "$scratch/out.json" peer-mkl-icdf

# Beside busy programs on the only processor there is: no figure, and the reason.
# Plain C takes many of the scheduler's slices.
busy=()
one=$(python3 -c 'import os; print(min(os.sched_getaffinity(0)))')
for ((i = 0; i < 2; i++)); do
    taskset -c "$one" sh -c 'while :; do :; done' &
    busy+=($!)
done
status=0
taskset -c "$one" "$bench" --quick --rounds 3 --threads 1 --isa plain --filter icdf/float32/16MiB/1t --json >"$scratch/out.json" \
    2>"$scratch/errors" || status=$?
kill "${busy[@]}"
[ $status -eq 0 ] || fail "disturbed: $(cat "$scratch/errors")"
grep -Eq '^glorand-bench: left out: icdf/float32/16MiB/1t: other programs disturbed [23] of 3 rounds$' \
    "$scratch/errors" || fail "disturbed rounds are not said: $(cat "$scratch/errors" "$scratch/out.json")"
! grep -q '"name": "icdf/float32/16MiB/1t", "role"' "$scratch/out.json" || fail "a disturbed case has a figure"

# The stages: five draws in three forms, and the yardsticks. Without OpenCL its forms are left out.
[ "$("$bench" --stages --quick --threads 2 --list | wc -l)" -eq 17 ] || fail "--stages lists other cases"
bench --stages --quick --rounds 1 --json >"$scratch/out.json"
python3 "$check" json "$scratch/out.json"
GLORAND_OPENCL_LIBRARY=/nowhere/libOpenCL.so.1 bench --stages --quick --rounds 1 --threads 2 \
    --filter 'icdf*/cpu' --filter 'icdf*/opencl' --json >"$scratch/out.json" 2>"$scratch/errors"
python3 "$check" skipped "$scratch/out.json" icdf/float32/16MiB/2t/opencl

# Runs the program with bad options; ends the test unless it says $1 and exits with 2.
refuse() {
    local wanted=$1 said status=0
    shift
    said=$("$bench" "$@" 2>&1) || status=$?
    [ "$status" -eq 2 ] || fail "$*: exit status $status"
    [[ $said == *"$wanted"* ]] || fail "$*: \"$wanted\" is not in: $said"
}
refuse 'outside [1, 10000]' --rounds 0
refuse "'x' is not an integer" --rounds x
refuse 'outside [1, 1024]' --threads 1025
refuse "'sse9' is not an instruction set" --isa sse9
refuse "--backend: must be auto, cpu, opencl or cuda, not 'gpu'" --backend gpu
refuse 'no case has such a name' --filter no-such-case
refuse 'no-such-option' --no-such-option
refuse "unexpected argument 'icdf'" icdf
refuse 'requires an argument' --filter

"$bench" --help >"$scratch/help"
grep -q -- --filter "$scratch/help" || fail "--help does not name --filter"
