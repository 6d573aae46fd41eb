#!/bin/bash
# Tests scripts/install-dependencies.sh with stand-ins for the programs it calls: what it does when nothing is
# missing, when something is and it may install, and when it may not.
#
# usage: install_dependencies.sh SOURCE_DIR
# shellcheck disable=SC2016 # stand-ins expand their variables themselves
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

script=$1/scripts/install-dependencies.sh
make_scratch "${TMPDIR:-/tmp}"
mkdir "$scratch/bin"

# Makes a stand-in for command $1 whose body is $2.
stand_in() {
    printf '#!/bin/bash\n%s\n' "$2" >"$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
}

# Runs the script with only the stand-ins, bash and env in reach; sets `status` and `output`.
run() {
    : >"$scratch/log"
    status=0
    output=$(env -u GLORAND_SKIP_INSTALL PATH="$scratch/bin" LOG="$scratch/log" MISSING="$missing" \
        IS_ROOT="$is_root" SUDO="$sudo" "$@" 2>&1) || status=$?
}

# Ends the test unless the last run exited with $1, printed $2 and called apt-get $3 times.
expect() {
    [ "$status" -eq "$1" ] || fail "$case: exit status $status, not $1: $output"
    [[ $output == *"$2"* ]] || fail "$case: \"$2\" is not in: $output"
    [ "$(grep -c '^apt-get' "$scratch/log")" -eq "$3" ] || fail "$case: called $(cat "$scratch/log")"
}

ln -s "$(command -v bash)" "$(command -v env)" "$scratch/bin"
stand_in apt-get 'echo "apt-get $*" >>"$LOG"'
stand_in id 'if [ "$IS_ROOT" = yes ]; then echo 0; else echo 1000; fi'
stand_in sudo '[ "$SUDO" = yes ] || exit 1; shift; echo sudo >>"$LOG"; "$@"'
stand_in true ''
stand_in dpkg-query 'case " $MISSING " in *" ${!#} "*) exit 1 ;; *) printf installed ;; esac'

is_root=yes sudo=no missing=''
case="nothing is missing" && run "$script" test && expect 0 '' 0
[ -z "$output" ] || fail "$case: printed $output"

missing='libxxhash-dev valgrind clang'
case="root installs for building" && run "$script" && expect 0 'libxxhash-dev' 2
grep -q 'install --no-install-recommends libxxhash-dev$' "$scratch/log" ||
    fail "$case: $(cat "$scratch/log")"
case="root installs for tests" && run "$script" test && expect 0 'libxxhash-dev clang' 2
missing='python3-venv g++ clang'
case="root installs for the benchmark" && run "$script" bench && expect 0 'g++ python3-venv' 2
missing='libxxhash-dev valgrind clang'

is_root=no
case="a user without rights" && run "$script" build && expect 1 'recommends libxxhash-dev' 0
case="a user who skips" && run env GLORAND_SKIP_INSTALL=1 "$script" build && expect 0 '' 0
sudo=yes
case="a user with sudo" && run "$script" build && expect 0 'libxxhash-dev' 2

case="a stage that there is not" && run "$script" everything && expect 2 'usage' 0
rm "$scratch/bin/dpkg-query"
case="not a Debian system" && run "$script" build && expect 1 'libxxhash-dev' 0
