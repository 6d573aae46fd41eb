#!/bin/bash
# The examples in glorand-init(1). The program that makes a list of tensors from .safetensors files: of two files it
# makes the list of both, from which the command draws what they hold. The list with regions and values: the command
# draws it.
#
# usage: man_list.sh SOURCE_DIR BUILD_DIR COMMAND
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

source_dir=$1
build_dir=$2
command=$3
need groff python3
make_scratch "$build_dir"
cd "$scratch"

# The lines, as a reader of the page copies them.
groff -man -Tascii -P-cbou "$source_dir/docs/man/glorand-init.1" | sed 's/^ \{7\}//' >page
sed -n '/^ *import json/,/^ *json\.dump/p' page >list.py
[ -s list.py ] || fail "glorand-init(1) holds no program"
sed -n '/^{"seed"/,/\]}$/p' page >regions.json
[ -s regions.json ] || fail "glorand-init(1) holds no list"
"$command" init regions.json -o regions.safetensors
"$command" verify regions.safetensors --spec regions.json
"$command" init regions.json --plan | grep -q 'its own, and 1 region$' || fail "the list of glorand-init(1) has no region"

cat >whole.json <<'END'
{"seed": 3, "tensors": [
 {"name": "a.weight", "shape": [5, 4], "dtype": "float32", "initializer": "he_normal"},
 {"name": "a.bias", "shape": [5], "dtype": "float16"},
 {"name": "count", "shape": [], "dtype": "int64", "initializer": "zeros"}]}
END
"$command" init whole.json --rule 'a.bias=skip' -o 1.safetensors
"$command" init whole.json --rule '[!a]*=skip' --rule '*.weight=skip' -o 2.safetensors
python3 list.py 1.safetensors 2.safetensors >list.json
# The list is right, and all that the command needs.
"$command" init list.json --rule '*.weight=he_normal' --rule 'count=zeros' --seed 3 -o again.safetensors
"$command" verify again.safetensors --spec whole.json
[ "$(grep -c '"name"' list.json)" = 3 ] || fail "the list has other tensors: $(cat list.json)"
