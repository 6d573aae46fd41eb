#!/bin/bash
# Stands for a test that is not part of this build.
#
# usage: skip.sh REASON
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

skip "$1"
