#!/bin/bash
# Compares the binary interface of a shared library with that of the last release, or writes it down at a release.
# See docs/versions.md.
#
# usage: scripts/abi.sh LIBRARY DUMP REPORT [FUNCTIONS]
#        scripts/abi.sh --update LIBRARY FOLDER
#
# LIBRARY has debug information: build/release/tests/abi/libglorand.so, for example. DUMP is what --update wrote.
# The differences go to REPORT and to standard output, LIBRARY's own interface to REPORT.abi. With the soname of the dump, any difference is an error (exit
# status 1); with another, none is. FUNCTIONS is a regular expression of functions that this build leaves out.
# --update writes FOLDER/VERSION.abi, with the version from LIBRARY's name, in place of the dumps that are there.
#
# Exit status 77: abidiff or abidw (Debian's abigail-tools) is not installed.
set -euo pipefail

headers=$(dirname "${BASH_SOURCE[0]}")/../include/glorand

usage() {
    sed -n 's/^# usage: /usage: /p; s/^#        scripts/       scripts/p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

fail() {
    echo "failed: $1" >&2
    exit 1
}

need() {
    command -v "$1" >/dev/null || {
        echo "skipped: $1 is not installed"
        exit 77
    }
}

# Writes down the interface of library $1: exported functions and the types that the headers define. Paths, lines and
# the processor are left out, so that it is the same wherever it is made.
dump() {
    abidw --headers-dir "$headers" --exported-interfaces-only --drop-private-types --drop-undefined-syms \
        --no-architecture --no-corpus-path --no-comp-dir-path --no-elf-needed --no-show-locs --type-id-style hash \
        "$1" | sed -E "s| path='[^']*/(src/[^']*)'| path='\1'|"
}

update() {
    local library=$1 folder=$2 version
    need abidw
    version=$(basename "$(readlink -f "$library")")
    version=${version#libglorand.so.}
    [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "$library is not named libglorand.so.VERSION"
    rm -f "$folder"/*.abi
    dump "$library" >"$folder/$version.abi"
    echo "$folder/$version.abi"
}

# The soname that the interface in file $1 belongs to.
soname_in() { sed -n "s/^<abi-corpus .*soname='\([^']*\)'.*/\1/p" "$1"; }

# The specification by which abidiff passes over functions that match $1, unless that is empty.
left_out() {
    [ -z "$1" ] || printf '[suppress_function]\n  symbol_name_regexp = %s\n  change_kind = all\n' "$1"
}

# Dumps are compared, not a dump and a library: abidiff would then have to know by itself which types are private, and
# takes changed members of public ones for private, too.
compare() {
    local library=$1 released=$2 report=$3 present=$3.abi functions=${4:-} status=0 before now
    need abidw
    need abidiff
    [[ $(readelf -S "$library") == *.debug_info* ]] || fail "$library has no debug information"
    dump "$library" >"$present"
    before=$(soname_in "$released")
    now=$(soname_in "$present")
    [[ -n $before && -n $now ]] || fail "no soname: '$before' in $released, '$now' in $library"
    left_out "$functions" >"$report.suppr"
    abidiff --ignore-soname --suppressions "$report.suppr" "$released" "$present" >"$report" 2>&1 || status=$?
    cat "$report"
    [ $((status & 3)) -eq 0 ] || fail "abidiff ended with status $status"
    if [ "$status" -eq 0 ]; then
        echo "$now is as in $released"
    elif [ "$now" = "$before" ]; then
        fail "the interface differs from $released, and the soname is $now in both: see docs/versions.md"
    else
        echo "the interface differs from $released, and so does the soname: $now, not $before"
    fi
}

case "${1:-}:$#" in
--update:3) update "$2" "$3" ;;
--*) usage ;;
*:3 | *:4) compare "$@" ;;
*) usage ;;
esac
