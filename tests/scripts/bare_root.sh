#!/bin/bash
# The two commands that README.md gives for a fresh machine and the installation by pip, in a bare Debian that
# scripts/bare-root.sh makes, with less work for slow tests. With GLORAND_TEST_LONG with lints, sanitizers and Python's
# tests, and once more without each thing that the script can take away.
#
# usage: bare_root.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

bare_root=$1/scripts/bare-root.sh
make_scratch "$2"

status=0
"$bare_root" --without water 2>"$scratch/errors" || status=$?
[[ $status -eq 2 && $(cat "$scratch/errors") == usage:* ]] || fail "--without water: $status, $(cat "$scratch/errors")"

status=0
said=$(GLORAND_TEST_WITHOUT=bare-root "$bare_root") || status=$?
[[ $status -eq 77 && $said == 'skipped: bare-root '* ]] || fail "inside itself: $status, $said"

test=scripts/test.sh
if [ -n "${GLORAND_TEST_LONG:-}" ]; then
    test+=' --python'
else
    test+=' --quick'
fi
# The package says its command's version from another folder than the sources'.
# shellcheck disable=SC2016 # the root's shell expands this
install='python3 -m venv build/env && build/env/bin/pip --quiet install . &&
    (cd build && echo "installed by pip: $(env/bin/python -m glorand --version)")'

# Runs the commands with options of the script, which may skip.
run() {
    echo "== scripts/bare-root.sh $*"
    local commands="scripts/demo.sh && $test"
    [ $# -gt 0 ] || commands="scripts/demo.sh && scripts/install-dependencies.sh test && $install && $test"
    env -u GLORAND_TEST_LONG GLORAND_TEST_LIGHT=1 "$bare_root" "$@" sh -c "$commands" >"$scratch/log" 2>&1 || status=$?
    sed -n '/^== Summary$/,$p; /\*\*\*/p; /^installed by pip/p' "$scratch/log"
}

things=('')
[ -z "${GLORAND_TEST_LONG:-}" ] || things+=(clang gcc network opencl root sys)
for thing in "${things[@]}"; do
    status=0
    run ${thing:+--without "$thing"}
    [ "$status" -ne 77 ] || skip "$(sed -n 's/^skipped: //p' "$scratch/log" | tail -n 1)"
    [ "$status" -eq 0 ] || fail "exit status $status: $(tail -n 100 "$scratch/log")"
    [ -n "$thing" ] || grep -q '^installed by pip: glorand [0-9]' "$scratch/log" || fail "pip did not install the package"
    grep -q 'every bit is as drawn' "$scratch/log" || fail "scripts/demo.sh did not verify its file"
    tail -n 1 "$scratch/log" | grep -qE '^[1-9][0-9]+ passed, 0 failed, [0-9]+ skipped$' || fail "no counts"
    ! grep -q "$1/build/bare-root/" /proc/self/mounts || fail "something is still mounted"
done
