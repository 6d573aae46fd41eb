#!/bin/bash
# scripts/abi.sh notices what it must: a part of the library is compiled, written down, changed in one place, compiled
# again and compared.
#
# usage: changes.sh SOURCE_DIR BUILD_DIR COMPILER
# shellcheck disable=SC2016 # a dollar sign is the last line in sed
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

source_dir=$1
compiler=$3
need abidiff abidw readelf
make_scratch "$2"
soname=libglorand.so.7.1
library=$scratch/libglorand.so.7.1.2
sources=(api/device.c api/fill.c api/initializer.c api/tensor.c)
if "$compiler" -E -include CL/cl.h -DCL_TARGET_OPENCL_VERSION=300 -x c /dev/null >/dev/null 2>&1; then
    sources+=(opencl/fill.c)
fi

# Makes $scratch/$1 a fresh copy of what is compiled.
copy() {
    rm -rf "${scratch:?}/$1"
    mkdir "$scratch/$1"
    cp -r "$source_dir/include" "$source_dir/src" "$source_dir/scripts" "$scratch/$1"
}

# Compiles the sources in $scratch/$1 with further options.
compile() {
    local src=$scratch/$1/src
    "$compiler" -std=c11 -D_XOPEN_SOURCE=700 -shared -fPIC -fvisibility=hidden -w -g -Wl,-soname,$soname \
        -I "$scratch/$1/include" -I "$src" "${sources[@]/#/$src/}" -o "$library" "${@:2}"
}

# Ends the test unless the library, as compiled, passes ($1 is 0) or fails (1) with $2 in the output.
expect() {
    local status=0 said
    said=$("$source_dir/scripts/abi.sh" "$library" "$scratch/7.1.2.abi" "$scratch/report" "${@:3}" 2>&1) || status=$?
    [ "$status" -eq "$1" ] || fail "$change: exit status $status, not $1: $said"
    [[ $said == *"$2"* ]] || fail "$change: '$2' is not in: $said"
}

# Changes the sources, the files in $1, by the sed command $2, and compiles.
change() {
    change="$1, $2"
    copy tree
    local file
    for file in $1; do
        sed -i "$2" "$scratch/tree/$file"
        ! cmp -s "$scratch/tree/$file" "$source_dir/$file" || fail "$change: changes nothing in $file"
    done
    compile tree
}

copy tree
compile tree
touch "$scratch/7.0.0.abi"
"$source_dir/scripts/abi.sh" --update "$library" "$scratch" >/dev/null
[ "$(cd "$scratch" && echo *.abi)" = 7.1.2.abi ] || fail "an older dump stays: $(cd "$scratch" && echo *.abi)"
change="nothing"
expect 0 "$soname is as in"

# The same dump wherever it is made.
copy elsewhere
compile elsewhere
mkdir "$scratch/again"
"$source_dir/scripts/abi.sh" --update "$library" "$scratch/again" >/dev/null
cmp "$scratch/7.1.2.abi" "$scratch/again/7.1.2.abi" || fail "the dump depends on the folder"

# No part of the interface.
change src/backend.h 's/^    const glr_backend \*backend;/&\n    int more;/'
expect 0 'is as in'
change src/api/device.c '$aint glr_more(void);\nint glr_more(void) { return 0; }'
expect 0 'is as in'

change include/glorand/glorand.h 's/^    int64_t first; /    int32_t first; /'
expect 1 "'int64_t first'"
change include/glorand/glorand.h 's/^    uint32_t reserved\[5\]; /    uint32_t reserved[6]; /'
expect 1 "to 'uint32_t[6]'"
change include/glorand/glorand.h 's/^    GLR_ERROR_UNSEEDED = 10/    GLR_ERROR_UNSEEDED = 11/'
expect 1 UNSEEDED
change src/api/device.c '/^glr_status glr_sync(/,/^}/d'
expect 1 "{glr_sync}"
expect 0 'is as in' '^glr_sync$' # as one that this build leaves out
change src/api/device.c '$aGLR_API int glr_more(void);\nint glr_more(void) { return 0; }'
expect 1 '{glr_more}'
change "include/glorand/glorand.h src/api/initializer.c" 's/glr_constant(double value)/glr_constant(float value)/'
expect 1 "from 'double' to 'float'"
if [[ ${sources[*]} == *opencl* ]]; then
    change include/glorand/opencl.h 's/uint64_t offset;/uint32_t offset;/'
    expect 1 glr_opencl_memory
fi

# With another soname, every difference is right, and is told.
soname=libglorand.so.7.2
change src/api/device.c '/^glr_status glr_sync(/,/^}/d'
expect 0 '{glr_sync}'
expect 0 "so does the soname: libglorand.so.7.2, not libglorand.so.7.1"
grep -q '{glr_sync}' "$scratch/report" || fail "the report is not kept"

copy tree
compile tree
change="another soname"
expect 0 'libglorand.so.7.2 is as in'

soname=libglorand.so.7.1
compile tree -g0
change="no debug information"
expect 1 'has no debug information'
