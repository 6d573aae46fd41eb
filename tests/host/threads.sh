#!/bin/bash
# Runs a program that was built with ThreadSanitizer, which does not cope with every kernel's placement of memory.
#
# usage: threads.sh HOST_THREADS
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

[ -x "$1" ] || fail "there is no $1"
export TSAN_OPTIONS="halt_on_error=0 die_after_fork=0 exitcode=66 ${TSAN_OPTIONS:-}"
start=()
if ! "$1" --nothing >/dev/null 2>&1; then
    start=(setarch -R)
    "${start[@]}" "$1" --nothing >/dev/null 2>&1 || skip "ThreadSanitizer does not start on this system"
fi
"${start[@]}" "$1"
