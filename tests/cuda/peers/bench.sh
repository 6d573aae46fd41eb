#!/bin/bash
# Stands in for glorand-gpu-bench. FAKE_BENCH says what is wrong: no curand, fails, or hangs.
set -euo pipefail
[ "$1" = peers ] || { echo "| a table |" && exit; }
[ "$2" = --rounds ] || { echo "bad usage: $*" >&2 && exit 2; }
echo 'name,dtype,bytes,values_per_second'
echo 'memset,float32,16777216,700000000000'
echo 'glorand resample,float32,16777216,301444444444.7'
[ "${FAKE_BENCH:-}" != hangs ] || sleep 3600
[ "${FAKE_BENCH:-}" != fails ] || { echo "error: the driver failed" >&2 && exit 1; }
echo 'glorand resample,float32,268435456,3.2736e+11'
echo 'glorand resample,bfloat16,268435456,33333333333'
if [ "${FAKE_BENCH:-}" = 'no curand' ]; then
    echo '# cuRAND left out: libcurand.so.10: cannot open shared object file'
else
    echo 'curandGenerateNormal,float32,268435456,9999999'
fi
