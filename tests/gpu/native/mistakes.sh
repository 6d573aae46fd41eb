#!/bin/bash
# Mistakes in the text of the kernels for GPUs, which running it here must notice: each is put into a line of a copy,
# compiled with the sanitizers, and test_native's fills must fail. Without a mistake they pass.
#
# usage: mistakes.sh SOURCE_DIR BUILD_DIR EVERY COMPILER FILE...
#
# Of the mistakes each EVERY-th is tried, from the first on; with GLORAND_TEST_LONG all of them. The files are what
# test_native is linked of.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/common.sh"

# FILE of src/gpu; sed's expression.
mistakes=(
    'truncated.h; 0,/^ *GLR_SUBGROUP_BARRIER();/s///'
    'truncated.h; s/fill->finished + GLR_SUBGROUP_ITEM)/fill->finished)/'
    'truncated.h; s/queue->length = 0/(void)queue/'
    'truncated.h; s/& *& GLR_SUBGROUP_ITEM < left/\&\& 1/'
    'truncated.h; s/left >= at_least/left > at_least/'
    'truncated.h; s/if (left < at_least)/if (1)/'
    'truncated.h; s/? left : GLR_SUBGROUP_ITEMS;/? 0 : GLR_SUBGROUP_ITEMS;/'
    'truncated.h; s/glr_gpu_enqueue(fill, number + j/glr_gpu_enqueue(fill, number/'
    'truncated.h; s/i < remainder ? GLR_SUBGROUP_ITEMS : 1/GLR_SUBGROUP_ITEMS/'
    'truncated.h; s/glr_keep_from(&kept, args->base, glr_gpu_group(fill, number), 2/glr_keep_from(\&kept, args->base, glr_gpu_group(fill, number), 3/'
    'truncated.h; s/i + GLR_ITEM < remainder/i + GLR_ITEM + 1 < remainder/'
    'truncated.h; s/% GLR_GPU_QUEUED;/% (GLR_GPU_QUEUED + 1);/'
    'truncated.h; s/four.w = candidates/four.z = candidates/'
    'truncated.h; s/^        glr_gpu_finish_queued(fill, GLR_SUBGROUP_ITEMS);$//'
    'truncated.h; s/glr_rejected_bit(candidates->value\[3\])/0/'
    'fast_path.h; s/(sizeof(uint4) - 1)) == 0/(sizeof(uint4) - 1)) != 1/'
    'fast_path.h; s/args->first + GLR_GROUP_SIZE - 1) \/ GLR_GROUP_SIZE/args->first) \/ GLR_GROUP_SIZE/'
    'fast_path.h; s/first_whole + GLR_GPU_UNITS - 1/first_whole/'
    'fast_path.h; s/end = end_whole \/ GLR_GPU_UNITS/end = end_whole \/ GLR_GPU_UNITS + 1/'
    'fast_path.h; s/args->base.low == 0/1/'
    'fast_path.h; s/code\[0\] | code\[1\] << 16/code[1] | code[0] << 16/'
    'fast_path.h; s/words->x = words->z/words->x = words->y/'
    'fast_path.h; s/words->y = words->z/words->y = words->w/'
    'fast_path.h; s/ | code\[3\] << 24//'
    'fast_path.h; s/glr_put_four_16(to, code)/glr_put_four_8(to, code)/'
    'fast_path.h; s/group \* GLR_GROUP_SIZE) \* args->element_size/group) * args->element_size/'
    'fast_path.h; s/begin \* GLR_GPU_UNITS - first_group/begin * GLR_GPU_UNITS/'
    'fast_path.h; s/i < fast_path->before ? i :/i <= fast_path->before ? i :/'
    'fast_path.h; s/(glr_scalar)(first >> 32)/0U/'
    'fast_path.h; s/i \* step, (glr/i, (glr/'
    'fast_path.h; s/(args->offset - args->first)/args->offset/'
    'fast_path.h; s/number - fast_path->before </number <=/'
    'draw.h; s/tile += GLR_WORK_GROUPS)/tile += GLR_WORK_GROUPS + 1)/'
    'draw.h; s/fast_path.begin + GLR_WORK_GROUP;/fast_path.begin;/'
    'draw.h; s/i \* groups < GLR_GPU_UNITS/i < GLR_GPU_UNITS/'
    'draw.h; s/i \* groups + j, 1)/i + j, 1)/'
    'draw.h; s/j < groups; j++/j + 1 < groups; j++/'
    'draw.h; s/GLR_DTYPE_NUMBER_BFLOAT16, 2, /GLR_DTYPE_NUMBER_BFLOAT16, 4, /'
    'draw.h; s/element_size == 2 ? 2 : 4/element_size == 2 ? 2 : 2/'
    'draw.h; s/(number) += GLR_WORK_GROUPS \* GLR_GPU_ITEMS/(number) += GLR_GPU_ITEMS + GLR_WORK_GROUPS/'
    'draw.h; s/i + GLR_ITEM, 1)/i, 1)/'
    'draw.h; s/unit, args->stride, &values)/unit, 1, \&values)/'
    'draw.h; s/glr_bounded_group((int)args->sampler/glr_bounded_group(GLR_SAMPLE_BOUNDED/'
    'draw.h; s/glr_bounded_group_f64((int)args->sampler/glr_bounded_group_f64(GLR_SAMPLE_BOUNDED_ICDF/'
    'draw.h; s/unit.group \* GLR_GROUP_SIZE + unit.first + j;/unit.group * GLR_GROUP_SIZE + j;/'
    'draw.h; s/unit.place + j \* args->stride, element)/unit.place + j, element)/'
    'draw.h; s/&args->keys, args->dtype, args->pattern)/\&args->keys, GLR_DTYPE_NUMBER_FLOAT32, args->pattern)/'
    'draw.h; s/glr_index_element(law, index, args->base/glr_index_element(law, index + 1, args->base/'
    'store.h; s/case 2: ((GLR_GLOBAL uint16_t/case 3: ((GLR_GLOBAL uint16_t/'
    'store.h; s/unit.count == 4 && stride == 1/stride == 1/'
    'store.h; s/(sizeof(vector) - 1)) == 0/(sizeof(vector) - 1)) < 16/'
    'store.h; s/j - unit.first < unit.count/j < unit.count/'
    'store.h; s/(j - unit.first) \* stride/j * stride/'
    'store.h; s/glr_put_16(dst, unit/glr_put_8(dst, unit/'
    'store.h; s/(1 - unit.first) \* args->stride/args->stride/'
    'store.h; s/unit.first + unit.count == GLR_GROUP_SIZE_F64/unit.count > 0/'
    'store.h; s/unit.first == 0 && unit.count > 0/unit.count > 1/'
    'store.h; s/unit.place + j \* args->stride/unit.place + j/'
    'units.h; s/begin < index ? index : begin/begin/'
    'units.h; s/end < run_end ? end : run_end/end/'
    'units.h; s/(from - index) \* args->stride/(from - index)/'
    'units.h; s/number % args->units_per_run/number/'
    'units.h; s/args->offset + start.offset/args->offset/'
    'kernels.h; s/glr_gpu_draw(dst, &args, GLR_SAMPLE_ICDF)/glr_gpu_draw(dst, \&args, GLR_SAMPLE_UNIFORM)/'
    'operations.h; s/GLR_CHECK_SQRT + i/GLR_CHECK_SQRT + i + 1/'
)

