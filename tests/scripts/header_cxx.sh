#!/bin/bash
# The public headers from C++17: they compile without warnings, and their functions link, by each compiler that
# is there.
#
# usage: header_cxx.sh SOURCE_DIR SHARED_LIBRARY BUILD_DIR [HEADER...]
#
# HEADER is a header beside glorand.h that the library has.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

compilers=()
for compiler in g++ clang++; do
    ! command -v "$compiler" >/dev/null || compilers+=("$compiler")
done
[ ${#compilers[@]} -gt 0 ] || skip "neither g++ nor clang++ is installed"
make_scratch "$3"
printf '#include <glorand/%s>\n' glorand.h "${@:4}" >"$scratch/use.cpp"
cat >>"$scratch/use.cpp" <<'END'

#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

int main()
{
    glr_options options = {0};
    const glr_options defaults = GLR_OPTIONS_INIT;
    options = defaults;
    glr_device *device = nullptr;
    if (glr_open(&options, &device) != GLR_OK) {
        return 1;
    }
    glr_initializer initializer = glr_glorot_normal(42);
    glr_tensor tensor = {0};
    tensor.dtype = GLR_DTYPE_FLOAT32;
    tensor.rank = 1;
    tensor.shape[0] = 10;
    float values[10];
    glr_status status = glr_fill(device, &initializer, &tensor, values, sizeof values);
    glr_close(device);
    return status == GLR_OK ? 0 : 1;
}
END
for compiler in "${compilers[@]}"; do
    "$compiler" -std=c++17 -DCL_TARGET_OPENCL_VERSION=300 -Wall -Wextra -Wpedantic -Wconversion -Werror -I "$1/include" \
        -o "$scratch/use" "$scratch/use.cpp" "$2"
    LD_LIBRARY_PATH=$(dirname "$2") "$scratch/use"
done
