#!/bin/bash
# Runs a Python program in the environment that environment.sh made; skips when it could not make it.
#
# usage: run.sh ENVIRONMENT PROGRAM ARGUMENT...
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

environment=$1
shift
[ -f "$environment/made_for.txt" ] || skip "$(cat "$environment.skip_reason")"
exec "$environment/bin/python" "$@"
