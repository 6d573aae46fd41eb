#!/bin/bash
# Builds glorand and runs all of its tests: everything with gcc, then the C tests once more with clang's
# address and undefined behavior sanitizers. Ends with the reason of each skip and a line of counts. Where only one of
# the compilers is there, it does both.
#
# usage: scripts/test.sh [--quick|--long]
#
# --long runs the exhaustive forms of the tests, too. --quick leaves the sanitizers and the lints out, and gives less
# work to the tests that are slow. With CI=true in the environment a test may be skipped only for want of hardware,
# nvcc, a network or rights. The logs stay in build/test and build/sanitizers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
    echo "usage: scripts/test.sh [--quick|--long]" >&2
    exit 2
}

# Prints the first of these compilers that is there.
first_of() {
    local compiler
    for compiler in "$@"; do
        ! command -v "$compiler" >/dev/null || { echo "$compiler" && return; }
    done
    echo "scripts/test.sh: no C compiler is there, neither $1 nor $2" >&2
    exit 1
}

# Whether a compiler can link with the sanitizers of the preset: their runtime may be a package of its own.
can_sanitize() {
    mkdir -p build
    echo 'int main(void) { return 0; }' |
        "$1" -fsanitize=address,undefined -x c - -o build/sanitized 2>/dev/null && build/sanitized && rm build/sanitized
}

# Configures and builds preset $1 in build/$2 by compiler $3.
build() {
    cmake --preset "$1" -B "build/$2" -DCMAKE_C_COMPILER="$3" -DGLORAND_TESTS=ON -DGLORAND_COMMAND=ON \
        -DGLORAND_WERROR=ON --log-level=NOTICE
    cmake --build "build/$2" --parallel "$jobs"
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
sanitizers=yes
quick=()
case ${1:-} in
'') ;;
--quick)
    export GLORAND_TEST_LIGHT=1
    sanitizers=no
    quick=(--label-exclude '^lint$')
    ;;
--long) export GLORAND_TEST_LONG=1 ;;
*) usage ;;
esac
jobs=$(nproc)
reports=()
summary=()

scripts/install-dependencies.sh test

compiler=$(first_of gcc clang)
echo "== $compiler: everything"
build release test "$compiler"
run_tests test "${quick[@]}"

compiler=$(first_of clang gcc)
if [ "$sanitizers" = no ]; then
    echo "== Left out by --quick: the lints, and the C tests with sanitizers"
elif can_sanitize "$compiler"; then
    echo "== $compiler with sanitizers: the C tests, with less work where they are slow"
    build sanitizers sanitizers "$compiler"
    GLORAND_TEST_LIGHT=1 run_tests sanitizers --label-exclude '^scripts$'
else
    summary=(--skipped "sanitizers: $compiler has no runtime library for them")
fi

echo "== Summary"
python3 scripts/test-summary.py "${summary[@]}" "${reports[@]}"
