#!/bin/bash
# Only glr_ symbols: the shared library exports exactly the functions that the headers declare, and the static
# one defines no other global symbols. The functions of headers that the build has no backend for are
# left out.
#
# usage: symbols.sh SOURCE_DIR SHARED_LIBRARY STATIC_LIBRARY [HEADER...]
#
# HEADER is a header beside glorand.h whose functions the library has.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

need nm
headers=("$1/include/glorand/glorand.h")
for header in "${@:4}"; do
    headers+=("$1/include/glorand/$header")
done
declared=$(cat "${headers[@]}" | tr '\n' ' ' | grep -oE 'GLR_API [^;(]*\(' | grep -oE 'glr_[a-z0-9_]+\($' |
    tr -d '(' | sort)
exported=$(nm --dynamic --defined-only "$2" | awk '{ print $NF }' | sort)
[ "$declared" = "$exported" ] || fail "declared and exported functions differ:
$(diff <(echo "$declared") <(echo "$exported"))"
others=$(nm --extern-only --defined-only "$3" | awk 'NF == 3 && $3 !~ /^glr_/ { print $3 }')
[ -z "$others" ] || fail "the static library defines $others"
echo "$(wc -l <<<"$exported") functions exported"
