#!/bin/bash
# The bundle of scripts/gpu-proof.sh: its contents, and that it runs by the stand-in for the driver in a root that has
# bash, coreutils and glibc and nothing else. A changed kernel, a missing file, an older glibc, a run that is cut off.
#
# usage: gpu_bundle.sh SOURCE_DIR BUILD_DIR DRIVER
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

source_dir=$1
build_dir=$2
driver=$3
need patchelf strip objdump readelf python3 dpkg-query unshare chroot
[ "$(id -u)" -eq 0 ] || skip "this takes the rights of root"
unshare --mount --pid --net --fork true 2>/dev/null || skip "root lacks the rights to make namespaces here"
make_scratch "$build_dir"
root=$scratch/root

# ---- The root ----

# copy FILE...: copies files to the same places, and the libraries that they need.
copy() {
    cp -L --parents -t "$root" "$@"
    copy_libraries "$@"
}

copy_libraries() {
    local file
    for file in "$@"; do
        { ldd "$file" 2>/dev/null || true; } | sed -nE 's/.*(=> |^[[:space:]]+)(\/[^ ]+) \(0x.*/\2/p'
    done | sort -u | xargs -r -n 1 cp -L --parents -t "$root"
}

# Programs of bash and coreutils, glibc's libraries, and the stand-in as the driver.
make_root() {
    local programs libraries
    mkdir -p "$root"/{usr/bin,usr/lib,usr/lib64,usr/sbin,tmp,proc,dev,driver}
    ln -s usr/bin usr/lib usr/lib64 usr/sbin "$root"
    mapfile -t programs < <(dpkg-query -L bash coreutils | grep -E '^(/usr)?/s?bin/[^/]+$' | sort -u)
    mapfile -t libraries < <(dpkg-query -L libc6 | grep -E '^(/usr)?/lib.*\.so(\.[0-9]+)*$' | sort -u)
    copy "${programs[@]}" "${libraries[@]}"
    cp -L "$driver" "$root/driver/libcuda.so.1"
    copy_libraries "$driver"
}

# in_root WANTED COMMAND...: runs a command in the root without a network, and expects an exit status. Sets `said`.
in_root() {
    local wanted=$1 status=0
    shift
    # shellcheck disable=SC2016 # the inner shell expands these
    said=$(unshare --mount --pid --net --fork --kill-child bash -euc '
        root=$1
        shift
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        exec chroot "$root" "$@"
    ' in_root "$root" /usr/bin/env -i PATH=/usr/bin GLORAND_CUDA_LIBRARY=/driver/libcuda.so.1 "$@" 2>&1 </dev/null) ||
        status=$?
    [ "$status" -eq "$wanted" ] || fail "$*: exit status $status, not $wanted: $said"
}

# expect PATTERN: the report has a line like this.
expect() {
    grep -qE -- "$1" "$root/tmp/report.md" || fail "no line like \"$1\" in: $(cat "$root/tmp/report.md")"
}

# After a change of the bundle that is meant to go unnoticed until the programs run.
sum_again() { (cd "$root/bundle" && rm SHA256SUMS && find . -type f -exec sha256sum {} + >"$scratch/sums" && cp "$scratch/sums" SHA256SUMS); }

ample=1200 # seconds for a proof, of which --quick has 90 by itself: other programs run beside the tests

run_proof() { in_root "$1" /bundle/gpu-proof.sh --out /tmp/report.md "${@:2}"; }

# ---- What is packed ----

bundle=$scratch/glorand-gpu-proof.tar.gz
"$source_dir/scripts/gpu-proof.sh" --bundle "$bundle" --build-dir "$build_dir"
[ "$(stat -c %s "$bundle")" -le $((48 << 20)) ] || fail "the bundle has more than 48 MiB"
make_root
tar -xf "$bundle" -C "$scratch"
mv "$scratch/glorand-gpu-proof" "$root/bundle"
for file in "$root"/bundle/{bin,lib}/*; do
    # shellcheck disable=SC2016 # the loader expands it
    readelf -d "$file" | grep -qF 'Library rpath: [$ORIGIN/../lib]' || fail "${file##*/} does not find its libraries"
    ! readelf -S "$file" | grep -qE '\.debug_|\.symtab' || fail "${file##*/} is not stripped"
done
for file in glorand libcriterion3 libssl3 packages; do
    [ -s "$root/bundle/licences/$file" ] || fail "no licence of $file"
done
! grep -rqF "$source_dir" "$root"/bundle/{facts,README,gpu-proof*} || fail "the bundle names a folder of this machine"

# ---- It runs ----

run_proof 0 --seconds "$ample"
echo "$said" | tail -n 1
expect '^\*\*NO GPU WAS THERE\.'
expect '^All [0-9]+ checks that ran passed; '
expect "^\\| time of the proof \\| measured \\| [0-9]+ s of $ample s \\|"
expect '^176 cases equal, 0 different, 0 skipped, 0 left out$'
expect '^\| hashes, as a driver of CUDA 12\.0 gets the kernels \| passed \|'
expect '^\| arrays of Python \| skipped \| there is no Python: python3 \|'
expect '^\| loading the portable PTX \| [0-9.]+ \| [0-9.]+ \|'
[ "$(ls -A "$root/tmp")" = report.md ] || fail "something was left behind: $(ls -A "$root/tmp")"

