#!/bin/bash
# Runs the commands of bench/README.md in a fresh copy of the tree: bench/run.sh as a smoke run without Python's
# libraries, then the others as they stand.
#
# usage: bench_readme.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

source_dir=$1
need cmake ninja pkg-config python3
make_scratch "$2"
export XDG_CACHE_HOME=$2/cache POCL_CACHE_DIR=$2/cache/pocl # not the user's
mkdir "$scratch/tree"
for path in "$source_dir"/*; do
    [ "$(basename "$path")" = build ] || cp -r "$path" "$scratch/tree"
done
cd "$scratch/tree"

awk '/^```/ { inside = !inside && /^```sh$/; next } inside' bench/README.md >"$scratch/commands.sh"
[ "$(head -n 1 "$scratch/commands.sh")" = bench/run.sh ] || fail "bench/README.md does not begin with bench/run.sh"
[ "$(wc -l <"$scratch/commands.sh")" -ge 3 ] || fail "bench/README.md holds no other commands"
sed -i '1s/$/ --quick --no-python/' "$scratch/commands.sh"
before=$(cksum bench/README.md)
bash -eux -o pipefail "$scratch/commands.sh" </dev/null
[ "$(cksum bench/README.md)" = "$before" ] || fail "the smoke run changes bench/README.md"
grep -q '^| resample with all threads' build/bench-results/README.md || fail "no key ratios"
grep -q '^| resample .* | ' <(sed -n '/^### Files of/,/^###* [A-EG-Z]/p' build/bench-results/README.md) ||
    fail "no table of files"
grep -Eq '^\| resample \| rejections (\| [0-9.]+ \| -?[0-9.]+ )' build/bench-results/README.md ||
    fail "no table of stages"
grep -q '^| cpu | [0-9]' build/bench-results/README.md || fail "no table of processes"
grep -q ' million a second' build/bench-results/front.md || fail "no figures for the front README"

status=0
bench/run.sh --no-such-option 2>/dev/null || status=$?
[ "$status" -eq 2 ] || fail "bench/run.sh: exit status $status for a bad option"
