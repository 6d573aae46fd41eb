#!/bin/bash
# Builds glorand and tests it: everything with gcc, then the C tests once more with clang's address and undefined
# behavior sanitizers. Ends with the reason of each skip, the time of each step and a line of counts. Where only one of
# the compilers is there, it does both.
#
# usage: scripts/test.sh [--quick] [--python] [--proof] [--long]
#
# Without options it runs the C tests and the lints: minutes, with nothing but Debian's packages. --python adds what
# compares with TensorFlow, Keras, NumPy and safetensors, in an environment that it makes in the build folder. --proof
# adds what takes long to say that the tests themselves hold: defects put into lines of the kernels, each call of a
# driver made to fail, machine code counted (with --python, too), fuzzing, and a bare Debian. --long runs all of that
# and the exhaustive forms of the tests. --quick leaves out the lints and the build with sanitizers. With CI=true in
# the environment a test may be skipped only for want of hardware, nvcc, a network or rights. The logs stay in build/test
# and build/sanitizers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
    echo "usage: scripts/test.sh [--quick] [--python] [--proof] [--long]" >&2
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

# Runs ctest in build/$1, without the labels that follow. Its verdict comes from the report, at the end.
run_tests() {
    local folder=build/$1 labels
    shift
    labels=$(IFS='|' && echo "$*")
    reports+=("$folder/report.xml")
    rm -f "$folder/report.xml"
    ctest --test-dir "$folder" --parallel "$jobs" --output-on-failure --no-tests=error \
        --test-output-truncation middle \
        --label-exclude "^($labels)\$" --output-junit report.xml || true
}

# Runs the command after its name, and notes the time.
step() {
    local start=$SECONDS
    echo "== $1"
    "${@:2}"
    took+=("$(printf '%5d s: %s' $((SECONDS - start)) "$1")")
}

# Builds and tests once more, with sanitizers.
sanitize() {
    local compiler
    compiler=$(first_of clang gcc)
    if can_sanitize "$compiler"; then
        step "$compiler with sanitizers: build" build sanitizers sanitizers "$compiler"
        export GLORAND_TEST_LIGHT=1 # less work where a sanitizer makes it slow
        step "$compiler with sanitizers: C tests" run_tests sanitizers scripts "${!left_out[@]}"
    else
        summary=(--skipped "sanitizers: $compiler has no runtime library for them")
    fi
}
declare -A left_out=([python]=1 [proof]=1 [long]=1) # labels
quick=no
for option in "$@"; do
    case $option in
    --quick)
        quick=yes
        left_out[lint]=1
        ;;
    --python | --proof) unset "left_out[${option#--}]" ;;
    --long)
        unset "left_out[python]" "left_out[proof]" "left_out[long]"
        export GLORAND_TEST_LONG=1
        ;;
    *) usage ;;
    esac
done
jobs=$(nproc)
reports=()
took=()
summary=()

scripts/install-dependencies.sh test

compiler=$(first_of gcc clang)
step "$compiler: build" build release test "$compiler"
step "$compiler: tests" run_tests test "${!left_out[@]}"

[ "$quick" = yes ] || sanitize

echo "== Summary"
printf '%s\n' "${took[@]}"
python3 scripts/test-summary.py "${summary[@]}" "${reports[@]}"
