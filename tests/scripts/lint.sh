#!/bin/bash
# Runs one lint over the tree: `analyzer` is clang-tidy's static analyzer over the tests, which `clang-tidy` leaves out.
#
# usage: lint.sh clang-format|clang-tidy|analyzer|cppcheck|shellcheck SOURCE_DIR BUILD_DIR
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tool=$1
source_dir=$2
build_dir=$3
cd "$source_dir"
need "${tool/analyzer/clang-tidy}"

# Runs clang-tidy with further options over the files that match $1, each as it is compiled for use. GCC's own options
# are unknown to it.
tidy() {
    need run-clang-tidy
    [ -n "${scratch:-}" ] || make_scratch "$build_dir"
    python3 - "$build_dir/compile_commands.json" "$scratch/compile_commands.json" <<'COMMANDS'
import json, sys
with open(sys.argv[1]) as file:
    commands = [entry for entry in json.load(file) if "-fsanitize=thread" not in entry["command"]]
for entry in commands:
    entry["command"] = entry["command"].replace(" -fschedule-insns ", " ").replace(" -fsched-pressure ", " ")
with open(sys.argv[2], "w") as file:
    json.dump(commands, file)
COMMANDS
    run-clang-tidy -p "$scratch" -quiet -j 2 "${@:2}" "$1"
}

case $tool in
clang-format)
    find include src bench tests tools examples \( -name '*.[ch]' -o -name '*.cpp' \) -print0 |
        xargs -0 clang-format --style=file --dry-run -Werror
    ;;
clang-tidy)
    # The static analyzer takes nearly all of the time, most of it in a test framework's macros.
    tidy "$source_dir/(src|tools|bench|examples)/"
    tidy "$source_dir/tests/" -checks='-clang-analyzer-*'
    ;;
analyzer)
    tidy "$source_dir/tests/" -checks='-*,clang-analyzer-*'
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
