#!/bin/bash
# Holds lint_ptx.sh against lines that it must and must not object to.
set -euo pipefail

fail() {
    echo "failed: $1" >&2
    exit 1
}

lint=$(dirname "${BASH_SOURCE[0]}")/../lint/lint_ptx.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Whether the lint takes a file with the line in it.
takes() {
    printf '\tadd.s32 \t%%r1, %%r2, %%r3;\n\t%s\n' "$1" >"$scratch/line.ptx"
    "$lint" "$scratch/line.ptx" >/dev/null 2>&1
}

while read -r line; do
    takes "$line" || fail "it objects to: $line"
done <<'END'
add.rn.f32 	%f1, %f2, %f3;
fma.rn.f64 	%fd1, %fd2, %fd3, %fd4;
@%p1 mul.rn.f32 	%f1, %f2, %f3;
sqrt.rn.f32 	%f1, %f2;
cvt.rn.f32.s32 	%f1, %r1;
cvt.rzi.s32.f32 	%r1, %f1;
mad.lo.s32 	%r1, %r2, %r3, %r4;
// sin.approx.f32 in a comment
END

while read -r line; do
    takes "$line" && fail "it does not object to: $line"
done <<'END'
add.f32 	%f1, %f2, %f3;
sub.f64 	%fd1, %fd2, %fd3;
@!%p1 mul.f32 	%f1, %f2, %f3;
mul.rn.ftz.f32 	%f1, %f2, %f3;
add.ftz.f32 	%f1, %f2, %f3;
fma.rz.f32 	%f1, %f2, %f3, %f4;
mad.f32 	%f1, %f2, %f3, %f4;
sqrt.approx.f32 	%f1, %f2;
div.full.f32 	%f1, %f2, %f3;
sin.approx.f32 	%f1, %f2;
cvt.rz.f32.s32 	%f1, %r1;
cvt.rp.f32.f64 	%f1, %fd1;
add.rn.sat.f32 	%f1, %f2, %f3;
call.uni 	__nv_sinf, (param0);
END

printf 'no PTX\n' >"$scratch/none.ptx"
! "$lint" "$scratch/none.ptx" 2>/dev/null || fail "it takes a file without PTX"
