#!/bin/bash
# bench/report.py on results that were made up: ratios, tables, plots, and what it refuses. And the names of
# bench/peers.py.
#
# usage: bench_report.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

source_dir=$1
data=$source_dir/tests/data/bench
report=$source_dir/bench/report.py
export PYTHONDONTWRITEBYTECODE=1
need python3
make_scratch "$2"

loops=()
for i in 1 2 3; do
    loops+=(--loop "$data/glorand-$i.json" "$data/peers-$i.json")
done
# Collects, and writes both READMEs; and plots, if there is matplotlib.
make() {
    python3 "$report" --collect "$scratch/results.json" --date 2030-01-02 "${loops[@]}" --all "$data/glorand-1.json" \
        --stages "$data/stages.json" --start "$data/start.json"
    python3 "$report" --results "$scratch/results.json" --readme "$scratch/README.md" --front "$scratch/front.md"
}
cp "$source_dir/bench/README.md" "$scratch/README.md"
cp "$source_dir/README.md" "$scratch/front.md"
make

# Ends the test unless README.md holds the line $1.
expect() { grep -qxF -- "$1" "$scratch/README.md" || fail "\"$1\" is not in README.md"; }
# 0.8 to 0.1, 1.2 to 0.1 and 0.8 to 0.08 thousand million values a second.
expect "| resample | TensorFlow's stateless_truncated_normal | 10.0 | 8.00 to 12.0 |"
expect "| resample | PyTorch's trunc_normal_ | not measured | – |"
expect "| icdf | memset of the same buffer | 0.400 | 0.400 to 0.400 |"
expect "| icdf in bfloat16 | in float32 | 1.50 | 1.50 to 1.50 |"
expect "| resample with all threads | with one | 2.00 | 2.00 to 2.00 |"
expect "| TensorFlow 2.21.0 | tf.random.stateless_truncated_normal | yes | 50.0 | 100 |"
expect "| MKL 2025.3 | Philox4x32-10, inverse distribution function | no | 400 | 800 |"
expect "| PyTorch 2.12.1 | normal_ | no | 40.0 | – |"
expect "| PyTorch 2.12.1 | trunc_normal_ | yes | – | 10.0 |"
# Other bounds: 2, 2.2 and 1.8 thousand million values to 20 million; methods that were not measured have no row.
expect "| icdf at 3 standard deviations | PyTorch's trunc_normal_ at 3 standard deviations | 100 | 90.0 to 110 |"
expect "| resample at absolute bounds in bfloat16 | PyTorch's trunc_normal_ at absolute bounds in bfloat16 | not measured | – |"
expect "| glorand | icdf-3s | yes | – | 2000 |"
expect "| PyTorch 2.12.1 | trunc_normal_(a=-3*std, b=3*std) | yes | – | 20.0 |"
! grep -q '^| glorand | resample-3s' "$scratch/README.md" || fail "a method that was not measured has a row"
expect "- Other programs kept 0.2 processors busy meanwhile, at most"
# Two rounds of each of glorand-1.json's four cases icdf/float32, which is there twice.
expect "- Rounds that other programs disturbed, and that are left out: 16 of 361"
# 1, 1.5 and 1 thousand million values to 5, 10 and 15 million.
expect "| resample in bfloat16 | PyTorch's trunc_normal_ in bfloat16 | 150 | 66.7 to 200 |"
expect "Not measured: peer-curand (libcurand.so.10 cannot be loaded)."
# 1.25 and 2.5 ns a value, after normals of 1 and 2; icdf, 0.8 and 2 ns, after uniforms of 0.5 and 1.
expect "### Stages: nanoseconds for a float32 value, 256MiB, 2 threads"
expect "| constant | stores | 0.250 | – | 0.250 | – | 1.00 | – | – | – |"
expect "| resample | rejections | 1.25 | 0.250 | 2.50 | 0.500 | 0.500 | – | – | – |"
expect "| icdf | inverse distribution function, after random_uniform | 0.800 | 0.300 | 2.00 | 1.00 | 0.400 | – | – | – |"
expect "Not measured: opencl-one-lane (no OpenCL)."
expect "| opencl | 100 | 50.0 to 200 |"
expect "# Speed of glorand"
grep -qF "A <Processor> & more, AVX2, 2 threads, tensors of 16MiB, glorand 0.1.0, measured on 2030-01-02:" "$scratch/front.md" ||
    fail "the front README does not say where"
grep -qxF -- "- truncated normals in float32, TensorFlow's own values, by rejection: 800 million a second, 10.0 times \
\`tf.random.stateless_truncated_normal\`" "$scratch/front.md" || fail "the front README lacks a figure"

# A second run changes nothing; a changed figure is found.
cp "$scratch/README.md" "$scratch/once.md"
make
cmp "$scratch/once.md" "$scratch/README.md" || fail "a second run changes README.md"
check() { python3 "$report" --results "$scratch/results.json" "$@" --check 2>"$scratch/errors"; }
check --readme "$scratch/README.md" --front "$scratch/front.md" || fail "check: $(cat "$scratch/errors")"
sed -i 's/ 800 million a second/ 900 million a second/' "$scratch/front.md"
! check --front "$scratch/front.md" || fail "a changed figure passes"
grep -q 'front.md is not what' "$scratch/errors" || fail "check says: $(cat "$scratch/errors")"

# What is in the tree is made of the results in the tree.
python3 "$report" --results "$source_dir/bench/results.json" --readme "$source_dir/bench/README.md" \
    --front "$source_dir/README.md" --plots "$source_dir/bench" --check

echo 'no markers' >"$scratch/other.md"
if python3 "$report" --results "$scratch/results.json" --readme "$scratch/other.md" 2>"$scratch/errors"; then
    fail "a README without markers is written"
fi
grep -q 'the markers' "$scratch/errors" || fail "it says: $(cat "$scratch/errors")"
status=0
python3 "$report" 2>/dev/null || status=$?
[ "$status" -eq 2 ] || fail "exit status $status without input"

names=$(python3 "$source_dir/bench/peers.py" --threads 2 --list)
[ "$(sort -u <<<"$names" | wc -l)" -eq 46 ] || fail "peers.py lists $names"

# Rounds that were disturbed do not count; of a case with more than half of them there is no rate. A busy program on the
# only processor there is disturbs.
cd "$source_dir/bench"
python3 - <<'CHECK' || fail "peers.py: disturbed rounds"
import os, subprocess, sys, time
import peers

rates = [(10.0, False), (1.0, True), (12.0, False)]
assert peers.kept_rates(rates, False) == [10.0, 12.0]
assert peers.kept_rates(rates, True) == [10.0, 1.0, 12.0]
assert peers.kept_rates(rates[:2] + rates[1:2], False) == "other programs disturbed 2 of 3 rounds"

def work(i):
    end = time.perf_counter() + 0.1
    while time.perf_counter() < end:
        pass

os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
try:
    timings = peers.time_rounds(work, 1, 8, 1)
finally:
    busy.kill()
    busy.wait()
disturbed = sum(was for _, was in timings)
assert len(timings) == 8 and disturbed >= 5, timings
CHECK
