#!/bin/bash
# Installs glorand into a fresh prefix; builds examples/fill_tensor.c against it with the commands that stand
# at its top (pkg-config, shared and static), and by a CMake project; runs each. Then runs the installed command.
#
# usage: installed_example.sh SOURCE_DIR BUILD_DIR COMPILER
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

source_dir=$1
build_dir=$2
compiler=$3
need cmake ninja pkg-config
make_scratch "$build_dir"
prefix=$scratch/prefix

DESTDIR='' cmake --install "$build_dir" --prefix "$prefix" >/dev/null
library_dir=$(dirname "$(find "$prefix" -name libglorand.so)")
export PKG_CONFIG_PATH=$library_dir/pkgconfig
export LD_LIBRARY_PATH=$library_dir

# The compile lines of the example: `cc` in them is the compiler that built the library.
mkdir "$scratch/bin" "$scratch/work"
ln -s "$compiler" "$scratch/bin/cc"
PATH=$scratch/bin:$PATH
cp "$source_dir/examples/fill_tensor.c" "$scratch/work"
cd "$scratch/work"
grep -E '^ \*     cc ' fill_tensor.c | sed 's/^ \* *//' >lines
[ "$(wc -l <lines)" -eq 2 ] || fail "fill_tensor.c holds $(wc -l <lines) compile lines at its top, not 2"
while read -r line; do
    echo "$line"
    rm -f fill_tensor
    bash -ec "$line"
    if [[ $line == *-static* ]]; then
        LD_LIBRARY_PATH='' ./fill_tensor
    else
        ./fill_tensor
    fi
done <lines

cmake -S "$source_dir/tests/scripts/package" -B project -G Ninja -DCMAKE_C_COMPILER="$compiler" \
    -DCMAKE_PREFIX_PATH="$prefix" -DEXAMPLE="$source_dir/examples/fill_tensor.c" >/dev/null
cmake --build project >/dev/null
for linked in shared static; do
    echo "CMake, $linked"
    "project/fill_tensor_$linked"
done

version=$(pkg-config --modversion glorand)
if [ -x "$prefix/bin/glorand" ]; then
    # It finds its library by itself, from any folder, through a link, and after a move.
    unset LD_LIBRARY_PATH
    mv "$prefix" "$scratch/moved"
    ln -s "$scratch/moved/bin/glorand" "$scratch/bin/glorand"
    cd /
    "$scratch/bin/glorand" --version | grep -F "$version" || fail "the command's version is not $version"
fi
