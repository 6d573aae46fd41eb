#!/bin/bash
# Fuzzes what reads foreign bytes, and fills: builds the targets of tests/fuzz with clang and runs them, one after the
# other, each for a time.
#
# usage: scripts/fuzz.sh [--keep] [--jobs N] [SECONDS] [TARGET...]
#
#   SECONDS    for each target; the default is an hour
#   TARGET     some of cache, command, fill, initializer, json, manifest, rules, safetensors, shard, text; the default
#              is all
#   --jobs N   processes that fuzz one target at once, of one corpus; the default is 1
#   --keep     afterwards the smallest set of inputs that covers as much replaces that in tests/fuzz/seeds/TARGET, but
#              for files that have a name of their own; inputs longer than 1 KiB are left out
#
# New inputs stay in build/fuzz/corpus/TARGET, and the next run goes on from there. Inputs that a target fails with
# are in build/fuzz/findings; `build/fuzz/build/tests/fuzz/fuzz_TARGET FILE` runs one again. A finding that is mended
# belongs into tests/fuzz/seeds/TARGET, where every test run sees it.
# Exit status: 0 nothing was found; 1 something was, or the build failed; 2 bad usage.
set -euo pipefail
script=$(readlink -f "${BASH_SOURCE[0]}")
cd "$(dirname "$script")/.."

# The comment above, from its line of usage on.
usage() {
    awk '/^# usage/ { inside = 1 } !/^#/ { inside = 0 } inside { sub(/^# ?/, ""); print }' "$script"
}

complain() {
    echo "fuzz: $1; see scripts/fuzz.sh --help" >&2
    exit 2
}

is_number() { [[ $1 =~ ^[1-9][0-9]{0,8}$ ]]; }

all=()
for file in tests/fuzz/fuzz_*.c; do
    file=${file##*/fuzz_}
    all+=("${file%.c}")
done

keep=no
jobs=1
seconds=
targets=()
while [ $# -gt 0 ]; do
    case $1 in
    --keep) keep=yes ;;
    --jobs)
        is_number "${2-}" || complain "--jobs needs a number of 1 or more, not '${2-}'"
        jobs=$2
        shift
        ;;
    --help | -h) usage && exit 0 ;;
    -*) complain "'$1' is not an option" ;;
    [0-9]*)
        if [ -n "$seconds" ] || ! is_number "$1"; then complain "'$1' is not a number of seconds"; fi
        seconds=$1
        ;;
    *)
        [[ " ${all[*]} " == *" $1 "* ]] || complain "'$1' is not a target; there are ${all[*]}"
        targets+=("$1")
        ;;
    esac
    shift
done
seconds=${seconds:-3600}
[ ${#targets[@]} -gt 0 ] || targets=("${all[@]}")

root=$PWD
build=$root/build/fuzz/build
findings=$root/build/fuzz/findings
mkdir -p "$findings"
cmake --preset sanitizers -B "$build" -DGLORAND_TESTS=ON -DGLORAND_OPENCL=OFF -DGLORAND_CUDA=OFF -DGLORAND_BENCH=OFF \
    >"$build.log" || { cat "$build.log" && exit 1; }
cmake --build "$build" --target "${targets[@]/#/fuzz_}"

# No device of this machine is a matter here.
export GLORAND_CUDA_LIBRARY=/nowhere/libcuda.so.1 GLORAND_OPENCL_LIBRARY=/nowhere/libOpenCL.so.1

# fuzz_with TARGET ARGUMENT...: runs a target with its options.
fuzz_with() {
    local program=$build/tests/fuzz/fuzz_$1 options
    shift
    mapfile -t options <"$program.options"
    "$program" "${options[@]}" "-artifact_prefix=$findings/${program##*fuzz_}-" "$@"
}

# keep_smallest TARGET: puts into tests/fuzz/seeds what covers all that is covered. Files with a name, not a hash, were
# put there by hand: they stay.
keep_smallest() {
    local seeds=$root/tests/fuzz/seeds/$1 corpus=$root/build/fuzz/corpus/$1 merged
    local hashed='.*/[0-9a-f]{40}'
    merged=$(mktemp -d "$root/build/fuzz/merged.XXXXXX")
    find "$seeds" -type f -regextype posix-extended -not -regex "$hashed" -exec cp -t "$merged" {} +
    # Without counters, only whether a line is reached counts, not how often: a tenth of the files does.
    fuzz_with "$1" -set_cover_merge=1 -use_counters=0 -max_len=1024 "$merged" "$seeds" "$corpus"
    find "$seeds" -type f -regextype posix-extended -regex "$hashed" -delete
    find "$merged" -type f -exec mv -t "$seeds" {} +
    rmdir "$merged"
    echo "fuzz: $seeds has $(find "$seeds" -type f | wc -l) files now"
}

# run_target TARGET: fuzzes it for the time.
run_target() {
    local corpus=$root/build/fuzz/corpus/$1 workers=()
    mkdir -p "$corpus"
    [ "$jobs" -eq 1 ] || workers=("-fork=$jobs")
    echo "fuzz: $1, for $seconds seconds"
    fuzz_with "$1" "-max_total_time=$seconds" -print_final_stats=1 "${workers[@]}" "$corpus" "tests/fuzz/seeds/$1"
}

failed=()
for target in "${targets[@]}"; do
    run_target "$target" || failed+=("$target")
    [ $keep = no ] || keep_smallest "$target"
done
if [ ${#failed[@]} -gt 0 ]; then
    echo "fuzz: findings of ${failed[*]}, in $findings" >&2
    exit 1
fi
echo "fuzz: nothing was found"
