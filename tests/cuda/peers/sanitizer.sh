#!/bin/bash
# Stands in for compute-sanitizer, as 2024 to 2025 print. FAKE_SANITIZER says what happens, in the mode FAKE_MODE or in
# each: finds, warns (and exits with 0), mute, blind (it ends without having run the program), unsupported, refused, or
# hangs.
set -euo pipefail
[ "$1 $3 $4" = '--tool --error-exitcode 86' ] || exit 2
echo "========= COMPUTE-SANITIZER"
happens=${FAKE_SANITIZER:-}
[ -z "${FAKE_MODE:-}" ] || [ "$2" = "$FAKE_MODE" ] || happens=
case $happens in
blind) echo "========= ERROR SUMMARY: 0 errors" && exit ;;
unsupported) echo "========= Error: Device not supported. Please refer to the Supported Devices section" && exit 1 ;;
refused) echo "========= Error: Target application terminated before first instrumented API call" && exit 255 ;;
hangs) sleep 3600 ;;
esac
status=0
"${@:5}" || status=$?
if [ "$happens" = finds ]; then
    echo "========= RACECHECK SUMMARY: 1 hazard displayed (1 error, 0 warnings)"
    exit 86
elif [ "$happens" = warns ]; then
    echo "========= RACECHECK SUMMARY: 1 hazard displayed (0 errors, 1 warning)"
elif [ "$happens" = mute ]; then
    :
elif [ "$2" = racecheck ]; then
    echo "========= RACECHECK SUMMARY: 0 hazards displayed (0 errors, 0 warnings)"
else
    echo "========= ERROR SUMMARY: 0 errors"
fi
exit "$status"
