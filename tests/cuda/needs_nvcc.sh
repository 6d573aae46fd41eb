#!/bin/bash
# Stands for tests that were not built because there was no nvcc.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

command -v nvcc >/dev/null || skip "nvcc is not installed"
skip "nvcc was not there when the tests were configured"
