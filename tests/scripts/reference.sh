#!/bin/bash
# The reference of the public header: Doxygen finds no undocumented symbol, and nothing else to complain of.
#
# usage: reference.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

source_dir=$1
need doxygen
make_scratch "$2"
cd "$source_dir"
said=$({ cat docs/Doxyfile && echo "OUTPUT_DIRECTORY = $scratch"; } | doxygen - 2>&1)
[ -z "$said" ] || fail "doxygen: $said"
grep -q 'glr_fill' "$scratch"/html/glorand_8h.html || fail "glr_fill is not in the reference"
