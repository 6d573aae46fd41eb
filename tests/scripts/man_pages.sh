#!/bin/bash
# The man pages: no warning from groff, and the same options as the command's own help texts.
#
# usage: man_pages.sh SOURCE_DIR COMMAND
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

source_dir=$1
command=$2
need groff

for page in "$source_dir"/docs/man/*.1; do
    name=$(basename "$page" .1)
    warnings=$(groff -man -Tascii -ww -z "$page" 2>&1)
    [ -z "$warnings" ] || fail "$name: $warnings"
    subcommand=${name#glorand}
    subcommand=${subcommand#-}
    helped=$("$command" ${subcommand:+"$subcommand"} --help | grep -oE -- '--[a-z]+' | sort -u)
    described=$(groff -man -Tascii -P-cbou "$page" | sed -n '/^OPTIONS/,/^[E-Z]/p' | grep -E '^ {7}-' |
        grep -oE -- '--[a-z]+' | sort -u)
    [ "$helped" = "$described" ] || fail "$name: options of help and man page differ:
$(diff <(echo "$helped") <(echo "$described"))"
done
version=$(grep -ohE '"glorand [0-9.]+"' "$source_dir"/docs/man/*.1 | sort -u)
[ "$version" = "\"$("$command" --version | cut -d ' ' -f 1,2)\"" ] || fail "the pages are of $version"
