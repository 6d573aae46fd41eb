#!/bin/bash
# Libraries that are loaded in hosts of other kinds, each a mount namespace of its own: `auto` loads nothing where there is no
# GPU's node, and the driver where there is one; without /sys no driver ends the process.
#
# usage: hosts.sh COMMAND OPEN_AUTO BUILD_DIR
#
# OPEN_AUTO is the program built from open_auto.c.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

command=$1
open_auto=$2
need unshare
make_scratch "$3"
unset GLORAND_OPENCL_LIBRARY GLORAND_CUDA_LIBRARY OCL_ICD_VENDORS OCL_ICD_FILENAMES GLORAND_OPENCL_FORCE
export XDG_CACHE_HOME=$scratch

# Runs the shell commands $1, which mount something, then the program, as root of a mount namespace.
within() {
    local mounts=$1
    shift
    # shellcheck disable=SC2016
    unshare --map-root-user --mount bash -euc 'eval "$1"; shift; exec "$@"' bash "$mounts" "$@"
}

within 'mount -t tmpfs none /mnt' true 2>"$scratch/message" || skip "no rights to mount: $(tail -1 "$scratch/message")"

# $1 names the case; the program's lines are in $scratch/loaded.
open_within() {
    echo "$1"
    within "$2" "$open_auto" >"$scratch/loaded" || fail "$1: glr_open fails"
}

# So that the libraries of drivers can be loaded by name, whatever is installed.
dev='mount -t tmpfs none /dev && touch /dev/null /dev/nvidiactl'
open_within "no GPU's node" "$dev"
[ "$(cat "$scratch/loaded")" = cpu ] || fail "auto loads $(cat "$scratch/loaded")"
if [ -e /dev/nvidia0 ] || [ -e /dev/dri ]; then
    echo "This machine has a GPU: no more about drivers."
else
    open_within "a render node" "$dev && mkdir /dev/dri && touch /dev/dri/renderD128"
    grep -q '/libOpenCL\.so\.1$' "$scratch/loaded" || fail "auto loads only $(cat "$scratch/loaded")"
    open_within "a named library" "$dev && export GLORAND_OPENCL_LIBRARY=libOpenCL.so.1"
    grep -q '/libOpenCL\.so\.1$' "$scratch/loaded" || fail "auto loads only $(cat "$scratch/loaded")"
    open_within "an ICD loader's variable" "$dev && export OCL_ICD_VENDORS=/nowhere"
    grep -q '/libOpenCL\.so\.1$' "$scratch/loaded" || fail "auto loads only $(cat "$scratch/loaded")"
fi

# $1 names the case, $2 makes it, $3 is the reason that is told. Errors of the mounts, of what a kernel lacks, skip it.
refuses() {
    echo "$1"
    within "$2" true 2>"$scratch/message" || {
        echo "not here: $(tail -1 "$scratch/message")"
        return 0
    }
    within "$dev; $2" "$command" devices >"$scratch/table" || fail "$1: devices ends with $?"
    grep -Eq "^opencl +0 +no +OpenCL is not loaded: $3" "$scratch/table" || fail "$1: $(cat "$scratch/table")"
    ! within "$dev; $2" "$command" fill -i ones -n 4 -o - --backend opencl 2>"$scratch/message" ||
        fail "$1: OpenCL fills"
    grep -q "^glorand: error: OpenCL is not loaded: $3" "$scratch/message" || fail "$1: $(cat "$scratch/message")"
    within "$dev; $2" "$command" fill -i ones -n 4 --dtype int8 -o - | cmp - <(printf '\1\1\1\1')
    within "$dev; $2; export GLORAND_OPENCL_LIBRARY=/nowhere/a.so" "$command" devices >"$scratch/table"
    grep -Eq "^opencl +0 +no +no OpenCL: /nowhere/a.so" "$scratch/table" || fail "$1, named: $(cat "$scratch/table")"
}

refuses 'an empty /sys' 'mount -t tmpfs none /sys' '/sys has no topology of the processors'
refuses 'no topology' 'mount -t tmpfs none /sys/devices/system/cpu' '/sys has no topology of the processors'
refuses 'no memory node' 'mount -t tmpfs none /sys/devices/system/node' '/sys has no memory node'
refuses 'little data' 'ulimit -d 100000' 'RLIMIT_DATA is less than 128 MiB'
