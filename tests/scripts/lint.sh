#!/bin/bash
# Runs one lint over the tree, or those that need no build over those of the named files that are its affair.
#
# usage: lint.sh clang-format|shellcheck|editorconfig SOURCE_DIR [BUILD_DIR [FILE...]]
#        lint.sh clang-tidy|analyzer|cppcheck SOURCE_DIR BUILD_DIR
#
# `analyzer` is clang-tidy with its static analyzer over the tests, which `clang-tidy` looks at without.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

tool=$1
source_dir=$2
build_dir=${3:-}
files=("${@:4}")
cd "$source_dir"

# Runs clang-tidy with further options over the files in the sources that match $1, each as it is compiled for use.
# GCC's own options are unknown to it.
tidy() {
    need clang-tidy run-clang-tidy
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
    sources=$(python3 -c 'import re, sys; print(re.escape(sys.argv[1]))' "$source_dir")
    run-clang-tidy -p "$scratch" -quiet -j 2 "${@:2}" "^$sources/$1" | tee "$scratch/said"
    grep -q clang-tidy "$scratch/said" || fail "clang-tidy looked at nothing"
}

case $tool in
clang-format)
    need clang-format
    [ ${#files[@]} -gt 0 ] || files=(include src bench tests tools examples)
    find "${files[@]}" \( -name '*.[ch]' -o -name '*.cpp' \) ! -path '*/build/*' -print0 |
        xargs -0 -r clang-format --style=file --dry-run -Werror
    ;;
clang-tidy)
    # The static analyzer takes nearly all of the time, most of it in a test framework's macros.
    tidy '(?!.*tests/)'
    tidy '.*tests/' -checks='-clang-analyzer-*'
    ;;
analyzer)
    tidy '.*tests/'
    ;;
cppcheck)
    need cppcheck
    # Suppressed, as this makes no mistakes visible: how system headers look inside.
    cppcheck --project="$build_dir/compile_commands.json" --file-filter="$source_dir/src/*" \
        --file-filter="$source_dir/bench/*" \
        --enable=warning,performance,portability --inline-suppr --suppress=missingIncludeSystem \
        --error-exitcode=1 --quiet -j 2
    ;;
shellcheck)
    need shellcheck
    [ ${#files[@]} -gt 0 ] || files=(.ci scripts bench tests tools)
    find "${files[@]}" -type f ! -path '*/build/*' \( -name '*.sh' -o -path '.ci/*' \) -print0 |
        xargs -0 -r shellcheck --external-sources
    ;;
editorconfig)
    need python3
    tests/scripts/editorconfig.py "${files[@]}"
    ;;
*)
    fail "no lint is called $tool"
    ;;
esac
