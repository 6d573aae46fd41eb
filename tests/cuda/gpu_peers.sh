#!/bin/bash
# The parts of scripts/gpu-proof/ that need programs of others, by stand-ins for these: torch, compute-sanitizer and ncu
# as they succeed, refuse, print nonsense, or do not end. Nothing but bash and coreutils is on PATH.
#
# usage: gpu_peers.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

source_dir=$1
build_dir=$2
stand_ins=$source_dir/tests/cuda/peers
need python3
python=$(python3 -c 'import sys; print(sys.executable)')
make_scratch "$build_dir"
mkdir "$scratch/tools" "$scratch/bin" "$scratch/data" "$scratch/work"

# Programs of coreutils, and bash.
for tool in bash cat cut env head ls mv rm sleep sort tail timeout tr wc; do
    ln -s "$(type -P "$tool")" "$scratch/tools"
done
ln -s "$stand_ins/bench.sh" "$scratch/bin/glorand-gpu-bench"
cat >"$scratch/bin/hashes" <<'HASHES'
#!/bin/bash
[ "${FAKE_HASHES:-}" != differs ] || { echo "a case: differs" && exit 1; }
echo "7 cases agree, 0 of float64 refused"
HASHES
printf '#!/bin/bash\nPYTHONDONTWRITEBYTECODE=1 PYTHONPATH=%q exec %q "$@"\n' "$stand_ins" "$python" >"$scratch/python"
chmod +x "$scratch/bin/hashes" "$scratch/python"
: >"$scratch/data/hashes.txt"
cp "$source_dir/tests/cuda/census.csv" "$source_dir/bench/gpu/torch_peer.py" "$scratch/data"

# run SETTING... FUNCTION: calls a function of the scripts with settings of the environment. Sets `rows` and `sections`
# to what it adds to the report.
run() {
    local said
    rm -rf "$scratch/work"
    mkdir "$scratch/work"
    said=$(env -i PATH="$scratch/tools" bin="$scratch/bin" data="$scratch/data" work="$scratch/work" simulated=no \
        quick=no GLORAND_PROOF_PYTHON="$scratch/python" "${@:1:$#-1}" \
        "$scratch/tools/bash" "$stand_ins/harness.sh" "$source_dir/scripts/gpu-proof" "${@: -1}" 2>&1) ||
        fail "$*: exit status $?: $said"
    [[ $said != *'not found'* ]] || fail "$*: $said"
    rows=$(cat "$scratch/work/rows" 2>/dev/null) || rows=
    sections=$(cat "$scratch/work/sections" 2>/dev/null) || sections=
}

# has TEXT LINE: a text has a line that matches a pattern of the shell.
has() {
    local line
    while IFS= read -r line; do
        # shellcheck disable=SC2053 # a pattern
        [[ $line != $2 ]] || return 0
    done <<<"$1"
    fail "no line like \"$2\" in: $1"
}

# ---- Numbers ----

said=$("$stand_ins/harness.sh" "$source_dir/scripts/gpu-proof" numbers 1,234,567 0 12.345 2 0.5 0 0.05 0 3.21e+11 0 \
    1e-3 2 123456789012345678 0 123456789012345678 1 nan 0 '' 0 9.99 1 08 0 0.00 1 5e-1 0 -1 0 | tr '\n' ' ')
[ "$said" = '1234567 1235 1 0 321000000000 0 123456789012345678 no no no 100 8 0 1 no ' ] || fail "numbers: $said"
for pair in 0:0.000000000 999999999:1.000 999949999:0.9999 12345678901:12.35 9999600000000:10000 1000000:0.001000; do
    said=$("$stand_ins/harness.sh" "$source_dir/scripts/gpu-proof" thousand_millions "${pair%:*}")
    [ "$said" = "${pair#*:}" ] || fail "thousand_millions ${pair%:*}: $said"
done

# ---- Rates ----

