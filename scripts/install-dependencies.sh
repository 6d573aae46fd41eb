#!/bin/bash
# Installs the Debian packages that building glorand needs, or building and testing or measuring it. Does nothing,
# and needs neither network nor rights, when all of them are there.
#
# usage: scripts/install-dependencies.sh [build|test|bench]
#
# GLORAND_SKIP_INSTALL=1 makes it do nothing, for systems with other package names.
set -euo pipefail

build_packages=(
    gcc libc6-dev cmake ninja-build # compiler and build system
    libxxhash-dev                   # a header, whose functions are compiled in
    opencl-c-headers                # OpenCL's headers; its library is loaded where there is one
)
test_packages=(
    clang libclang-rt-dev libomp-dev g++         # the other compiler, sanitizers, OpenMP beside, the header from C++
    pkg-config libcriterion-dev                  # how installed libraries are found, test framework
    libjansson-dev librandom123-dev nettle-dev   # an independent reader of JSON, Philox, SHA-256
    libsimde-dev                                 # the AVX-512 kernel on processors without it
    pocl-opencl-icd ocl-icd-opencl-dev oclgrind  # OpenCL on the CPU, its loader, and a simulator that watches it
    clang-format clang-tidy cppcheck shellcheck  # lints
    groff-base doxygen                           # man pages and the reference of the header
    locales                                      # other decimal points and upper cases
    python3 python3-venv ca-certificates         # TensorFlow and others, into the build folder
    abigail-tools                                # the library's binary interface
    debootstrap                                  # a bare Debian
    binutils patchelf                            # what a bundle of gpu-proof.sh is packed by
)
bench_packages=(
    g++ librandom123-dev                 # peers that are compiled in
    python3 python3-venv ca-certificates # TensorFlow and others, into the build folder; tables and plots
)

if [ "$HOSTTYPE" != aarch64 ]; then # the NEON kernel on other processors: a compiler and an emulator
    test_packages+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user)
fi

usage() {
    echo "usage: scripts/install-dependencies.sh [build|test|bench]" >&2
    exit 2
}

# Sets `missing` to those of the packages that are not installed.
find_missing() {
    missing=()
    local package
    for package in "$@"; do
        if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
            missing+=("$package")
        fi
    done
}

# Says what to install, and gives up.
explain() {
    echo "glorand: $1. Install what these Debian packages hold, then run this again:" >&2
    echo "    apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
}

# Runs apt-get with its arguments as root, by `sudo` where this is not root.
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o Acquire::Retries=3 \
        -o Dpkg::Use-Pty=0 "$@"
}

[ $# -le 1 ] || usage
case ${1:-build} in
build) packages=("${build_packages[@]}") ;;
test) packages=("${build_packages[@]}" "${test_packages[@]}") ;;
bench) packages=("${build_packages[@]}" "${bench_packages[@]}") ;;
*) usage ;;
esac
[ "${GLORAND_SKIP_INSTALL:-}" != 1 ] || exit 0

missing=("${packages[@]}")
command -v dpkg-query >/dev/null || explain "this system has no dpkg-query"
find_missing "${packages[@]}"
[ ${#missing[@]} -gt 0 ] || exit 0

command -v apt-get >/dev/null || explain "packages are missing, and this system has no apt-get"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || explain "packages are missing, and this user may not install them"
    as_root=(sudo -n)
fi
echo "Installing ${missing[*]}"
apt update
apt install --no-install-recommends "${missing[@]}"
