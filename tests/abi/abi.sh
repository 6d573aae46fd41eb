#!/bin/bash
# The library's binary interface is that of the last release, unless its soname is another.
#
# usage: abi.sh SOURCE_DIR LIBRARY REPORT [FUNCTIONS]
#
# FUNCTIONS are those that this build leaves out, as scripts/abi.sh takes them.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

dumps=("$1"/tests/data/releases/*.abi)
[ ${#dumps[@]} -eq 1 ] || fail "there are ${#dumps[@]} dumps in tests/data/releases, not 1"
exec "$1/scripts/abi.sh" "$2" "${dumps[0]}" "${@:3}"