run compare_peers
has "$rows" 'rates of glorand, memset and cuRAND | measured | 4 methods and dtypes'
has "$rows" 'torch | measured | normal_ and trunc_normal_'
has "$sections" '## Beside other libraries'
has "$sections" '| Method | dtype | 1 MiB | 16 MiB | 256 MiB | 1 GiB |'
has "$sections" '|---|---|---:|---:|---:|---:|'
has "$sections" '| memset | float32 | – | 700.0 | – | – |'
has "$sections" '| glorand resample | float32 | – | 301.4 | 327.4 | – |'
has "$sections" '| glorand resample | bfloat16 | – | – | 33.33 | – |'
has "$sections" '| curandGenerateNormal | float32 | – | – | 0.01000 | – |'
has "$sections" '| torch normal_ | float32 | 0.2500 | 0.2500 | 0.2500 | 0.2500 |'
has "$sections" '| torch trunc_normal_ | float32 | 0.1250 | 0.1250 | 0.1250 | 0.1250 |'
has "$sections" '| torch normal_ | bfloat16 | 0.5000 | 0.5000 | 0.5000 | 0.5000 |'
has "$sections" '| torch trunc_normal_ | bfloat16 | 0.2500 | 0.2500 | 0.2500 | 0.2500 |'
has "$sections" '- torch 2.99.0+cu124, CUDA 12.4, card Stand-in card'

run quick=yes FAKE_BENCH='no curand' FAKE_TORCH='no memory' compare_peers
has "$rows" 'cuRAND | skipped | libcurand.so.10: cannot open shared object file'
has "$sections" '| torch normal_ | float32 | 0.2500 | – |'
has "$sections" '- torch normal_, float32, 268435456 bytes left out: CUDA out of memory.*'
run FAKE_BENCH=fails FAKE_TORCH=cpu compare_peers
has "$rows" 'rates of * | FAILED | exit status 1: error: the driver failed *'
has "$rows" 'torch | skipped | torch 2.99.0+cu124 is built without CUDA'
run LIMIT=2 FAKE_BENCH=hangs FAKE_TORCH=hang compare_peers
has "$rows" 'rates of * | skipped | did not end within 180 s; *'
has "$rows" 'torch | skipped | did not end within 180 s; *'
has "$sections" '| glorand resample | float32 | 301.4 |'
run FAKE_TORCH='no device' compare_peers
has "$rows" 'torch | skipped | * finds no CUDA device that it can use'
run FAKE_TORCH='no kernels' compare_peers
has "$rows" 'torch | skipped | * cannot draw on this card: CUDA error: no kernel image is available *'
run GLORAND_PROOF_PYTHON="$python" CUDA_VISIBLE_DEVICES= compare_peers # which may have torch
has "$rows" 'torch | skipped | *'
run GLORAND_PROOF_PYTHON=python3 compare_peers
has "$rows" 'torch | skipped | there is no Python: python3'
run GLORAND_PROOF_PYTHON= simulated=yes compare_peers
has "$rows" 'torch | skipped | a simulated device'
# A true torch, where an environment has one: it sees no device.
real=$build_dir/python/bin/python3
if "$real" -c 'import torch' 2>/dev/null; then
    run GLORAND_PROOF_PYTHON="$real" CUDA_VISIBLE_DEVICES= compare_peers
    has "$rows" 'torch | skipped | torch [0-9]* *'
fi

# ---- compute-sanitizer ----

sanitize() { run COMPUTE_SANITIZER="$stand_ins/sanitizer.sh" "$@" check_sanitizer; }
sanitize
has "$rows" 'compute-sanitizer, memcheck | passed | ERROR SUMMARY: 0 errors; 7 cases agree, 0 of float64 refused'
has "$rows" 'compute-sanitizer, racecheck | passed | RACECHECK SUMMARY: 0 hazards *; 7 cases agree, *'
has "$rows" 'compute-sanitizer, initcheck | passed | *'
has "$rows" 'compute-sanitizer, synccheck | passed | *'
sanitize FAKE_SANITIZER=finds FAKE_MODE=racecheck
has "$rows" 'compute-sanitizer, racecheck | FAILED | exit status 86: RACECHECK SUMMARY: 1 hazard displayed *'
has "$rows" 'compute-sanitizer, synccheck | passed | *'
sanitize FAKE_SANITIZER=warns FAKE_MODE=racecheck
has "$rows" 'compute-sanitizer, racecheck | FAILED | exit status 0: RACECHECK SUMMARY: 1 hazard displayed *'
sanitize FAKE_HASHES=differs
has "$rows" 'compute-sanitizer, memcheck | FAILED | exit status 1: *'
sanitize FAKE_SANITIZER=blind
has "$rows" 'compute-sanitizer, memcheck | skipped | the tool has not watched the program to its end: *'
sanitize FAKE_SANITIZER=mute
has "$rows" 'compute-sanitizer, memcheck | skipped | the tool has not watched the program to its end: *'
sanitize FAKE_SANITIZER=unsupported
has "$rows" 'compute-sanitizer, initcheck | skipped | Error: Device not supported.*'
sanitize FAKE_SANITIZER=refused
has "$rows" 'compute-sanitizer, synccheck | skipped | Error: Target application terminated before *'
sanitize LIMIT=1 FAKE_SANITIZER=hangs FAKE_MODE=initcheck
has "$rows" 'compute-sanitizer, initcheck | skipped | did not end within 240 s'
has "$rows" 'compute-sanitizer, synccheck | passed | *'
run COMPUTE_SANITIZER="$scratch/data" check_sanitizer
has "$rows" 'compute-sanitizer, memcheck | skipped | the tool cannot be run: *'
run simulated=yes check_sanitizer
has "$rows" 'compute-sanitizer, memcheck | skipped | a simulated device'

