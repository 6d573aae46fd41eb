#!/bin/bash
# Runs host_unload with the library, and a copy that the loader takes for another one.
#
# usage: unload.sh BUILD_DIR LIBRARY HOST_UNLOAD
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

make_scratch "$1"
cp "$2" "$scratch/libfirst.so"
cp "$2" "$scratch/libsecond.so"
"$3" "$scratch/libfirst.so" "$scratch/libsecond.so"
