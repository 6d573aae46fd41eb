#!/bin/bash
# scripts/gpu-proof.sh by the stand-in for the driver, from a checkout: the commands of docs/gpu-proof.md, a report that
# says that no GPU was there, failures, missing things and bad options. The tree stays as it was.
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
need python3 patchelf strip objdump readelf dpkg-query
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

report=$scratch/report.md
expect() {
    grep -qE -- "$1" "$report" || fail "no line like \"$1\" in: $(cat "$report")"
}

# NVIDIA's tool: runs what it is given, and finds nothing.
cat >"$scratch/bin/sanitizer" <<'TOOL'
#!/bin/bash
"${@:5}" && echo "========= ERROR SUMMARY: 0 errors"
TOOL
chmod +x "$scratch/bin/sanitizer"
with=(env GLORAND_CUDA_LIBRARY="$driver" GLORAND_BENCH_CURAND="$curand" COMPUTE_SANITIZER="$scratch/bin/sanitizer")

# The commands of the page, with this build, and with files in a folder of this test.
mapfile -t commands < <(awk '/^```/ { inside = !inside && /^```sh$/; next } inside' "$source_dir/docs/gpu-proof.md" |
    sed "s|build/release|'$build_dir'|; s|build/glorand|'$scratch'/glorand|g; s|build/report\\.md|'$report'|; s|-C build$|-C '$scratch'|")