# ---- ncu ----

# modelled KERNEL ARCHITECTURE: the model's cells, read by another program.
modelled() {
    python3 - "$scratch/data/census.csv" "$@" <<'CENSUS'
import csv, decimal, sys
with open(sys.argv[1], encoding="utf-8") as file:
    rows = csv.DictReader(line for line in file if not line.startswith("#"))
    row = next(row for row in rows if [row["kernel"], row["architecture"]] == sys.argv[2:])
up = decimal.ROUND_HALF_UP
cells = [decimal.Decimal(row[name]) for name in ("slots", "table passes", "shared passes")]
print(*(cell.quantize(decimal.Decimal("0.1"), up) for cell in cells), row["registers"])
CENSUS
}

counts='99.5 | 4.0 | 0.3 | 12.3 | 91.3 | 327.4 |' # of hits, memory and time

# counted KERNEL ARCHITECTURE: the table has the counts of the stand-in beside the model.
counted() {
    local slots table shared registers
    read -r slots table shared registers <<<"$(modelled "$1" "$2")"
    has "$sections" "| $1 | 98.3 | $slots | 3.9 | $table | 1.7 | $shared | 48 | $registers | $counts"
}

profile() { run NCU="$stand_ins/ncu.sh" "$@" profile_kernels; }
for layout in wide long; do
    profile FAKE_NCU="$layout"
    has "$rows" 'ncu, the packed kernels of float32 | measured | 4 of 4 kernels'
    has "$sections" 'Packed float32, 256 MiB, *\*Model\* is docs/gpu-cost.md for sm_90; the device is sm_90.'
    for kernel in uniform normal icdf resample; do
        counted "$kernel" sm_90
    done
done
profile FAKE_CC=8.6
counted resample sm_89
profile FAKE_CC=12.1
counted icdf sm_120
profile FAKE_CC=7.5
has "$sections" '*docs/gpu-cost.md has no model for this device, sm_75.'
has "$sections" "| normal | 98.3 | – | 3.9 | – | 1.7 | – | 48 | – | $counts"
profile FAKE_NCU=metrics
has "$sections" '| uniform | 98.3 | * | 99.5 | – | – | – | 91.3 | 327.4 |'
profile FAKE_NCU=second
has "$rows" 'ncu, * | measured | 1 of 4 kernels; then: the driver shows its counters to administrators only *'
has "$sections" '| normal | – | * |'
profile FAKE_NCU=counters
has "$rows" 'ncu, * | skipped | * (ERR_NVGPUCTRPERM): * NVreg_RestrictProfilingToAdminUsers=0, or * --cap-add=SYS_ADMIN'
profile FAKE_NCU=profiler
has "$rows" 'ncu, * | skipped | exit status 9: Failed to initialize the profiler: LibraryNotLoaded.'
profile FAKE_NCU=garbage
has "$rows" 'ncu, * | skipped | exit status 0: *'
[ -z "$sections" ] || fail "a table of nonsense: $sections"
profile LIMIT=1 FAKE_NCU=hangs
has "$rows" 'ncu, * | skipped | did not end within 90 s'
run NCU="$scratch/nowhere/ncu" profile_kernels
has "$rows" 'ncu, * | skipped | exit status 127: *'
run simulated=yes profile_kernels
has "$rows" 'ncu, * | skipped | a simulated device'
echo "passed"
