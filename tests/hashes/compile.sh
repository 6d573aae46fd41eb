#!/bin/bash
# Compiles the library and tests/hashes by one command, without CMake, and lets every kernel
# that this machine can run or emulate draw what the file of hashes holds.
#
# usage: compile.sh SOURCE_DIR BUILD_DIR XXHASH_INCLUDE_DIR COMPILER OPTION...
#
# A compiler for 64-bit ARM makes a static program, which qemu-aarch64 runs.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

source_dir=$1
build_dir=$2
xxhash_dir=$3
compiler=$4
options=("${@:5}")
need "$compiler"

# As cmake/compiler.cmake says it: contraction would change values.
flags=(-std=c11 -D_XOPEN_SOURCE=700 -D_FILE_OFFSET_BITS=64 -ffp-contract=off -fno-math-errno -fopenmp
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
    -I "$source_dir/include" -I "$source_dir/src" -I "$source_dir/tests")
libraries=(-lm)
run=()
case $("$compiler" "${options[@]}" -dumpmachine) in
x86_64-*)
    flags+=(-DGLR_HAVE_X86_KERNELS)
    kernels=(avx512 avx2)
    ;;
aarch64-*)
    flags+=(-DGLR_HAVE_NEON_KERNEL)
    kernels=(neon)
    if [ "$(uname -m)" != aarch64 ]; then
        need qemu-aarch64
        run=(qemu-aarch64)
        libraries+=(-static)
    fi
    ;;
*) kernels=() ;;
esac

make_scratch "$build_dir"
# The header alone: the folder it lies in holds headers of this machine's C library, too.
mkdir "$scratch/include"
ln -s "$xxhash_dir/xxhash.h" "$scratch/include/"
flags+=(-isystem "$scratch/include")

objects=()
for isa in "${kernels[@]}"; do
    # Those of the build; NEON needs none.
    read -ra isa_flags < <(sed -n "s/^ *set(${isa}_flags \(.*\))$/\1/p" "$source_dir/src/CMakeLists.txt") || true
    "$compiler" "${flags[@]}" "${options[@]}" "${isa_flags[@]}" -Wno-psabi \
        -c "$source_dir/src/cpu/kernel_$isa.c" -o "$scratch/$isa.o"
    objects+=("$scratch/$isa.o")
done
# All but the kernels just compiled.
mapfile -t sources < <(find "$source_dir"/src/{api,cpu,model,text} "$source_dir/tests/hashes" \
    "$source_dir/tests/support/any_fill.c" -name '*.c' \
    ! -name 'kernel_avx*.c' ! -name kernel_neon.c ! -name choose_emulated.c)
"$compiler" "${flags[@]}" "${options[@]}" "${sources[@]}" "${objects[@]}" "${libraries[@]}" -o "$scratch/hashes"

for isa in plain "${kernels[@]}"; do
    echo "$isa:"
    status=0
    GLORAND_ISA=$isa "${run[@]}" "$scratch/hashes" "$source_dir/tests/data/hashes.txt" |
        sed 's/^skipped: /left out: /' || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 77 ] || fail "by $isa"
done
