#!/bin/bash
# scripts/gpu-proof.sh by the stand-in for the driver: a report that says that no GPU was there; wrong values and other
# failures; what is missing; bad options. The tree stays as it was.
#
# usage: gpu_proof.sh SOURCE_DIR BUILD_DIR DRIVER CURAND
# shellcheck disable=SC2016 # backticks of Markdown
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

source_dir=$1
build_dir=$2
driver=$3
curand=$4
proof=$source_dir/scripts/gpu-proof.sh
need python3
make_scratch "$build_dir"
mkdir "$scratch/tmp" "$scratch/bin"
export TMPDIR=$scratch/tmp
before=$(ls -A "$source_dir")

# Runs the script and expects an exit status; sets `said` to what it said.
run() {
    local wanted=$1 status=0
    shift
    said=$("$@" 2>&1 </dev/null) || status=$?
    [ "$status" -eq "$wanted" ] || fail "$*: exit status $status, not $wanted: $said"
}

expect() {
    grep -qE -- "$2" "$1" || fail "no line like \"$2\" in: $(cat "$1")"
}

# NVIDIA's tool: runs what it is given once; or finds something in its mode $FAILING.
cat >"$scratch/bin/sanitizer" <<'TOOL'
#!/bin/bash
[ "$1 $3 $4" = '--tool --error-exitcode 86' ] || exit 1
[ "$2" != "$FAILING" ] || { echo "========= RACECHECK SUMMARY: 1 hazard displayed"; exit 86; }
[ "$2$FAILING" != memcheck ] || exec "${@:5}"
TOOL
chmod +x "$scratch/bin/sanitizer"
with=(env FAILING= GLORAND_CUDA_LIBRARY="$driver" GLORAND_BENCH_CURAND="$curand" COMPUTE_SANITIZER="$scratch/bin/sanitizer")

# The commands of the page, with this build.
report=$scratch/folder/report.md
mapfile -t commands < <(awk '/^```/ { inside = !inside && /^```sh$/; next } inside' "$source_dir/docs/gpu-proof.md" |
    sed "s|build/release|'$build_dir'|; s|report\\.md|'$report'|")
