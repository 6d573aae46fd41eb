#!/bin/bash
# The lines of C in docs/shards.md are those of examples/fill_shard.c, which is a test of its own.
#
# usage: shards_page.sh SOURCE_DIR
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

page=$1/docs/shards.md example=$1/examples/fill_shard.c
lines=0
while read -r line; do
    sed 's/^ *//' "$example" | grep -qxF -e "$line" || fail "$page has a line that $example has not: $line"
    lines=$((lines + 1))
done < <(awk '/^```/ { inside = !inside && $0 == "```c"; next } inside' "$page")
[ "$lines" -ge 6 ] || fail "$page has $lines lines of C, fewer than 6"
echo "$lines lines are the example's"
