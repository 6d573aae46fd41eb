#!/bin/bash
# The files around the code: CITATION.cff is of this version, the hosted CI has the rows that .ci/row knows, the hooks
# for commits run lints that ctest runs, which refuse a wrong file, and a subject that is not in the imperative is
# refused.
#
# usage: project_files.sh SOURCE_DIR
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cd "$1"
make_scratch "${TMPDIR:-/tmp}"

# Ends the test unless $2 and $3 are the same: $1 says of what.
expect_same() {
    [ -n "$2" ] || fail "$1: there is none"
    [ "$2" = "$3" ] || fail "$1: '$2' and '$3'"
}

expect_same "versions of CITATION.cff and glorand.h" "$(sed -n 's/^version: //p' CITATION.cff)" \
    "$(sed -n 's/^#define GLR_VERSION_STRING "\([^"]*\)".*/\1/p' include/glorand/glorand.h)"

rows=$({ .ci/row 2>&1 || true; } | sed 's/.* //; s/|/\n/g' | sort)
expect_same "rows of .ci/row and its usage" "$(sed -n 's/^\([a-z0-9-]*\)) .*/\1/p' .ci/row | sort)" "$rows"
workflow=.github/workflows/ci.yml
expect_same "rows of $workflow and .ci/row" "$(sed -n 's/^ *- {row: \([^,]*\),.*/\1/p' $workflow | sort)" "$rows"
expect_same "commands of $workflow" "$(sed -n 's/^ *- run: //p' $workflow)" $'.ci/run\n.ci/row ${{ matrix.row }}'

# A file that each lint refuses, named as a hook names it.
# shellcheck disable=SC2016 # the file expands it
declare -A wrong=([clang-format]='int  x;' [shellcheck]='echo $1' [editorconfig]='blanks at the end ')
declare -A name=([clang-format]=wrong.c [shellcheck]=wrong.sh [editorconfig]=wrong.txt)
hooks=$(sed -n "s/^ *entry: tests\/scripts\/lint.sh \(.*\) \. ''$/\1/p" .pre-commit-config.yaml | sort)
expect_same "lints of .pre-commit-config.yaml" "$hooks" "$(printf '%s\n' "${!wrong[@]}" | sort)"
for lint in $hooks; do
    printf '%s\n' "${wrong[$lint]}" >"$scratch/${name[$lint]}"
    status=0
    said=$(tests/scripts/lint.sh "$lint" . '' README.md "$scratch/${name[$lint]}" 2>&1) || status=$?
    [ "$status" -ne 77 ] || continue # it is not installed: the lint's own test says so
    [[ $status -ne 0 && $said == *wrong.* ]] || fail "$lint takes '${wrong[$lint]}': $said"
    tests/scripts/lint.sh "$lint" . '' README.md || fail "$lint refuses README.md"
done

# Ends the test unless a message of these lines is taken ($1 is yes) or refused, with a reason ($1, a part of it).
expect_subject() {
    local status=0 said
    printf '%s\n' "${@:2}" >"$scratch/message"
    said=$(scripts/check-subject.sh "$scratch/message" 2>&1) || status=$?
    case $1 in
    yes) [ "$status" -eq 0 ] || fail "the subject '$2' is refused: $said" ;;
    *) [[ $status -eq 1 && $said == *"$1"* ]] || fail "the subject '$2': status $status, and not '$1' in '$said'" ;;
    esac
}

line=$(printf '%*s' 67 '')
expect_subject yes 'Refuse seeds below 0' '' 'They gave values. nothing said so'
expect_subject yes 'Address what a review found'
expect_subject yes 'Seed each initializer'
expect_subject yes 'Bring back the plan'
expect_subject yes "Merge branch '${line// /x}'"
expect_subject yes "fixup! Refuse seeds below 0"
expect_subject yes "Fill ${line// /x}"
expect_subject 'has 73 characters, more than 72' "Fill ${line// /x}x"
expect_subject 'capitalized verb' 'refuse seeds below 0'
expect_subject 'capitalized verb' 'README: the counts'
expect_subject 'capitalized verb' ''
expect_subject 'full stop' 'Refuse seeds below 0.'
for word in Refused Refusing Refuses; do
    expect_subject "'$word' looks like" "$word seeds below 0"
done

# The command is a client of the public headers: of the library's rooms it includes text and files alone, which have
# nothing of the others but the table of dtypes.
private=$(cd "$1/src" && grep -nE '#include "(api|core|cpu|cuda|gpu|model|opencl)/|#include "(backend|plan)\.h"' \
    cli/*.[ch] files/*.[ch] text/*.[ch] | grep -v '^files/.*"core/dtypes\.h"') || true
[ -z "$private" ] || fail "the command includes what is not public:
$private"
