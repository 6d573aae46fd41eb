#!/bin/bash
# Hosts that use OpenMP, with gcc's runtime, clang's, and both in one process; and that the library and the command
# need none, and load none.
#
# usage: openmp.sh SOURCE_DIR BUILD_DIR LIBRARY HOST_LIMITS [COMMAND]
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

source=$1/tests/host library=$3 filler=$4 command=${5:-}
need readelf
for file in "$library" ${command:+"$command"}; do
    if readelf -d "$file" | grep -E 'NEEDED.*lib(g|i)?omp'; then
        fail "$file needs an OpenMP runtime"
    fi
done

make_scratch "$2"
flags=(-std=c11 -O2 -D_GNU_SOURCE -I "$1/include")
link=("$library" "-Wl,-rpath,$(dirname "$library")" -ldl -lpthread)
compilers=()
for compiler in gcc clang; do
    command -v "$compiler" >/dev/null || continue
    "$compiler" -fopenmp -shared -fPIC "${flags[@]}" "$source/openmp_region.c" -o "$scratch/$compiler.so" \
        2>"$scratch/log" || continue
    "$compiler" -fopenmp "${flags[@]}" "$source"/{openmp,creations,draw,support}.c -o "$scratch/$compiler" "${link[@]}" \
        2>"$scratch/log" || continue
    compilers+=("$compiler")
done
[ ${#compilers[@]} -gt 0 ] || skip "no compiler has an OpenMP runtime"
"${compilers[0]}" "${flags[@]}" "$source"/{openmp_beside,creations,draw,support}.c -o "$scratch/beside" "${link[@]}"

# Runtimes that a process has loaded after a fill: the loader names each file.
LD_DEBUG=files LD_DEBUG_OUTPUT=$scratch/loaded "$filler" --fill 1024
if [ -n "$command" ]; then
    LD_DEBUG=files LD_DEBUG_OUTPUT=$scratch/loaded "$command" fill -i he_normal -s 1 -n 1000,1000 -o "$scratch/w.npy"
fi
grep -qF libglorand "$scratch"/loaded.* || fail "the loader named no file"
if grep -hE 'file=[^ ]*lib(g|i)?omp' "$scratch"/loaded.*; then
    fail "an OpenMP runtime was loaded"
fi

for compiler in "${compilers[@]}"; do
    # More processors than there may be: a fill would take threads if it could.
    for threads in 2 4; do
        OMP_NUM_THREADS=$threads "$scratch/$compiler" || fail "$compiler's runtime, $threads threads"
        "$scratch/beside" "$scratch/$compiler.so" || fail "$compiler's runtime in a library, $threads threads"
    done
    for other in "${compilers[@]}"; do
        [ "$other" = "$compiler" ] || "$scratch/$compiler" "$scratch/$other.so" ||
            fail "$compiler's runtime beside $other's"
    done
done
echo "the runtimes of ${compilers[*]}"
