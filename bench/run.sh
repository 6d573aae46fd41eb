#!/bin/bash
# Builds glorand and its benchmark, makes the Python environment of the peers, measures, and writes the tables and
# plots of bench/README.md, the figures of README.md, and bench/results.json, from which both are made. What each program
# printed stays in build/bench-results.
#
# usage: bench/run.sh [--quick] [--no-python] [--output FOLDER]
#
# Ratios between glorand and Python's libraries come from loops: in each, glorand-bench measures the cases that
# they need and then peers.py measures the libraries. One run of every case follows, one of the stages on the CPU and on
# OpenCL, one of bench/start.sh, and one of bench/disk.sh.
#
# --quick      one loop with small tensors, for seeing whether it works; README.md and the plots go to
#              build/bench-results
# --no-python  without Python's libraries, which take 8 GB in build/bench-python; plots only if matplotlib is installed
# --output     the folder that gets the READMEs and the plots instead
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
    echo "usage: bench/run.sh [--quick] [--no-python] [--output FOLDER]" >&2
    exit 2
}

results=build/bench-results
bench=build/bench/bench/glorand-bench
environment=build/bench-python
command="bench/run.sh${*:+ $*}"
output=bench
loops=3
quick=()
disk=(4096 5) # MiB, rounds
starts=5       # rounds
python=yes
while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=(--quick --keep-disturbed) disk=(64 2) starts=2 loops=1 output=$results ;;
    --no-python) python=no ;;
    --output)
        [ $# -ge 2 ] || usage
        output=$2
        shift
        ;;
    *) usage ;;
    esac
    shift
done

# Cases of glorand-bench that the loops need, at the size that peers.py measures.
size=256MiB
[ ${#quick[@]} -eq 0 ] || size=16MiB
filters=()
for case in 'resample/float32' 'icdf/float32' 'resample/bfloat16' 'icdf/bfloat16' 'random_normal/bfloat16' \
    'resample-*/' 'icdf-*/' 'peer-mkl-*'; do
    filters+=(--filter "$case*/$size/[0-9]*t")
done

scripts/install-dependencies.sh bench
cmake --preset release -B build/bench -DGLORAND_BENCH=ON -DGLORAND_COMMAND=ON -DGLORAND_TESTS=OFF --log-level=NOTICE
cmake --build build/bench --parallel "$(nproc)" --target glorand-bench glorand_command

if [ "$python" = yes ]; then
    bench/environment.sh "$environment"
    mkl=$(find "$environment/lib" -maxdepth 1 -name 'libmkl_rt.so*' | head -n 1)
    [ -z "$mkl" ] || export GLORAND_BENCH_MKL="${GLORAND_BENCH_MKL:-$mkl}"
fi

# Prints the JSON of peers.py, or that of no peers.
measure_peers() {
    if [ "$python" = yes ]; then
        "$environment/bin/python" bench/peers.py "${quick[@]}"
    else
        echo '{"program": "peers.py", "results": [], "peers": [], "skipped": []}'
    fi
}

rm -rf "$results"
mkdir -p "$results"
arguments=()
for ((i = 1; i <= loops; i++)); do
    echo "Loop $i of $loops" >&2
    "$bench" --json "${quick[@]}" "${filters[@]}" >"$results/glorand-$i.json"
    measure_peers >"$results/peers-$i.json"
    arguments+=(--loop "$results/glorand-$i.json" "$results/peers-$i.json")
done
echo "Every case" >&2
"$bench" --json "${quick[@]}" >"$results/all.json"

echo "Stages" >&2
"$bench" --stages --json "${quick[@]}" >"$results/stages.json"

echo "Processes" >&2
bench/start.sh build/bench/glorand "$results" "$starts" >"$results/start.json"

echo "Files" >&2
bench/disk.sh build/bench/glorand "$results" "${disk[@]}" >"$results/disk.json"

python3 bench/report.py --collect "$results/results.json" --command "$command" --date "$(date -u +%F)" \
    "${arguments[@]}" --all "$results/all.json" --stages "$results/stages.json" --start "$results/start.json" \
    --disk "$results/disk.json"
front=README.md
if [ "$output" = bench ]; then
    cp "$results/results.json" bench/results.json
else
    mkdir -p "$output"
    cp bench/README.md "$output/README.md"
    front=$output/front.md
    cp README.md "$front"
fi
drawer=python3
[ "$python" = no ] || drawer=$environment/bin/python
"$drawer" bench/report.py --results "$results/results.json" --readme "$output/README.md" --front "$front" --plots "$output"
echo "Written: $front, $output/README.md, $output/peers.svg, $output/sizes.svg"
