#!/bin/bash
# The command where threads or memory are short: it writes the right file, or fails with a message and leaves none.
#
# usage: command_limits.sh BUILD_DIR COMMAND HOST_LIMITED
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

make_scratch "$1"
limited=$3
cp "$2" "$scratch/glorand" # where another user may run it
chmod 755 "$scratch"
mkdir "$scratch/out"
chmod 777 "$scratch/out"
cd "$scratch/out"
glorand=../glorand
fill=(fill -i he_normal -s 1 -n '1000,2000')
"$glorand" "${fill[@]}" -o ../expected.safetensors --threads 1

successes=0 failures=0
# Runs the command by the others of its arguments, and looks at what it leaves.
expect() {
    local name=$1 status=0
    shift
    "$@" "$glorand" "${fill[@]}" -o w.safetensors --threads 8 >log 2>&1 || status=$?
    case $status in
    0)
        cmp w.safetensors ../expected.safetensors || fail "$name: another file"
        "$@" "$glorand" verify w.safetensors >log 2>&1 || grep -q . log || fail "$name: verify gives no message"
        successes=$((successes + 1))
        ;;
    1 | 127)
        # 127: the C library's loader
        if [ "$status" -eq 127 ] && ! grep -q 'loading shared libraries' log; then
            fail "$name: exit status 127: $(cat log)"
        fi
        [ -s log ] || fail "$name: no message"
        [ ! -e w.safetensors ] || fail "$name: failed, and left a file"
        failures=$((failures + 1))
        ;;
    77)
        cat log
        return
        ;;
    *) fail "$name: exit status $status: $(cat log)" ;;
    esac
    rm -f w.safetensors log
    [ -z "$(ls -A)" ] || fail "$name: left $(ls -A)"
}

# Shell builtins cannot be given to expect as they are.
with_memory() {
    (
        ulimit -v "$1"
        "${@:2}"
    )
}
with_stack() {
    (
        ulimit -s "$1"
        "${@:2}"
    )
}

for processes in 1 2 3 8; do
    expect "$processes processes" "$limited" "$processes"
done
for ((kilobytes = 8000; kilobytes <= 112000; kilobytes += 8000)); do
    # Less than the shell itself needs shows nothing.
    if with_memory "$kilobytes" "$glorand" --version >log 2>&1; then
        expect "$kilobytes KB of memory" with_memory "$kilobytes"
    fi
    rm -f log
done
for kilobytes in 64 128 unlimited; do
    expect "$kilobytes KB of stack" with_stack "$kilobytes"
done
for variable in OMP_NUM_THREADS=100000 OMP_NUM_THREADS=-1 OMP_STACKSIZE=64k OMP_PROC_BIND=true OMP_THREAD_LIMIT=1; do
    expect "$variable" env "$variable"
done
[ "$successes" -ge 10 ] || fail "only $successes successes"
echo "$successes successes, $failures failures with a message"
