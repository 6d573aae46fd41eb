#!/bin/bash
# In a program with more rights than its caller, the environment does not choose the libraries that are loaded.
#
# usage: setuid.sh COMMAND COMPILER
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[ "$(id -u)" = 0 ] || skip "no rights to make a setuid program"
need setpriv
make_scratch "${TMPDIR:-/tmp}"
chmod 755 "$scratch"
as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)

cp "$(command -v id)" "$scratch/id"
chmod 4755 "$scratch/id"
[ "$("${as_nobody[@]}" "$scratch/id" -u)" = 0 ] || skip "no rights to run setuid programs in ${TMPDIR:-/tmp}"

cp "$1" "$scratch/glorand"
cat >"$scratch/loaded.c" <<'END'
#include <unistd.h>
static void say_so(void) __attribute__((constructor));
static void say_so(void) { _exit(write(1, "loaded\n", 7) == 7 ? 0 : 1); }
END
"$2" -shared -fPIC -o "$scratch/loaded.so" "$scratch/loaded.c"

# Whether the command, run by nobody, loads the library that this variable names.
loads() {
    [ "$(env "$1=$scratch/loaded.so" "${as_nobody[@]}" "$scratch/glorand" devices 2>&1)" = loaded ]
}

tried=no
for variable in GLORAND_OPENCL_LIBRARY GLORAND_CUDA_LIBRARY; do
    chmod 755 "$scratch/glorand"
    loads "$variable" || continue # this build has no such backend
    chmod 4755 "$scratch/glorand"
    ! loads "$variable" || fail "a setuid program loads the library that $variable names"
    "${as_nobody[@]}" "$scratch/glorand" devices >"$scratch/devices" || fail "a setuid program cannot run"
    tried=yes
done
[ "$tried" = yes ] || fail "the command loads no library that a variable names"
