#!/bin/bash
# Every function of glorand.h, model.h and shard.h is called in each floating-point mode and each locale.
#
# usage: functions.sh SOURCE_DIR HOST_MODES
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

declared=$(cat "$1"/include/glorand/{glorand,model,shard}.h | tr '\n' ' ' | grep -oE 'GLR_API [^;(]*\(' |
    grep -oE 'glr_[a-z0-9_]+\($' | tr -d '(' | sort)
called=$("$2" --calls | sort)
[ "$declared" = "$called" ] || fail "functions that are declared (<), or called by the test (>):
$(diff <(echo "$declared") <(echo "$called"))"
echo "$(wc -l <<<"$called") functions called"
