#!/bin/bash
# Runs a test that needs a device of OpenCL, whose status it returns; skips where there cannot be one. Failing to use
# a driver that is there is not a reason.
#
# usage: on_device.sh PROGRAM ARGUMENT...
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

[ -e /sys/devices/system/cpu/cpu0/topology ] || skip "no /sys, without which PoCL's hwloc aborts"
[ -n "${OCL_ICD_FILENAMES:-}${OCL_ICD_VENDORS:-}${OPENCL_VENDOR_PATH:-}" ] ||
    compgen -G '/etc/OpenCL/vendors/*.icd' >/dev/null || skip "no driver of OpenCL is installed"
exec "$@"
