#!/bin/bash
# Proves on a machine with an NVIDIA GPU what only a GPU can show: that the kernels, as NVIDIA's assembler has made
# them, draw the CPU's bits; and measures how fast. Builds glorand with CUDA and writes a report to send back.
# docs/gpu-proof.md says what the report means.
#
# usage: scripts/gpu-proof.sh [--quick] [--out FILE] [--build-dir FOLDER]
#
#   --quick              fewer checks and sizes: about a minute after the build
#   --out FILE           the report; the default is build/gpu-proof/report.md
#   --build-dir FOLDER   a build with tests and CUDA that is there already; without it, one is made in build/gpu-proof
#
# Needs no root and installs nothing. All that it leaves is the report and what lies in build/gpu-proof.
# GLORAND_CUDA_LIBRARY and GLORAND_BENCH_CURAND name the files of the driver and of cuRAND where they are not in the
# usual places, COMPUTE_SANITIZER NVIDIA's tool.
# Exit status: 0 all that ran drew the CPU's bits; 1 values differ or a check failed; 2 bad usage; 3 something is
# missing, and nothing was proved.
set -euo pipefail
invoked_from=$PWD
script=$(readlink -f "${BASH_SOURCE[0]}")
cd "$(dirname "$script")/.."

# The comment above, from its line of usage on.
usage() {
    awk '/^# usage/ { inside = 1 } !/^#/ { inside = 0 } inside { sub(/^# ?/, ""); print }' "$script"
}

