#!/bin/bash
# Builds glorand and runs all of its tests: everything with gcc, then the C tests once more with clang's
# address and undefined behavior sanitizers. Ends with the reason of each skip and a line of counts.
#
# usage: scripts/test.sh [--long]
#
# --long runs the exhaustive forms of the tests, too. With CI=true in the environment a test may be skipped
# only for want of hardware, nvcc or a network. The logs stay in build/test and build/sanitizers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
    echo "usage: scripts/test.sh [--long]" >&2
    exit 2
}

# Configures and builds preset $1 in build/$2, with further options.
build() {
    local preset=$1 folder=build/$2
    shift 2
    cmake --preset "$preset" -B "$folder" -DGLORAND_TESTS=ON -DGLORAND_COMMAND=ON -DGLORAND_WERROR=ON \
        --log-level=NOTICE "$@"
    cmake --build "$folder" --parallel "$jobs"
}

# Runs ctest in build/$1 with further options. Its verdict comes from the report, at the end.
run_tests() {
    local folder=build/$1
    shift
    reports+=("$folder/report.xml")
    rm -f "$folder/report.xml"
    ctest --test-dir "$folder" --parallel "$jobs" --output-on-failure --no-tests=error \
        --output-junit report.xml "$@" || true
}

[ $# -le 1 ] || usage
case ${1:-} in
'') ;;
--long) export GLORAND_TEST_LONG=1 ;;
*) usage ;;
esac
jobs=$(nproc)
reports=()

scripts/install-dependencies.sh test

echo "== gcc: everything"
build release test -DCMAKE_C_COMPILER=gcc
run_tests test

echo "== clang with sanitizers: the C tests, with less work where they are slow"
build sanitizers sanitizers
GLORAND_TEST_LIGHT=1 run_tests sanitizers --label-exclude '^scripts$'

echo "== Summary"
python3 scripts/test-summary.py "${reports[@]}"
