#!/bin/bash
# Runs the commands of README.md, in a copy of the folder with nothing around it: they print what the README says. Then
# the project that it shows is built beside the copy, and its lists are compared with the source.
#
# usage: check_readme.sh COMPILER
set -euo pipefail

fail() {
    echo "failed: $1" >&2
    exit 1
}

# One of the README's commands is ctest.
[ -z "${PTXSIM_IN_README:-}" ] || { echo "skipped: the README's commands are being run" && exit 77; }
export PTXSIM_IN_README=1

folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
compiler=$(command -v "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/bin" "$scratch/own/ptxsim"
ln -s "$compiler" "$scratch/bin/cc"
export CC=$compiler PATH=$scratch/bin:$PATH
unset CFLAGS LDFLAGS
tar -C "$folder" --exclude=./build --exclude='./.*' -c . | tar -C "$scratch/own/ptxsim" -x

# Compares two lists, one item a line in any order.
same() {
    diff <(sort -u <<<"$2") <(sort -u <<<"$3") || fail "$1: the README and the source differ"
}

cd "$scratch/own/ptxsim"
variables=$(grep -oh '"PTXSIM_[A-Z_]*"' driver/*.c | tr -d '"')
same variables "$(sed -n 's/^| .\(PTXSIM_[A-Z_]*\). |.*/\1/p' README.md)" "$variables"
same "variables in ptxsim.h" "$(sed -n 's/^ \*   \(PTXSIM_[A-Z_]*\) .*/\1/p' driver/ptxsim.h)" "$variables"
faults=$(sed -n '/^typedef enum ptx_fault/,/^}/s/^ *\(PTX_[A-Z_]*\).*/\1/p' ptx/ptx.h | grep -v PTX_FINE)
same faults "$(grep -o '\bPTX_[A-Z_]*' README.md)" "$faults"
same folders "$(sed -n 's/^| .\([a-z]*\)\/. |.*/\1/p' README.md && echo example)" "$(printf '%s\n' */ | tr -d /)"

# Each ```sh block is run; a ```text block is what the one before it prints.
awk -v to="$scratch" '
    /^```$/ { close(file); file = ""; next }
    /^```sh/ { file = sprintf("%s/%02d.sh", to, ++n); next }
    /^```text/ { file = sprintf("%s/%02d.text", to, n); next }
    /^```cmake/ { file = to "/own/CMakeLists.txt"; next }
    file { print > file }' README.md
for block in "$scratch"/[0-9]*.sh; do
    bash -eu "$block" >"$scratch/out" 2>&1 || [ -f "${block%.sh}.text" ] || {
        cat "$scratch/out"
        fail "$(cat "$block")"
    }
    sed -i 's/0x[0-9a-f]*/0x.../' "$scratch/out"
    [ ! -f "${block%.sh}.text" ] || diff "${block%.sh}.text" "$scratch/out" || fail "$(cat "$block")"
done

cmake -S "$scratch/own" -B "$scratch/own/build" >/dev/null
cmake --build "$scratch/own/build" --parallel >/dev/null
ctest --test-dir "$scratch/own/build" --output-on-failure --no-tests=error >"$scratch/out" || {
    cat "$scratch/out"
    fail "the project in the README"
}