source_dir=$1
build_dir=$2
every=${GLORAND_TEST_LONG:+1}
every=${every:-$3}
compiler=$4
IFS=';' read -ra linked < <(printf '%s;' "${@:5}" && echo) # CMake's lists come as one argument
make_scratch "$build_dir"
mkdir "$scratch/src"
cp -r "$source_dir"/src/* "$scratch/src/"
cd "$scratch"
read -ra libraries < <(pkg-config --libs criterion jansson nettle)
export ASAN_OPTIONS=detect_leaks=0:use_sigaltstack=0 GLORAND_TEST_LIGHT=1
export GLORAND_OPENCL_LIBRARY=/nowhere GLORAND_CUDA_LIBRARY=/nowhere

# Builds test_native of the text as it is in the copy. Only that has sanitizers.
build() {
    local form
    # shellcheck disable=SC2054 # the comma is the option's
    local flags=(-std=c11 -O1 -w -ffp-contract=off -fsanitize=address,undefined -fno-sanitize-recover=all
        -D_XOPEN_SOURCE=700 -I "$source_dir/include" -I "$source_dir/tests/gpu/native" -I src)
    for form in warps:4 one:1; do
        "$compiler" "${flags[@]}" "-DNATIVE_CALL=native_call_${form%:*}" "-DNATIVE_SUBGROUPS=${form#*:}" \
            -c "$source_dir/tests/gpu/native/kernels.c" -o "${form%:*}.o" || return 1
    done
    "$compiler" -fsanitize=address,undefined -fopenmp warps.o one.o "${linked[@]}" "${libraries[@]}" -ldl -lm -o tries
}

# By one suite after the other in a process each, so that the first failure ends it.
run() { timeout 120 ./tries --jobs 1 --fail-fast >log 2>&1; }

build || fail "does not compile without a mistake"
run || fail "fails without a mistake: $(tail -n 20 log)"
missed=()
tried=0
for ((i = 0; i < ${#mistakes[@]}; i += every)); do
    file=src/gpu/${mistakes[i]%%;*}
    cp -p "$file" original
    sed -i "${mistakes[i]#*; }" "$file"
    ! cmp -s "$file" original || fail "changes nothing: ${mistakes[i]}"
    build 2>errors || fail "does not compile: ${mistakes[i]}: $(head -n 5 errors)"
    tried=$((tried + 1))
    if run; then
        missed+=("${mistakes[i]}")
        echo "missed: ${mistakes[i]}"
    fi
    cp -p original "$file"
done
echo "$((tried - ${#missed[@]})) of $tried mistakes are noticed"
[ ${#missed[@]} -eq 0 ] || fail "not noticed: ${#missed[@]}"
