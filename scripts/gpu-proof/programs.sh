# shellcheck shell=bash disable=SC2154,SC2034 # gpu-proof.sh and its other parts share variables
# The programs of gpu-proof.sh, and the system that they find. Sourced by gpu-proof.sh.
#
# $home is laid out as a bundle: bin/ has the programs, lib/ libraries, data/ their data, and `facts` lines of a name and
# a value: version, commit, toolkit, machine, glibc.

# fact NAME
fact() {
    local name value
    while read -r name value; do
        [ "$name" != "$1" ] || { echo "$value" && return; }
    done <"$home/facts"
    echo unknown
}

# The version of glibc here; nothing if it cannot be found out.
glibc_version() {
    local line='' library=
    line=$(getconf GNU_LIBC_VERSION 2>/dev/null) || while read -r line; do
        [[ ! $line =~ (/[^ ]*/libc[.-][^/ ]*so[^/ ]*)$ ]] || library=${BASH_REMATCH[1]}
    done </proc/self/maps
    [ -z "$library" ] || line=$("$library" 2>/dev/null | head -n 1) || line=
    [[ ! $line =~ (version|glibc)\ ([0-9]+\.[0-9]+) ]] || echo "${BASH_REMATCH[2]}"
}

# Whether a version is at least another one.
is_at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

# A bundle that is whole, on a system that can run it.
check_bundle() {
    local machine glibc needed sums line wrong=()
    machine=$(uname -m)
    [ "$machine" = "$(fact machine)" ] || give_up "this bundle is for $(fact machine), and this machine is $machine"
    glibc=$(glibc_version)
    needed=$(fact glibc)
    [ -z "$glibc" ] || is_at_least "$glibc" "$needed" || give_up "this system has glibc $glibc; $needed is needed"
    sums=$(cd "$home" && sha256sum -c SHA256SUMS 2>&1) || while read -r line; do
        [[ $line == *': OK' ]] || wrong+=("$line")
    done <<<"$sums"
    [ ${#wrong[@]} -eq 0 ] || give_up "the bundle is not as it was packed:" "${wrong[@]}"
}

# A named driver is what GLORAND_CUDA_LIBRARY is for.
check_for_gpu() {
    [ -n "${GLORAND_CUDA_LIBRARY:-}" ] || compgen -G '/dev/nvidia[0-9]*' >/dev/null ||
        compgen -G '/dev/nvhost*' >/dev/null || [ -e /dev/dxg ] ||
        give_up "there is no NVIDIA GPU, or no driver for it: no /dev/nvidia0"
}

# Sets device, name and simulated, and the environment of all programs.
open_device() {
    local devices line available
    bin=$home/bin
    data=$home/data
    mkdir "$work/tmp" "$work/cache"
    export TMPDIR=$work/tmp
    export CUDA_CACHE_PATH=$work/cache     # and not the user's
    export GLORAND_OPENCL_LIBRARY=/nowhere # this is about CUDA
    export GLORAND_TEST_DATA=$data
    # Variables that would change the tests or the driver, and the order in which nvidia-smi counts devices.
    unset GLORAND_ISA GLORAND_TEST_LIGHT GLORAND_TEST_LONG GLORAND_TEST_PROOF GLORAND_TEST_SEED GLORAND_TEST_BACKEND \
        CUDA_FORCE_PTX_JIT CUDA_FORCE_JIT CUDA_DISABLE_PTX_JIT CUDA_CACHE_DISABLE keep
    export LC_ALL=C CUDA_DEVICE_ORDER=PCI_BUS_ID
    choose_driver
    devices=$(limited 60 "$bin/glorand" devices 2>&1) || give_up "glorand devices ended with exit status $?:" "$devices"
    while read -r line; do
        [[ $line != cuda\ * ]] || break
    done <<<"$devices"
    [[ $line == cuda\ * ]] || give_up "this build has no CUDA"
    read -r _ device available name <<<"$line"
    [ "$available" = yes ] ||
        give_up "no GPU can be used: $name" "CUDA_VISIBLE_DEVICES chooses another one, if there is one"
    simulated=no
    [[ $name != Stand-in* ]] || simulated=yes
}

# A driver's file that was named: programs that link libcuda.so.1, and do not load it, find it by a folder that has it by
# this name.
choose_driver() {
    [ -n "${GLORAND_CUDA_LIBRARY:-}" ] || return 0
    [[ $GLORAND_CUDA_LIBRARY != */* ]] || GLORAND_CUDA_LIBRARY=$(readlink -m "$GLORAND_CUDA_LIBRARY")
    export GLORAND_CUDA_LIBRARY
    if [ -e "$GLORAND_CUDA_LIBRARY" ]; then
        mkdir "$work/driver"
        ln -s "$GLORAND_CUDA_LIBRARY" "$work/driver/libcuda.so.1"
        export LD_LIBRARY_PATH=$work/driver${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    fi
}

# A property of the device by nvidia-smi, or "unknown". It may hang where a driver does.
ask_smi() {
    local said='' id=${CUDA_VISIBLE_DEVICES:-$device}
    said=$(timeout -k 5 20 nvidia-smi --id="${id%%,*}" --format=csv,noheader --query-gpu="$1" 2>/dev/null) || said=
    said=${said%%$'\n'*}
    echo "${said:-unknown}"
}

# The driver's release, as in 580.65.06.
driver_release() {
    local line=
    [ ! -r /proc/driver/nvidia/version ] || read -r line </proc/driver/nvidia/version || true
    if [[ $line =~ ([0-9]{3,}\.[0-9.]+) ]]; then
        echo "${BASH_REMATCH[1]}"
    else
        ask_smi driver_version
    fi
}

print_facts() {
    printf '| | |\n|---|---|\n'
    printf '| Library | glorand %s |\n' "$(fact version)"
    printf '| Commit | %s |\n' "$(fact commit)"
    printf '| GPU | %s |\n' "$name"
    if [ "$simulated" = no ]; then
        printf '| Driver | %s |\n' "$(driver_release)"
        printf '| Clocks of multiprocessors and memory, ECC, power limit | %s |\n' \
            "$(ask_smi clocks.max.sm,clocks.max.memory,ecc.mode.current,power.limit)"
    fi
    printf '| Compiled by | %s |\n' "$(fact toolkit)"
    printf '| System | %s, glibc %s |\n' "$(uname -srm)" "$(glibc_version)"
    printf '| Date | %s |\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
    printf '| Extent | %s, at most %d s |\n' "$([ "$quick" = yes ] && echo quick || echo full)" "$allowed"
}
