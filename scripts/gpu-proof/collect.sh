#!/bin/bash
# Puts reports of gpu-proof.sh into docs/gpu, one folder a card, and writes the index of them.
#
# usage: scripts/gpu-proof/collect.sh REPORT...
#        scripts/gpu-proof/collect.sh --check    fails if the index is not that of the reports that are there
set -euo pipefail
script=$(readlink -f "${BASH_SOURCE[0]}")
folder=$(readlink -f "$(dirname "$script")/../../docs/gpu")
index=$folder/README.md

fail() {
    echo "collect: $1" >&2
    exit 1
}

# field REPORT NAME: a value of the report's first table.
field() { sed -n "s/^| $2 | \(.*\) |\$/\1/p" "$1" | head -n 1; }

# The verdict of a report, in a few words.
verdict() {
    if grep -q '^\*\*[0-9]* checks failed' "$1"; then
        sed -n 's/^\*\*\([0-9]* checks failed\).*/\1/p' "$1"
    elif grep -q '^\*\*UNFINISHED\|^\*\*INCOMPLETE' "$1"; then
        echo "incomplete, nothing failed"
    else
        sed -n 's/^All \([0-9]* checks\) that ran passed; .*/\1 passed/p' "$1"
    fi
}

# A report of a GPU, with all that the index says of it.
check_report() {
    local name
    [ -f "$1" ] || fail "$1: no such file"
    ! grep -q '^\*\*NO GPU WAS THERE' "$1" || fail "$1: the GPU was simulated"
    for name in GPU Driver Commit Date; do
        [ -n "$(field "$1" "$name")" ] || fail "$1: the report names no $name"
    done
    [[ $(field "$1" Date) =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+Z$ ]] || fail "$1: the date is '$(field "$1" Date)'"
    [[ $(field "$1" Commit) =~ ^[0-9a-f]{40}$ ]] ||
        fail "$1: the commit is '$(field "$1" Commit)', and not one that others have"
    ! grep -q '^No check has run to its end' "$1" || fail "$1: no check has run"
    [ -n "$(verdict "$1")" ] || fail "$1: the report has no verdict"
}

# Prints the index's table; nothing if there are no reports.
print_table() {
    local report head=yes
    for report in "$folder"/*/*.md; do
        [ -e "$report" ] || return 0
        [ "$head" = no ] || printf '| Card | Driver | Commit | Date | Result | Report |\n|---|---|---|---|---|---|\n'
        head=no
        check_report "$report"
        printf '| %s | %s | %.12s | %.10s | %s | [%s](%s) |\n' "$(field "$report" GPU)" "$(field "$report" Driver)" \
            "$(field "$report" Commit)" "$(field "$report" Date)" "$(verdict "$report")" "$(basename "$report")" \
            "${report#"$folder/"}"
    done
}

print_index() {
    local table
    sed '/^<!-- reports -->$/q' "$index"
    table=$(print_table)
    printf '\n%s\n' "${table:-No report has come yet.}"
}

[ $# -gt 0 ] || { sed -n '/^# usage/,/^[^#]/s/^# \{0,1\}//p' "$script" >&2 && exit 2; }
if [ "$1" = --check ]; then
    [ "$(print_index)" = "$(cat "$index")" ] || fail "docs/gpu/README.md is not the index of the reports in docs/gpu"
    exit 0
fi
# Where a report goes: a folder for its card.
place_of() {
    local card
    card=$(field "$1" GPU | sed 's/ (sm_[0-9]*)$//' | tr '[:upper:]' '[:lower:]' | tr -cs 'a-z0-9\n' -)
    card=${card#-}
    printf '%s/%s/%.10s-%.12s.md' "$folder" "${card%-}" "$(field "$1" Date)" "$(field "$1" Commit)"
}

for report in "$@"; do
    check_report "$report"
    [ ! -e "$(place_of "$report")" ] || fail "$(place_of "$report") is there already"
done
for report in "$@"; do
    to=$(place_of "$report")
    mkdir -p "$(dirname "$to")"
    cp "$report" "$to"
    echo "Written: $to"
done
print_index >"$index.part"
mv "$index.part" "$index"