# Too little time.
run_proof 4 --quick --seconds 6
expect '^\*\*INCOMPLETE\. [0-9]+ checks were left out or cut short, as the 6 s were over\.\*\*'
expect "^\\| the command's files \\| left out \\| the 6 s were over \\|"

# Cut off after its first row, so that nothing can be said any more; and interrupted.
# shellcheck disable=SC2016 # the shell in the root expands these
begun='rm -f /tmp/report.md; /bundle/gpu-proof.sh --quick --out /tmp/report.md &
    until [[ -e /tmp/report.md && $(</tmp/report.md) == *"self-test of the device | passed"* ]]; do sleep 0.2; done'
in_root 137 bash -c "$begun; kill -KILL \$!; wait \$!"
expect '^\*\*UNFINISHED\. This run was cut off, or is still going on\.'
expect '^\| self-test of the device \| passed \|'
in_root 130 bash -c "$begun; kill -TERM \$!; wait \$!"
expect '^\*\*UNFINISHED\. It was interrupted \(SIGTERM\)\.'
rm -rf "$root"/tmp/*

# ---- Systems that cannot run it ----

nothing() { [[ $said == *"$1"*'nothing was proved'* ]] || fail "not \"$1\", but: $said"; }
cp "$root/bundle/facts" "$scratch/facts"
sed -i 's/^glibc .*/glibc 99.1/' "$root/bundle/facts"
run_proof 3
nothing 'this system has glibc '
nothing '; 99.1 is needed'
sed -i 's/^machine .*/machine m68k/' "$root/bundle/facts"
run_proof 3
nothing 'this bundle is for m68k, and this machine is '
cp "$scratch/facts" "$root/bundle/facts"
in_root 3 env GLORAND_CUDA_LIBRARY=/nowhere/libcuda.so.1 /bundle/gpu-proof.sh
nothing 'no GPU can be used: no CUDA driver: /nowhere/libcuda.so.1'
in_root 2 /bundle/gpu-proof.sh --build-dir /tmp
in_root 2 /bundle/gpu-proof.sh --bundle /tmp/b.tar.gz
in_root 2 /bundle/gpu-proof.sh --seconds 0
in_root 0 /bundle/gpu-proof.sh --help

# A missing file and a changed one are named.
mv "$root/bundle/data/hashes.txt" "$scratch/hashes.txt"
run_proof 3
nothing 'data/hashes.txt: FAILED open or read'
sed 's/0/1/' "$scratch/hashes.txt" >"$root/bundle/data/hashes.txt"
run_proof 3
nothing 'data/hashes.txt: FAILED'
cp "$scratch/hashes.txt" "$root/bundle/data/hashes.txt"
mv "$root/bundle/lib/libcriterion.so.3" "$scratch"
run_proof 3
nothing 'lib/libcriterion.so.3: FAILED open or read'

# Without it, nothing that is drawn differs, but tests cannot run.
sum_again
run_proof 1 --quick --seconds "$ample"
expect '^\| parts of tensors \| FAILED \| exit status 127: .*libcriterion\.so\.3'
mv "$scratch/libcriterion.so.3" "$root/bundle/lib"

# ---- A changed kernel ----

# A multiplier of Philox in kernels of float64, which the check at opening does not draw by.
for program in "$root"/bundle/bin/{hashes,test_cpu,test_cuda_device,glorand-gpu-bench} "$root"/bundle/lib/libglorand.so.*; do
    python3 - "$program" <<'CHANGE'
import pathlib, re, sys
program = pathlib.Path(sys.argv[1])
image = program.read_bytes()
kernels = re.compile(rb"\.entry \w*f64\w*\(.*?\n}\n", re.DOTALL)
changed = kernels.sub(lambda kernel: kernel[0].replace(b"-766435501", b"-766435503"), image)
assert changed != image and len(changed) == len(image)
program.write_bytes(changed)
CHANGE
done
sum_again
run_proof 1 --quick --seconds "$ample"
expect '^\*\*[0-9]+ checks failed: see the end\.\*\*'
expect '^\| hashes of fills \| FAILED \| exit status 1: .*float64.*: differs'
expect '^\| memory that is refused \| passed \|'
expect '^\| kernels, dtypes, layouts and conditions \| FAILED \| exit status 1: [0-9]+ cases equal, [1-9]'
expect '^element [0-9]+: drawn 0x[0-9a-f]+, expected 0x[0-9a-f]+$'
expect '^  candidates .* \(taken\)'
expect '^kernel glr_any_f64, [0-9]+ blocks of 128 threads; Stand-in 0, compute capability 12\.0, driver of CUDA 13\.0$'
expect '^fat binary, machine code of the library; code for sm_[0-9]+ from PTX for compute_[0-9]+$'
"$source_dir/tests/cuda/check_explanations.py" "$root/tmp/report.md" || fail "an explanation is wrong"
