#!/bin/bash
# Looks through PTX for what would make its values depend on ptxas or on the GPU: operations that it may contract
# because they name no rounding, approximate ones, and those that flush subnormal numbers to 0.
#
# usage: lint_ptx.sh FILE...    files of PTX, or fat binaries that hold it uncompressed
set -euo pipefail

fail() {
    echo "lint_ptx.sh: $1" >&2
    exit 1
}

# Lines of FILE with an instruction in them that matches; a fat binary's machine code holds no such lines.
instructions() {
    grep -a -nE "^[[:space:]]*(@!?%p[0-9]+[[:space:]]+)?$2" "$1"
}

for file in "$@"; do
    instructions "$file" '(fma|mul|add)\.' >/dev/null || fail "$file: no PTX in it"
    if instructions "$file" '[a-z0-9.]*\.(approx|ftz|full|sat)\b'; then
        fail "$file: approximate, flushing or saturating operations"
    fi
    # .rn is the only rounding that is allowed; integers are rounded by cvt.rni and its like.
    if instructions "$file" '(add|sub|mul|mad|fma|div|rcp|sqrt)\.(r[zmp]\.)?f(16|16x2|32|32x2|64)\b' ||
        instructions "$file" 'cvt\.(r[zmp]\.)?(f32|f64)\.[us](8|16|32|64)\b' ||
        instructions "$file" 'cvt\.(r[zmp]\.)?f32\.f64\b'; then
        fail "$file: operations without .rn, which ptxas may contract or which round otherwise"
    fi
    # A library's functions and calls of any kind.
    if instructions "$file" '(call|ex2|lg2|sin|cos|tanh|rsqrt)\b'; then
        fail "$file: calls, or functions that only approximate"
    fi
done
