#!/bin/bash
# Mistakes, one in each area of the code, that the tests must notice: in a copy of the sources each is made, built, and
# the tests that scripts/test.sh runs without options and that match the last column must fail. Without a mistake they
# pass.
#
# usage: mistakes.sh SOURCE_DIR BUILD_DIR [AREA...]
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# AREA; FILE under src; sed's expression; the tests.
mistakes=(
    'fans; api/make_plan.c; s/GLR_LAYOUT_TORCH ? 1 : rank - 2/GLR_LAYOUT_TORCH ? 0 : rank - 2/; ^api_fans$'
    'carry; core/counter.h; s/sum\.low < block ? 1U : 0U/0U/; ^core_counter$'
    'rounding; core/round.h; s/+ odd) >> shift/+ (odd | 1U)) >> shift/; ^core_round$'
    'strides; core/runs.h; s/position \* runs->offset_step/position * runs->index_step/; ^cpu_parts$'
    'cache key; opencl/cache.c; s/memcmp(found, key, (size_t)size) == 0/found[0] == key[0]/; ^opencl_cache$'
    'header; files/safetensors.c; s/file->tensor\[i\]\.offset != end/file->tensor[i].offset > end/; ^model_safetensors$'
    'temporary file; cli/output.c; s/(void)unlink(output->temporary_name);//; ^cli_output$'
    'barrier; gpu/truncated.h; 0,/^ *GLR_SUBGROUP_BARRIER();/s///; ^cuda_barriers$'
    'pool; cpu/pool.c; s/while (atomic_load(&ended->active) > 0)/while (false)/; ^host_threads$'
    'twister; api/seed.c; s/y >> 18/y >> 17/; ^api_seeds$'
)

unset GLORAND_TEST_LONG GLORAND_TEST_PROOF GLORAND_TEST_LIGHT
build_dir=$2
make_scratch "$build_dir"
tree=$scratch/tree
mkdir "$tree"
tar -C "$1" --exclude=./build --exclude=./.git -cf - . | tar -C "$tree" -xf -
areas=("${@:3}")

# Runs the tests that match, but for those that only options of scripts/test.sh run.
run_tests() {
    ctest --test-dir "$tree/build" --no-tests=error -R "$1" --label-exclude '^(python|proof|long)$' \
        --output-on-failure --output-junit "$scratch/report.xml" >"$scratch/log" 2>&1
}

build() { cmake --build "$tree/build" >"$scratch/log" 2>&1 || fail "$1: does not build: $(tail -n 20 "$scratch/log")"; }

(cd "$tree" && cmake --preset release -B build -DGLORAND_TESTS=ON -DGLORAND_COMMAND=ON) >"$scratch/log" 2>&1 ||
    fail "$(tail -n 20 "$scratch/log")"
build "no mistake"
missed=()
for mistake in "${mistakes[@]}"; do
    IFS=';' read -r area file rest <<<"$mistake"
    tests=${rest##*; }
    change=${rest%"; $tests"}
    [ ${#areas[@]} -eq 0 ] || [[ " ${areas[*]} " == *" $area "* ]] || continue
    file=$tree/src/${file# }
    if ctest --test-dir "$tree/build" -N -R "$tests" | grep -q '^Total Tests: 0$'; then
        echo "$area: not tried, this build has no $tests"
        continue
    fi
    run_tests "$tests" || fail "$area: fails without a mistake: $(tail -n 20 "$scratch/log")"
    ! grep -q '<skipped' "$scratch/report.xml" || { echo "$area: not tried, its test skips here"; continue; }
    cp -p "$file" "$scratch/original"
    sed -i "$change" "$file"
    ! cmp -s "$file" "$scratch/original" || fail "$area: changes nothing in $file"
    build "$area"
    if run_tests "$tests"; then
        missed+=("$area")
        echo "$area: NOT noticed by $tests"
    else
        echo "$area: noticed by $(sed -n 's/^.*- \([a-z_0-9]*\) (.*/\1/p' "$scratch/log" | sort -u | tr '\n' ' ')"
    fi
    cp "$scratch/original" "$file"
    touch "$file"
    build "$area, mended"
done
[ ${#missed[@]} -eq 0 ] || fail "mistakes that no test notices: ${missed[*]}"
