#!/bin/bash
# tools/search_icdf.c, too slow to find something here: it compiles without a warning, and runs.
#
# usage: search_icdf.sh SOURCE_DIR BUILD_DIR COMPILER
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

make_scratch "$2"
"$3" -std=c11 -D_XOPEN_SOURCE=700 -O2 -ffp-contract=off -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror \
    -o "$scratch/search_icdf" "$1/tools/search_icdf.c" -lm
status=0
"$scratch/search_icdf" 12 8 2>"$scratch/progress" || status=$?
[ "$status" -le 1 ] || fail "exit status $status"
grep 'with rounding' "$scratch/progress" || fail "no structure was fitted"
