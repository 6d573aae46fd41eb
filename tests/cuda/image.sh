#!/bin/bash
# Lints the PTX that ships, inside the fat binary and by itself: which kernels and targets it holds, that every operation
# rounds to nearest even, once, and that nothing flushes, approximates, or spills to a stack that grows.
#
# usage: image.sh FATBIN PORTABLE_PTX ARCHITECTURES
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

kernels="glr_any glr_any_constant glr_any_f64 glr_bounded_any glr_bounded_any_f64 glr_check glr_icdf_packed
glr_normal_packed glr_truncated_packed
glr_uniform_packed glr_index glr_icdf_narrow glr_normal_narrow glr_truncated_narrow glr_uniform_narrow"

# lint FILE TARGETS: looks at the PTX in a file, which is for so many targets.
lint() {
    local text targets kernel operation packed
    # The texts lie in the file as they are; machine code between them has no such lines.
    text=$(tr -d '\000' <"$1" | LC_ALL=C grep -aE '^[[:print:][:space:]]*$')
    targets=$(grep -oE '^\.target sm_[0-9]+' <<<"$text" | sort -u | wc -l)
    [ "$(grep -cE '^\.target sm_' <<<"$text")" -eq "$targets" ] || fail "a target is there twice"
    grep -qE '^\.target sm_75\b' <<<"$text" || fail "no PTX for the oldest devices"
    [ "$targets" -eq "$2" ] || fail "PTX for $targets targets, not for $2"
    for kernel in $kernels; do
        [ "$(grep -cE "^\.visible \.entry $kernel\(" <<<"$text")" -eq "$targets" ] || fail "$kernel is not in each PTX"
    done
    [ "$(grep -cE '^\.visible \.entry ' <<<"$text")" -eq $((targets * $(wc -w <<<"$kernels"))) ] || fail "further kernels"

    if grep -nE '\.(approx|ftz|full|sat)\b|\b(ex2|lg2|sin|cos|rcp|rsqrt|tanh|div|mad)\.[a-z.]*f(16|32|64)' <<<"$text"; then
        fail "approximate, flushing or contracted operations"
    fi
    if grep -nE '\b(add|sub|mul|fma|sqrt)(\.[a-z]+)*\.f(32|64)\b' <<<"$text" | grep -vE '\b(add|sub|mul|fma|sqrt)\.rn\.f(32|64)\b'; then
        fail "operations that do not round to nearest even, or that ptxas may contract"
    fi
    for operation in fma.rn.f32 mul.rn.f32 add.rn.f32 sqrt.rn.f32 fma.rn.f64 st.global.v4; do
        grep -qF "$operation" <<<"$text" || fail "no $operation at all"
    done
    packed=$(sed -n '/\.entry glr_[a-z]*_\(packed\|narrow\)(/,/^}/p' <<<"$text")
    if grep -nE '\.f64\b|\.local\b' <<<"$packed"; then
        fail "double arithmetic or local memory in kernels that need neither"
    fi
    echo "$targets targets, $(grep -cE '^[[:space:]]*(@!?%p[0-9]+[[:space:]]+)?[a-z][a-z0-9._]*[[:space:]].*;' <<<"$text") instructions"
}

targets=2 # the oldest devices and the newest
[ "$3" != 75 ] || targets=1
lint "$1" "$targets"
lint "$2" 1
version=$(sed -n 's/^\.version \([0-9]*\)\.\([0-9]*\)$/\1\2/p' "$2")
[ "$version" -le 80 ] || fail "drivers of CUDA 12.0 read PTX 8.0, and not $version"
