#!/bin/bash
# Holds that ptxsim knows nothing of glorand: its own test builds a copy that has nothing around it, so here only names.
#
# usage: ptxsim_apart.sh SOURCE_DIR
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

cd "$1/tools/ptxsim"
[ -f README.md ] || fail "no ptxsim is here"
! grep -rniE --exclude-dir=build 'glr|glorand' . || fail "ptxsim names glorand"