quick=no
report=build/gpu-proof/report.md
build=
while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=yes ;;
    --out | --build-dir)
        [ $# -ge 2 ] || { echo "gpu-proof: $1 needs an argument" >&2; exit 2; }
        [[ $2 == /* ]] && path=$2 || path=$invoked_from/$2
        [ "$1" = --out ] && report=$path || build=$path
        shift
        ;;
    --help | -h) usage && exit 0 ;;
    *) echo "gpu-proof: '$1' is no option; see scripts/gpu-proof.sh --help" >&2; exit 2 ;;
    esac
    shift
done

# Says what is missing, and that nothing was proved.
give_up() {
    printf 'gpu-proof: %s\n' "$@" "nothing was proved" >&2
    exit 3
}

# Prints a line for each thing that the build needs and that is not there.
find_missing() {
    local tool module header
    for tool in cmake ninja pkg-config; do
        command -v "$tool" >/dev/null || echo "missing: $tool"
    done
    command -v "${CC:-cc}" >/dev/null || echo "missing: a C compiler"
    command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ] || [ -x "${CUDA_HOME:-/nowhere}/bin/nvcc" ] ||
        echo "missing: nvcc, of NVIDIA's CUDA toolkit, on PATH or in \$CUDA_HOME/bin"
    for module in jansson criterion nettle; do
        pkg-config --exists "$module" 2>/dev/null || echo "missing: $module, with its headers"
    done
    local headers=(xxhash.h Random123/philox.h)
    [ "$HOSTTYPE" != x86_64 ] || headers+=(simde/x86/avx512.h)
    for header in "${headers[@]}"; do
        echo "#include <$header>" | "${CC:-cc}" -E -o /dev/null - 2>/dev/null || echo "missing: the header $header"
    done
}

build_all() {
    local missing
    missing=$(find_missing)
    [ -z "$missing" ] || give_up "$missing" "scripts/install-dependencies.sh test installs all but the toolkit on Debian"
    build=build/gpu-proof/build
    cmake --preset release -B "$build" -DGLORAND_CUDA=ON -DGLORAND_OPENCL=OFF -DGLORAND_TESTS=ON \
        -DGLORAND_COMMAND=ON -DGLORAND_BENCH=ON --log-level=NOTICE || give_up "the build cannot be configured"
    cmake --build "$build" || give_up "glorand does not build"
}

# A driver and a GPU before a long build. A named driver is what GLORAND_CUDA_LIBRARY is for.
[ -n "${GLORAND_CUDA_LIBRARY:-}" ] || compgen -G '/dev/nvidia[0-9]*' >/dev/null || compgen -G '/dev/nvhost*' >/dev/null ||
    [ -e /dev/dxg ] || give_up "there is no NVIDIA GPU, or no driver for it: no /dev/nvidia0"
[ -n "$build" ] || build_all

work=$(mktemp -d "$build/proof.XXXXXX")
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work
export CUDA_CACHE_PATH=$work/kernels         # and not the user's
export GLORAND_OPENCL_LIBRARY=/nowhere       # this is about CUDA
unset GLORAND_ISA GLORAND_TEST_LIGHT GLORAND_TEST_LONG GLORAND_TEST_BACKEND

devices=$("$build/glorand" devices)
line=$(grep '^cuda ' <<<"$devices" | head -n 1) || give_up "this build has no CUDA"
read -r _ device available name <<<"$line"
[ "$available" = yes ] || give_up "no GPU can be used: $name"
simulated=no
[[ $name != Stand-in* ]] || simulated=yes

failures=0

# Adds a row to the table of checks.
row() {
    local said=${3//|/\\|}
    printf '| %s | %s | %s |\n' "$1" "$2" "$said" >>"$work/checks.md"
    printf '%-9s %s: %s\n' "$2" "$1" "$3"
}

skip() { row "$1" skipped "$2"; }

# check NAME COMMAND...: runs a command; its last line, of those that match $keep, goes into the table, and its output
# to the end of the report if it failed.
check() {
    local name=$1 status=0 last
    shift
    "$@" >"$work/log" 2>&1 </dev/null || status=$?
    last=$(sed 's/\x1b\[[0-9;]*m//g' "$work/log" | grep -E "${keep:-[^ ]}" | tail -n 1) || last=
    if [ "$status" -eq 0 ] && [[ $last != *'Tested: 0 '* ]]; then
        row "$name" passed "$last"
        return
    fi
    failures=$((failures + 1))
    row "$name" FAILED "exit status $status: $last"
    # shellcheck disable=SC2016 # a fence
    { printf '\n### %s\n\n```text\n' "$name" && tail -n 40 "$work/log" && printf '```\n'; } >>"$work/failures.md"
}

# criterion NAME PROGRAM FILTER
criterion() { check "$1" "$build/tests/$2" --jobs 1 --verbose=0 --filter "$3"; }

hashes=("$build/tests/hashes" tests/data/hashes.txt)

# The values, by every way of the tests that ends in one of the device.
check_values() {
    export GLORAND_TEST_BACKEND=cuda
    keep='^cuda ' check "self-test of the device" "$build/glorand" devices --selftest
    check "hashes of $(wc -l <tests/data/hashes.txt) fills" "${hashes[@]}"
    if [ "$simulated" = no ]; then
        CUDA_FORCE_PTX_JIT=1 check "the same, assembled from PTX by the driver" "${hashes[@]}"
    else
        skip "the same, assembled from PTX by the driver" "a simulated device assembles nothing"
    fi
    criterion "parts of tensors" test_cpu 'parts/*'
    criterion "carries of the counter" test_cpu 'windows/*'
    if [ "$quick" = no ]; then
        criterion "TensorFlow's and Keras's values" test_cpu 'golden/*'
        criterion "the command's files" test_cli 'gpu/*'
    else
        skip "TensorFlow's and Keras's values" "left out by --quick"
        skip "the command's files" "left out by --quick"
    fi
}

# The backend in the caller's streams. Left out is what needs the stand-in: its list of calls, several devices, calls
# that fail on demand, and handles that are none, by which a driver may crash.
check_streams() {
    local long=()
    [ "$simulated" = yes ] || long=(env GLORAND_TEST_LONG=1)
    local program=("$build/tests/cuda/test_cuda_device" --jobs 1 --verbose=0)
    if [ -n "${GLORAND_CUDA_LIBRARY:-}" ]; then # which the linker cannot know
        long+=(env "LD_LIBRARY_PATH=$(dirname "$GLORAND_CUDA_LIBRARY"):${LD_LIBRARY_PATH:-}")
    fi
    check "streams, graphs, threads, kinds of memory, beyond 4 GiB" "${long[@]}" "${program[@]}" \
        --filter '@(stream|threads)/!(a_fill_is_one_launch_and_queries|several_devices_and_contexts|threads_on_devices_of_their_own)'
    check "memory that is refused" "${long[@]}" "${program[@]}" --filter 'refused/@(memory|addresses|contexts)'
    skip "the driver's calls within a fill; several devices; invalid handles; each call failing" \
        "these need the tests' stand-in for the driver"
}

# NVIDIA's own look at each access of memory, over the fills that are hashed.
check_sanitizer() {
    local tool tools=(memcheck racecheck initcheck synccheck)
    local sanitizer=${COMPUTE_SANITIZER:-$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)}
    for tool in "${tools[@]}"; do
        if [ "$simulated" = yes ] && [ -z "${COMPUTE_SANITIZER:-}" ]; then
            skip "compute-sanitizer, $tool" "a simulated device"
        elif ! command -v "$sanitizer" >/dev/null; then
            skip "compute-sanitizer, $tool" "compute-sanitizer is not installed"
        else
            check "compute-sanitizer, $tool" "$sanitizer" --tool "$tool" --error-exitcode 86 "${hashes[@]}"
        fi
    done
}

# Times, and the values of what is timed.
measure() {
    local arguments=(1MiB 16MiB 256MiB 1GiB 6GiB) status=0
    [ "$quick" = no ] || arguments=(--rounds 3 --short 1MiB 64MiB)
    [ "$simulated" = no ] || arguments=(--rounds 1 --short 64KiB)
    "$build/bench/gpu/glorand-gpu-bench" "${arguments[@]}" >"$work/times.md" 2>"$work/log" || status=$?
    if [ "$status" -eq 0 ]; then
        row "values of what is timed" passed "$(tail -n 1 "$work/times.md")"
    else
        failures=$((failures + 1))
        row "values of what is timed" FAILED "exit status $status: $(cat "$work/log" && tail -n 1 "$work/times.md")"
    fi
}

# One line of what a command prints, or "unknown".
line_of() { "$@" 2>/dev/null | head -n 1 | grep . || echo unknown; }

print_facts() {
    local commit nvcc
    commit=$(line_of git rev-parse HEAD)
    [ -z "$(git status --porcelain --untracked-files=no 2>/dev/null)" ] || commit="$commit, with changes"
    nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
    printf '| | |\n|---|---|\n'
    printf '| Library | %s |\n' "$(line_of "$build/glorand" --version)"
    printf '| Commit | %s |\n' "$commit"
    printf '| GPU | %s |\n' "$name"
    if [ "$simulated" = no ]; then
        printf '| Driver, clocks, ECC, power | %s |\n' "$(line_of nvidia-smi --id="$device" --format=csv,noheader \
            --query-gpu=driver_version,clocks.max.sm,clocks.max.memory,ecc.mode.current,power.limit)"
    fi
    printf '| Toolkit | %s |\n' "$("$nvcc" --version 2>/dev/null | grep release || echo unknown)"
    printf '| System | %s |\n' "$(uname -srm)"
    printf '| Date | %s |\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
}

print_verdict() {
    if [ "$simulated" = yes ]; then
        printf '**NO GPU WAS THERE. The device is simulated on the CPU by the tests'"'"' stand-in for the driver: this '
        printf 'report proves nothing about a GPU, and its times are not times of one.**\n\n'
    fi
    if [ "$failures" -eq 0 ]; then
        echo "All values that were drawn are the CPU's, bit for bit."
    else
        echo "**$failures checks failed: see below.**"
    fi
}

print_report() {
    printf '# glorand: proof on a GPU\n\n'
    print_verdict
    printf '\n' && print_facts
    printf '\n## Checks\n\n| Check | Result | What it said |\n|---|---|---|\n'
    cat "$work/checks.md"
    printf '\n## Times\n\n' && cat "$work/times.md"
    if [ -e "$work/failures.md" ]; then
        printf '\n## What failed\n' && cat "$work/failures.md"
    fi
}

check_values
check_streams
check_sanitizer
measure
mkdir -p "$(dirname "$report")"
print_report >"$report"
print_verdict
echo "Written: $report"
[ "$failures" -eq 0 ] || exit 1
