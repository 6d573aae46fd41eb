#!/bin/bash
# Compares the files that the command writes by CUDA with those that it writes by the CPU, in an empty folder.
#
# usage: compare_files.sh GLORAND FOLDER
set -euo pipefail
glorand=$1
[ -n "$2" ]
cd "$2"

# same ARGUMENT... FILE: whether both backends write the same file.
same() {
    local file=${*: -1} backend sums=()
    for backend in cpu cuda; do
        "$glorand" "${@:1:$#-1}" -o "$file" --backend "$backend"
        sums+=("$(sha256sum "$file")")
    done
    [ "${sums[0]}" = "${sums[1]}" ] || { echo "differs from the CPU's file: glorand $*" && exit 1; }
}

# Tensors of each dtype, one of them shorter than a warp is wide, one empty.
cat >list.json <<'LIST'
{"recipe": "keras", "tensors": [
{"name": "a.weight", "shape": [3000, 2000], "dtype": "float32"},
{"name": "a.bias", "shape": [2000], "dtype": "float16"},
{"name": "b.weight", "shape": [0, 7], "dtype": "bfloat16"},
{"name": "c.weight", "shape": [77, 131], "dtype": "float8_e4m3fn"},
{"name": "d.weight", "shape": [3, 5], "dtype": "float64"},
{"name": "e.weight", "shape": [513, 129], "dtype": "bfloat16"},
{"name": "f.weight", "shape": [64, 64], "dtype": "float8_e5m2"}]}
LIST
same fill -i glorot_normal -s 42 -n 15,1048583 a.npy
same fill -i he_uniform -s 42 -n 3001,1000 --slice 1:,3:900 --dtype bfloat16 b.safetensors
same fill -i lecun_normal -s 7 -n 999 --method icdf --dtype float64 c.bin
same init list.json --seed 3 d.safetensors
"$glorand" verify d.safetensors --backend cuda
echo "4 files are the CPU's, and one is verified"
