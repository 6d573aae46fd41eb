#!/bin/bash
# Runs one lint over the tree.
#
# usage: lint.sh clang-format|clang-tidy|cppcheck|shellcheck SOURCE_DIR BUILD_DIR
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tool=$1
source_dir=$2
build_dir=$3
cd "$source_dir"
need "$tool"

case $tool in
clang-format)
    find include src bench tests tools examples \( -name '*.[ch]' -o -name '*.cpp' \) -print0 |
        xargs -0 clang-format --style=file --dry-run -Werror
    ;;
clang-tidy)
    need run-clang-tidy
    # GCC's own options are unknown to it.
    make_scratch "$build_dir"
    sed 's/ -fschedule-insns / /; s/ -fsched-pressure / /' "$build_dir/compile_commands.json" \
        >"$scratch/compile_commands.json"
    run-clang-tidy -p "$scratch" -quiet -j 2
    ;;
cppcheck)
    # Suppressed, as this makes no mistakes visible: how system headers look inside.
    cppcheck --project="$build_dir/compile_commands.json" --file-filter="$source_dir/src/*" \
        --file-filter="$source_dir/bench/*" \
        --enable=warning,performance,portability --inline-suppr --suppress=missingIncludeSystem \
        --error-exitcode=1 --quiet -j 2
    ;;
shellcheck)
    find .ci scripts bench tests tools -type f \( -name '*.sh' -o -path '.ci/run' \) -print0 |
        xargs -0 shellcheck --external-sources
    ;;
*)
    fail "no lint is called $tool"
    ;;
esac