[ ${#commands[@]} -eq 4 ] || fail "docs/gpu-proof.md has other commands"
cd "$source_dir"
run 0 "${with[@]}" bash -c "${commands[0]} --build-dir '$build_dir'"
run 0 bash -c "${commands[1]}"
ample=(--seconds 1200) # of which --quick has 90 by itself: other programs run beside the tests
run 0 "${with[@]}" bash -c "${commands[2]} ${ample[*]}"
expect '^\*\*NO GPU WAS THERE\.'
rm "$report"
run 0 "${with[@]}" bash -c "${commands[3]} ${ample[*]}"

expect '^\*\*NO GPU WAS THERE\.'
expect '^All [0-9]+ checks that ran passed; '
expect '^\| Library \| glorand [0-9]'
expect '^\| GPU \| Stand-in 0 '
expect '^\| self-test of the device \| passed \| cuda .*, 240 cases agree \|'
expect '^\| hashes of fills \| passed \| [0-9]+ cases agree, 0 of float64 refused \|'
expect '^\| hashes, CUDA_FORCE_PTX_JIT=1 \| skipped \|'
expect '^\| hashes, as a driver of CUDA 12\.0 gets the kernels \| passed \|'
expect '^\| streams, .* \| passed \| .*Tested: [1-9]'
expect "^\\| arrays of Python \\| passed \\| the driver's memory: 8 arrays equal; torch skipped: .*; CuPy skipped: .* \\|"
expect '^\| compute-sanitizer, memcheck \| passed \| '
expect '^\| cuRAND \| 10\.2\.3, '
expect '^\| curandGenerateNormal \| float32 \| '
expect '^\| `icdf/float8_e5m2/4KiB/strided` \| [0-9.e-]+ \| [0-9.e-]+ \| [0-9.e-]+ \| [0-9.e-]+ \| [0-9.e-]+ \| equal \|'
[ "$(grep -c '| equal |$' "$report")" -eq 92 ] || fail "not 84 cases are timed and 8 conditions met"
! grep -qE '\| (FAILED|DIFFERENT)|^## Failures' "$report" || fail "something failed: $(cat "$report")"

# A kernel that the check at opening refuses; and cuRAND that fails. The tests are not asked again.
mkdir -p "$scratch/build/bench/gpu" "$scratch/build/tests/cuda"
ln -s "$build_dir/glorand" "$build_dir/CMakeCache.txt" "$scratch/build"
ln -s "$build_dir/tests/cuda/libolder_driver.so" "$scratch/build/tests/cuda"
ln -s "$build_dir/tests/hashes" "$scratch/build/tests"
for program in test_cpu cuda/test_cuda_device; do
    ln -s "$(type -P true)" "$scratch/build/tests/$program"
done
python3 - "$build_dir/bench/gpu/glorand-gpu-bench" "$scratch/build/bench/gpu/glorand-gpu-bench" <<'CHANGE'
import os, pathlib, re, sys
image = pathlib.Path(sys.argv[1]).read_bytes()
kernels = re.compile(rb"\.entry glr_truncated_packed\(.*?\n}\n", re.DOTALL)
changed = kernels.sub(lambda kernel: kernel[0].replace(b"-766435501", b"-766435503"), image)
assert changed != image and len(changed) == len(image)
pathlib.Path(sys.argv[2]).write_bytes(changed)
os.chmod(sys.argv[2], 0o755)
CHANGE
run 1 "${with[@]}" TEST_CURAND_STATUS=203 "$proof" --quick "${ample[@]}" --build-dir "$scratch/build" --out "$report"
expect '^\*\*4 checks failed: see the end\.\*\*'
expect "^\\| kernels, .* \\| FAILED \\| exit status 3: "
expect "^glorand-gpu-bench: error: the CUDA device's check failed: a fill, element 0: 0x[0-9a-f]+ instead of 0x[0-9a-f]+"
expect '^block 0, counter 0x[0-9a-f]{32}: words( 0x[0-9a-f]{8}){4}$'
expect '^## Failures$'
expect '^\| hashes of fills \| passed \|'

# No driver, no device, no GPU, no build, no room.
nothing() {
    [[ $said == *"$1"*'nothing was proved'* ]] || fail "not \"$1\", but: $said"
}
run 3 env GLORAND_CUDA_LIBRARY=/nowhere/libcuda.so.1 "$proof" --build-dir "$build_dir"
nothing 'no GPU can be used: no CUDA driver: /nowhere/libcuda.so.1'
run 3 "${with[@]}" PTXSIM_DEVICES=0 "$proof" --build-dir "$build_dir"
nothing 'no GPU can be used: CUDA has no device'
run 3 "${with[@]}" PTXSIM_VERSION=11080 "$proof" --build-dir "$build_dir"
nothing 'the CUDA driver is of version 11.8; 12.0, which is r525, or newer is needed'
run 3 "${with[@]}" "$proof" --build-dir "$scratch/tmp"
nothing 'a build with tests and CUDA is needed'
run 3 "${with[@]}" TMPDIR=/nowhere "$proof" --build-dir "$build_dir"
nothing 'no temporary folder can be made in /nowhere'
run 3 "${with[@]}" "$proof" --build-dir "$build_dir" --out "$scratch"
nothing 'the report would be a folder'
if ! compgen -G '/dev/nv*' >/dev/null && [ ! -e /dev/dxg ]; then
    run 3 env -u GLORAND_CUDA_LIBRARY "$proof"
    nothing 'there is no NVIDIA GPU, or no driver for it'
fi
for tool in bash env awk dirname readlink cat sed grep mktemp rm; do
    ln -s "$(command -v "$tool")" "$scratch/bin/$tool"
done
run 3 env PATH="$scratch/bin" CC=no-compiler GLORAND_CUDA_LIBRARY="$driver" "$proof"
for missing in cmake ninja 'a C compiler' 'criterion, with' 'the header xxhash.h' 'install-dependencies.sh test'; do
    nothing "$missing"
done
run 3 env PATH="$scratch/bin" "$proof" --bundle "$scratch/none.tar.gz" --build-dir "$build_dir"
nothing 'missing: patchelf'

run 2 "$proof" --slow
run 2 "$proof" --out
run 2 "$proof" --seconds 0
run 2 "$proof" --bundle "$scratch/bundle.zip" --build-dir "$build_dir"
run 0 "$proof" --help
grep -q -- '--build-dir FOLDER' <<<"$said" || fail "--help says: $said"

[ "$(ls -A "$source_dir")" = "$before" ] || fail "something was left in the tree"
[ -z "$(ls -A "$TMPDIR")" ] || fail "something was left in $TMPDIR: $(ls "$TMPDIR")"

if [ -n "${GLORAND_TEST_LONG:-}" ]; then # the whole way, with its build
    mkdir "$scratch/tree"
    for path in "$source_dir"/*; do
        [ "$(basename "$path")" = build ] || cp -r "$path" "$scratch/tree"
    done
    cd "$scratch/tree"
    run 0 "${with[@]}" scripts/gpu-proof.sh --out "$report"
    expect '^\| Commit \| unknown \|'
    expect '^\| TensorFlow.* \| passed \| .*Tested: [1-9]'
    expect "^\\| the command's files \\| passed \\|"
fi
