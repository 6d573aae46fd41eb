#!/bin/bash
# Runs every command of README.md: all its fenced `sh` blocks, in order and in one shell, in a fresh copy of
# the tree with a home folder of its own, with the built command on PATH. The fenced `c` block is there as
# weights.c. Left out is the first block, with the two commands for a fresh machine: .ci/run runs those.
#
# usage: readme_commands.sh SOURCE_DIR BUILD_DIR COMMAND
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

source_dir=$1
build_dir=$2
command_dir=$(dirname "$3")
need cmake ninja pkg-config
make_scratch "$build_dir"

mkdir "$scratch/tree" "$scratch/home"
for path in "$source_dir"/*; do
    [ "$(basename "$path")" = build ] || cp -r "$path" "$scratch/tree"
done
cd "$scratch/tree"

# Prints the fenced blocks of language $1.
blocks() { awk -v open="^\`\`\`$1\$" '/^```/ { inside = !inside && $0 ~ open; next } inside' README.md; }

first=$(blocks sh | head -n 2)
[ "$first" = $'scripts/demo.sh\nscripts/test.sh' ] || fail "the first commands of README.md are: $first"
blocks sh | tail -n +3 >commands.sh
[ -s commands.sh ] || fail "README.md holds no other commands"
blocks c >weights.c

cat commands.sh
unset DESTDIR
HOME=$scratch/home PATH=$command_dir:$PATH bash -eux -o pipefail commands.sh </dev/null