[[ ${#commands[@]} -eq 2 && ${commands[0]} = scripts/gpu-proof.sh ]] || fail "docs/gpu-proof.md has other commands"
cd "$source_dir"

# All is well, but no GPU was there.
run 0 "${with[@]}" bash -c "${commands[1]}"
expect "$report" '^\*\*NO GPU WAS THERE\.'
expect "$report" '^All values that were drawn are the CPU.s, bit for bit\.$'
expect "$report" '^\| Library \| glorand [0-9]'
expect "$report" '^\| GPU \| Stand-in 0 '
expect "$report" '^\| self-test of the device \| passed \| cuda .*, 240 cases agree \|'
expect "$report" '^\| hashes of [0-9]+ fills \| passed \| [0-9]+ cases agree, 0 of float64 refused \|'
expect "$report" '^\| the same, assembled from PTX by the driver \| skipped \|'
expect "$report" '^\| streams, .* \| passed \| .*Tested: [1-9]'
expect "$report" '^\| compute-sanitizer, memcheck \| passed \| [0-9]+ cases agree'
[ "$(grep -cE '^\| compute-sanitizer, (race|init|sync)check \| passed ' "$report")" -eq 3 ] || fail "sanitizers are missing"

expect "$report" '^\| cuRAND \| 10\.2\.3, '
expect "$report" '^\| `icdf/float8_e5m2/64KiB/strided` \| [0-9.e-]+ \| [0-9.e-]+ \| [0-9.e-]+ \| [0-9.e-]+ \| [0-9.e-]+ \| equal \|'
[ "$(grep -c '| equal |$' "$report")" -eq 48 ] || fail "not 48 cases are timed"
grep -qE '\| (FAILED|DIFFERENT)|^## What failed' "$report" && fail "something failed: $(cat "$report")"

# Wrong values: a multiplier of Philox in kernels of float64, which opening does not check, and a tool that finds
# something. The other programs are not asked again.
mkdir -p "$scratch/build/bench/gpu" "$scratch/build/tests/cuda"
ln -s "$build_dir/glorand" "$scratch/build"
for program in test_cpu cuda/test_cuda_device; do
    ln -s "$(type -P true)" "$scratch/build/tests/$program"
done
for program in tests/hashes bench/gpu/glorand-gpu-bench; do
    python3 - "$build_dir/$program" "$scratch/build/$program" <<'CHANGE'
import os, pathlib, re, sys
image = pathlib.Path(sys.argv[1]).read_bytes()
kernels = re.compile(rb"\.entry \w*f64\w*\(.*?\n}\n", re.DOTALL)
changed = kernels.sub(lambda kernel: kernel[0].replace(b"-766435501", b"-766435503"), image)
assert changed != image and len(changed) == len(image)
pathlib.Path(sys.argv[2]).write_bytes(changed)
os.chmod(sys.argv[2], 0o755)
CHANGE
done
run 1 "${with[@]}" FAILING=racecheck TEST_CURAND_STATUS=203 "$proof" --quick --build-dir "$scratch/build" \
    --out "$report"
expect "$report" '^\*\*3 checks failed: see below\.\*\*'
expect "$report" '^\| hashes of .* \| FAILED \| exit status 1: .*float64.*: differs \|'
expect "$report" '^\| compute-sanitizer, racecheck \| FAILED \| exit status 86: .*1 hazard'
expect "$report" '^\| values of what is timed \| FAILED \| exit status 1: .*40 cases timed and equal, 8 different'
expect "$report" '^\| `resample/float64/64KiB` \|.*\| DIFFERENT: other values than the CPU.s from element 0 on \|'
expect "$report" '^\| cuRAND \| left out: its generator cannot be made: status 203 \|'
expect "$report" '^## What failed'
expect "$report" '^\| self-test of the device \| passed '

# No driver, no device, no GPU, no build.
nothing() {
    [[ $said == *"$1"*'nothing was proved'* ]] || fail "not \"$1\", but: $said"
}
run 3 env GLORAND_CUDA_LIBRARY=/nowhere/libcuda.so.1 "$proof" --build-dir "$build_dir"
nothing 'no GPU can be used: no CUDA driver: /nowhere/libcuda.so.1'
run 3 "${with[@]}" PTXSIM_DEVICES=0 "$proof" --build-dir "$build_dir"
nothing 'no GPU can be used: CUDA has no device'
run 3 "${with[@]}" PTXSIM_VERSION=11080 "$proof" --build-dir "$build_dir"
nothing 'the CUDA driver is of version 11.8'
if ! compgen -G '/dev/nv*' >/dev/null && [ ! -e /dev/dxg ]; then
    run 3 env -u GLORAND_CUDA_LIBRARY "$proof"
    nothing 'there is no NVIDIA GPU, or no driver for it'
fi
for tool in bash env awk dirname readlink cat sed grep; do
    ln -s "$(command -v "$tool")" "$scratch/bin/$tool"
done
run 3 env PATH="$scratch/bin" CC=no-compiler GLORAND_CUDA_LIBRARY="$driver" "$proof"
for what in cmake ninja 'a C compiler' 'criterion, with' 'the header xxhash.h' 'install-dependencies.sh test'; do
    nothing "$what"
done

run 2 "$proof" --slow
run 2 "$proof" --out
run 0 "$proof" --help
grep -q -- '--build-dir FOLDER' <<<"$said" || fail "--help says: $said"

[ "$(ls -A "$source_dir")" = "$before" ] || fail "something was left in the tree"
[ -z "$(ls -A "$TMPDIR")" ] || fail "something was left in $TMPDIR: $(ls "$TMPDIR")"
[ -z "$(find "$build_dir" -maxdepth 1 -name 'proof.*')" ] || fail "something was left in the build"

if [ -n "${GLORAND_TEST_LONG:-}" ]; then # the whole way, with its build
    mkdir "$scratch/tree"
    for path in "$source_dir"/*; do
        [ "$(basename "$path")" = build ] || cp -r "$path" "$scratch/tree"
    done
    cd "$scratch/tree"
    run 0 "${with[@]}" bash -c "${commands[0]}"
    report=$scratch/tree/build/gpu-proof/report.md
    expect "$report" '^\| Commit \| unknown \|'
    expect "$report" '^\| TensorFlow.* \| passed \| .*Tested: [1-9]'
    expect "$report" '^\| the command.s files \| passed \| .*Tested: [1-9]'
fi
