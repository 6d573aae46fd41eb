#!/bin/bash
# The library and the command in locales with another decimal point, one of two bytes, and other upper cases: what
# they print and read is as in the C locale.
#
# usage: locales.sh BUILD_DIR HOST_LOCALES [COMMAND]
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

need localedef
make_scratch "$1"
program=$2 command=${3:-}
locales=(tr_TR.UTF-8 de_DE.UTF-8 ps_AF.UTF-8)
for name in "${locales[@]}"; do
    # It warns of what the sources leave out, and says so by its status.
    localedef -i "${name%.*}" -f UTF-8 "$scratch/$name" >"$scratch/log" 2>&1 || true
    [ -f "$scratch/$name/LC_CTYPE" ] || skip "the sources of $name are not installed"
done
export LOCPATH=$scratch
"$program" "${locales[@]}"
[ -n "$command" ] || exit 0

constant='{"class_name": "Constant", "config": {"value": 2.5}}'
scaled='{"class_name": "VarianceScaling", "config": {"scale": 0.5, "mode": "FAN_IN", "distribution": "UNIFORM"}}'
# All that the command prints in a locale, with the file's bytes.
print_all() {
    (
        export LC_ALL=$1
        cd "$scratch"
        "$command" fill -i "$constant" -n 3 -o w.safetensors && cat w.safetensors &&
            "$command" stats w.safetensors && "$command" stats w.safetensors --json &&
            "$command" fill -i "$scaled" -s 1234567890123456789 -n 4,4 -o w.safetensors && cat w.safetensors &&
            "$command" verify w.safetensors && "$command" devices --json &&
            ! "$command" fill -i '{"class_name": "Constant", "config": {"value": 2,5}}' -n 3 -o none.npy
    ) 2>&1
}
print_all C >"$scratch/expected" || fail "in C: $(cat "$scratch/expected")"
for name in "${locales[@]}"; do
    print_all "$name" >"$scratch/given" || fail "in $name: $(cat "$scratch/given")"
    cmp "$scratch/expected" "$scratch/given" || fail "in $name: $(diff -a "$scratch/expected" "$scratch/given")"
done
echo "${#locales[@]} locales by the command"
