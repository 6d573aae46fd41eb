#!/bin/bash
# The command gives the same files and texts in every floating-point mode that a preloaded library has set.
#
# usage: command_modes.sh SOURCE_DIR BUILD_DIR COMMAND PRELOADED_LIBRARY HOST_MODES
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

make_scratch "$2"
command=$3 library=$4 modes=$("$5" --count)
cd "$scratch"
small='{"class_name": "RandomUniform", "config": {"minval": 1e-45, "maxval": 1e-39}}'
wrong='{"class_name": "RandomNormal", "config": {"stddev": -0.5}}'
cat >model.json <<'JSON'
{"seed": 7, "dtype": "float32", "tensors": [
 {"name": "a", "shape": [300, 700], "initializer": "he_uniform"},
 {"name": "b", "shape": [70001], "dtype": "float16", "initializer":
  {"class_name": "TruncatedNormal", "config": {"mean": 0.1, "stddev": 1e-7}}},
 {"name": "c", "shape": [999], "initializer": {"class_name": "RandomNormal", "config": {"stddev": 1e-40}}},
 {"name": "d", "shape": [3], "initializer": {"class_name": "Constant", "config": {"value": 0.1}}}]}
JSON

# All that the command writes in a mode, or without one for "", in folder $2.
write_all() {
    mkdir "$2"
    (
        cd "$2"
        if [ -n "$1" ]; then
            export HOST_MODE=$1 LD_PRELOAD=$library
        fi
        {
            "$command" fill -i glorot_normal -s 42 -n 784,256 -o fill.npy --threads 4 &&
                "$command" fill -i "$small" -s 1 -n 70000 -o small.safetensors &&
                "$command" init ../model.json -o init.safetensors --threads 4 &&
                "$command" init ../model.json --plan &&
                "$command" verify init.safetensors &&
                "$command" stats init.safetensors &&
                "$command" stats init.safetensors --json &&
                "$command" stats small.safetensors --json &&
                "$command" devices --json &&
                "$command" devices --selftest &&
                ! "$command" fill -i "$wrong" -s 1 -n 4 -o none.npy
        } >out 2>&1
    )
}

write_all "" default || fail "without a mode: $(cat default/out)"
for ((mode = 0; mode < modes; mode++)); do
    write_all "$mode" "$mode" || fail "mode $mode: $(cat "$mode/out")"
    diff -r default "$mode" || fail "mode $mode gives other files or texts"
done
echo "$modes modes"
