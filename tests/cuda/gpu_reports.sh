#!/bin/bash
# docs/gpu is the index of the reports in it; and how scripts/gpu-proof/collect.sh takes and refuses reports, in a copy.
#
# usage: gpu_reports.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

"$1/scripts/gpu-proof/collect.sh" --check || fail "the index is not that of the reports"

make_scratch "$2"
mkdir -p "$scratch/scripts/gpu-proof" "$scratch/docs/gpu"
cp "$1/scripts/gpu-proof/collect.sh" "$scratch/scripts/gpu-proof"
sed '/^<!-- reports -->$/q' "$1/docs/gpu/README.md" >"$scratch/docs/gpu/README.md"
printf '\nNo report has come yet.\n' >>"$scratch/docs/gpu/README.md"
collect=$scratch/scripts/gpu-proof/collect.sh
"$collect" --check || fail "an index without reports is not taken"

# A report as gpu-proof.sh begins it, with this verdict, commit and card.
write_report() {
    printf '# glorand: proof on a GPU\n\n%s\n\n| | |\n|---|---|\n| Commit | %s |\n| GPU | %s |\n| Driver | 580.65.06 |\n%s\n' \
        "$1" "$2" "$3" '| Date | 2026-11-26T12:00:00Z |' >"$scratch/report.md"
}

refuse() {
    local said
    ! said=$("$collect" "$scratch/report.md" 2>&1) || fail "not refused: $1"
    [[ $said == *"$1"* ]] || fail "not \"$1\", but: $said"
    "$collect" --check || fail "the index changed"
}

commit=0123456789abcdef0123456789abcdef01234567
passed='All 14 checks that ran passed; the values that they compared are the CPU'"'"'s, bit for bit.'
write_report '**NO GPU WAS THERE. The device is simulated**' "$commit" 'Stand-in 0 (sm_120)'
refuse 'the GPU was simulated'
write_report "$passed" "$commit, with changes" 'NVIDIA H100 80GB HBM3 (sm_90)'
refuse 'and not one that others have'
write_report 'No check has run to its end: nothing is proved.' "$commit" 'NVIDIA H100 80GB HBM3 (sm_90)'
refuse 'no check has run'
write_report 'Fine.' "$commit" 'NVIDIA H100 80GB HBM3 (sm_90)'
refuse 'the report has no verdict'

write_report "$passed" "$commit" 'NVIDIA H100 80GB HBM3 (sm_90)'
"$collect" "$scratch/report.md" >/dev/null
row='| NVIDIA H100 80GB HBM3 (sm_90) | 580.65.06 | 0123456789ab | 2026-11-26 | 14 checks passed |'
grep -qF "$row [2026-11-26-0123456789ab.md](nvidia-h100-80gb-hbm3/2026-11-26-0123456789ab.md) |" \
    "$scratch/docs/gpu/README.md" || fail "not in the index: $(cat "$scratch/docs/gpu/README.md")"
"$collect" --check || fail "the index is not what was written"
refuse 'is there already'
write_report '**3 checks failed: see the end.**' "$commit" 'NVIDIA L4 (sm_89)'
"$collect" "$scratch/report.md" >/dev/null
grep -qF '| 2026-11-26 | 3 checks failed |' "$scratch/docs/gpu/README.md" || fail "a failure is not in the index"
rm -r "$scratch/docs/gpu/nvidia-l4"
! "$collect" --check 2>/dev/null || fail "a report that is gone is not noticed"
