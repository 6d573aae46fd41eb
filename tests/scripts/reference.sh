#!/bin/bash
# The reference of the public headers: Doxygen warns of nothing, and each header and each of its functions is there.
#
# usage: reference.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

source_dir=$1
need doxygen
make_scratch "$2"
cd "$source_dir"
said=$({ cat docs/Doxyfile && echo "OUTPUT_DIRECTORY = $scratch"; } | doxygen - 2>&1) || fail "doxygen: $said"
[ -z "$said" ] || fail "doxygen: $said"

cd "$scratch/html"
functions=0
for header in "$source_dir"/include/glorand/*.h; do
    name=$(basename "$header")
    page=${name/./_8}.html
    [ -f "$page" ] || fail "the reference has no page of $name"
    grep -qF "href=\"$page\"" index.html || fail "docs/mainpage.dox does not list $name"
    for function in $(tr '\n' ' ' <"$header" | grep -oE 'GLR_API [^;(]*\(' | grep -oE 'glr_[a-z0-9_]+\($' | tr -d '('); do
        grep -qE ">$function</(a|b)> \(" "$page" || fail "the page of $name lacks $function"
        functions=$((functions + 1))
    done
done
[ "$functions" -ge 30 ] || fail "only $functions functions were found in the headers"
echo "$functions functions in the reference"
