#!/bin/bash
# Proves glorand on a machine with an NVIDIA GPU: that the kernels draw the CPU's bits there, and how fast they are.
# Writes a report to send back. In a checkout it builds what it runs; --bundle packs that into a file for machines that
# have a driver and little else. docs/gpu-proof.md describes the report.
#
# In a bundle this script may use bash and coreutils only.
set -euo pipefail
invoked_from=$PWD
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
parts=$here/gpu-proof
for part in report programs checks numbers peers profile; do
    [ -r "$parts/$part.sh" ] || { echo "gpu-proof: missing: $parts/$part.sh; nothing was proved" >&2 && exit 3; }
done
# shellcheck source-path=SCRIPTDIR source=gpu-proof/report.sh
. "$parts/report.sh"
# shellcheck source-path=SCRIPTDIR source=gpu-proof/programs.sh
. "$parts/programs.sh"
# shellcheck source-path=SCRIPTDIR source=gpu-proof/checks.sh
. "$parts/checks.sh"
# shellcheck source-path=SCRIPTDIR source=gpu-proof/numbers.sh
. "$parts/numbers.sh"
# shellcheck source-path=SCRIPTDIR source=gpu-proof/peers.sh
. "$parts/peers.sh"
# shellcheck source-path=SCRIPTDIR source=gpu-proof/profile.sh
. "$parts/profile.sh"
is_bundle=yes
if [ -e "$parts/build.sh" ]; then
    is_bundle=no
    # shellcheck source-path=SCRIPTDIR source=gpu-proof/build.sh
    . "$parts/build.sh"
fi

usage() {
    cat <<'USAGE'
usage: gpu-proof.sh [--quick] [--seconds N] [--out FILE] [--build-dir FOLDER]
       gpu-proof.sh --bundle FILE.tar.gz [--build-dir FOLDER]

  --quick               fewer checks and sizes: at most 90 seconds instead of 8 minutes
  --seconds N           at most N seconds; what is left then is left out, and the report says so
  --out FILE            the report; the default is gpu-proof-report.md in the current folder
  --bundle FILE.tar.gz  runs nothing, but packs all that is needed to run it elsewhere; needs no GPU
  --build-dir FOLDER    a build with tests and CUDA that is there already; without it, one is made in build/gpu-proof
                        (not for a bundle, which holds its programs)

Comparisons with cuRAND and torch, compute-sanitizer and ncu follow, each with a time limit of its own, where they are.
CUDA_VISIBLE_DEVICES chooses the GPU. GLORAND_CUDA_LIBRARY and GLORAND_BENCH_CURAND name the files of the driver and of
cuRAND where they are not in the usual places, GLORAND_PROOF_PYTHON a Python with torch and CuPy, COMPUTE_SANITIZER
and NCU NVIDIA's tools. It needs no root, and leaves nothing but the report (and build/gpu-proof in a checkout), unless it or a test is killed.
Exit status: 0 all that ran drew the CPU's bits; 1 values differ or a check failed; 2 bad usage; 3 something is missing,
and nothing was proved; 4 nothing failed, but the time was over before the last check; 130 interrupted.
USAGE
}

bad_usage() {
    echo "gpu-proof: $1; see gpu-proof.sh --help" >&2
    exit 2
}

# Ends the script because something is missing.
give_up() {
    printf 'gpu-proof: %s\n' "$@" "nothing was proved" >&2
    exit 3
}

quick=no
allowed= # seconds for the proof
report=$invoked_from/gpu-proof-report.md
build=
bundle=
while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=yes ;;
    --out | --build-dir | --bundle | --seconds)
        [ $# -ge 2 ] || bad_usage "$1 needs an argument"
        [[ $2 == /* ]] && path=$2 || path=$invoked_from/$2
        case $1 in
        --out) report=$path ;;
        --build-dir) build=$path ;;
        --bundle) bundle=$path ;;
        --seconds)
            [[ $2 =~ ^[1-9][0-9]{0,4}$ ]] || bad_usage "--seconds: '$2' is not an integer from 1 to 99999"
            allowed=$2
            ;;
        esac
        [[ $1 != --b* || $is_bundle == no ]] || bad_usage "$1 is not for a bundle"
        shift
        ;;
    --help | -h) usage && exit 0 ;;
    *) bad_usage "unexpected argument '$1'" ;;
    esac
    shift
done

[ -n "$allowed" ] || { [ "$quick" = yes ] && allowed=90 || allowed=480; }

work=$(mktemp -d "${TMPDIR:-/tmp}/glorand-proof.XXXXXX") ||
    give_up "no temporary folder can be made in ${TMPDIR:-/tmp}"
work=$(readlink -f "$work")
part=$report.${HOSTNAME:-}.$$.part
# At the end, however it comes. Nothing has differed where the script itself could not go on.
leave() {
    local status=$?
    rm -rf "$work" "$part"
    [[ $status -ne 1 || $failures -gt 0 || $stage == finished || $stage == '' ]] ||
        { echo "gpu-proof: it could not go on; written so far: $report" >&2 && exit 3; }
}
trap leave EXIT

if [ -n "$bundle" ]; then
    [ -n "$build" ] || build_all
    make_bundle "$bundle"
    exit 0
fi
if [ "$is_bundle" = yes ]; then
    home=$here
    check_bundle
fi
check_for_gpu # before a long build
if [ "$is_bundle" = no ]; then
    [ -n "$build" ] || build_all
    home=$work/home
    stage "$home" ln -s
    SECONDS=0 # the build does not count
fi
open_device
start_report
run_proof
finish_proof
compare_peers
check_sanitizer
profile_kernels
finish_report
