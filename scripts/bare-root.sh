#!/bin/bash
# Makes a bare Debian in build/bare-root, copies the checkout into it, and runs a command with it as the root: by default
# the two that README.md gives for a fresh machine. It has no git and no nvcc, and no package but what Debian calls
# minimal.
#
# usage: scripts/bare-root.sh [--suite SUITE] [--without THING]... [--with FILE]... [--keep] [COMMAND [ARGUMENT]...]
#
# --suite    the Debian: bookworm, which is Debian 12, unless it says another
# --without  what is to be missing there, too; the packages of scripts/install-dependencies.sh are there then:
#            clang    all of clang but its lints, so that gcc is the only compiler
#            gcc      gcc and g++, for this processor and others, so that clang is the only compiler
#            network  any network, the loopback device's included
#            opencl   OpenCL's headers, loader and drivers
#            root     the rights of root: the command runs as an ordinary user
#            sys      the file system /sys
# --with     a file that is put into the folder in which the command runs
# --keep     leaves the folder in which it ran, and prints its name
#
# The command runs with CI=true, in namespaces of its own, so that no mount and no process stays behind. It needs
# root, debootstrap and a network, and takes sources, settings and certificates from this system's apt and environment;
# where it may not, it prints "skipped: REASON" and exits with 77. Packages and roots stay in build/bare-root for a week.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

system=bookworm # what this one is to be
suite=bookworm
store=$PWD/build/bare-root
PATH=$PATH:/usr/sbin:/sbin # where debootstrap and chroot are

usage() {
    echo "usage: scripts/bare-root.sh [--suite SUITE] [--without THING]... [--with FILE]... [--keep]" \
        "[COMMAND [ARGUMENT]...]" >&2
    exit 2
}

skip() {
    echo "skipped: $1"
    exit 77
}

# Whether $1 is one of the following arguments.
is_among() {
    local wanted=$1 item
    shift
    for item in "$@"; do
        [ "$item" != "$wanted" ] || return 0
    done
    return 1
}

is_without() { is_among "$1" "${without[@]}"; }

# Ends the script unless this system can make a bare Debian.
check_system() {
    [[ " ${GLORAND_TEST_WITHOUT:-} " != *' bare-root '* ]] || skip "bare-root does not run inside itself"
    [ "$(id -u)" -eq 0 ] || skip "this takes the rights of root"
    command -v debootstrap >/dev/null || skip "debootstrap is not installed"
    unshare --mount --pid --net --fork true 2>/dev/null || skip "root lacks the rights to make namespaces here"
    # Lines of site, suite and component, as apt uses them.
    # shellcheck disable=SC2016 # apt expands these
    mapfile -t sources < <(apt-get indextargets --no-release-info --format '$(SITE) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' | sort -u | grep -E " $system(-security|-updates)? ")
    mirror=$(printf '%s\n' "${sources[@]}" | awk -v suite="$system" '$2 == suite { print $1; exit }')
    [ -n "$mirror" ] || skip "apt has no sources of Debian $system"
    sources=("${sources[@]/ $system/ $suite}")
    # debootstrap does not know apt's proxy.
    local proxy='' status=0
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    [ -z "$proxy" ] || export http_proxy="${http_proxy:-$proxy}"
    wget -q --timeout=30 --tries=2 -O /dev/null "$mirror/dists/$suite/InRelease" || status=$?
    [ "$status" -ne 4 ] || skip "no network to install Debian from"
}

# Sets `environment` to that of commands in a root: the language, and what this one says of the network and of tests.
choose_environment() {
    local name
    environment=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 CI=true
        "GLORAND_TEST_WITHOUT=bare-root ${without[*]}")
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY PIP_INDEX_URL PIP_EXTRA_INDEX_URL \
        PIP_DEFAULT_TIMEOUT GLORAND_TEST_LIGHT GLORAND_TEST_LONG; do
        [ -z "${!name:-}" ] || environment+=("$name=${!name}")
    done
    certificates=${PIP_CERT:-${SSL_CERT_FILE:-}}
    [ -z "$certificates" ] || environment+=(PIP_CERT=/etc/host-certificates.crt SSL_CERT_FILE=/etc/host-certificates.crt)
}

# Gives root $1 what this system says of the network: apt's sources and settings, names, certificates.
copy_settings() {
    printf 'deb %s\n' "${sources[@]}" >"$1/etc/apt/sources.list"
    apt-config dump | grep '^Acquire::' | grep -v '^Acquire::IndexTargets' >"$1/etc/apt/apt.conf.d/90host"
    cp /etc/resolv.conf /etc/hosts "$1/etc/"
    [ ! -e /etc/pip.conf ] || cp /etc/pip.conf "$1/etc/"
    [ -z "$certificates" ] || cp "$certificates" "$1/etc/host-certificates.crt"
    [ ! -d /usr/local/share/ca-certificates ] || cp -r /usr/local/share/ca-certificates "$1/usr/local/share/"
}

# Copies the checkout into folder $1. git may be absent, so what it ignores is named here.
copy_checkout() {
    mkdir -p "$1"
    tar --exclude=./build --exclude=./.git --exclude=./.cache --exclude=./CMakeUserPresets.json \
        --exclude=__pycache__ -cf - . | tar --no-same-owner -xf - -C "$1"
}

# usage: enter ROOT [--net] [--no-sys] [--userspec=USER] -- COMMAND [ARGUMENT]...
#
# Runs a command in a root: --net takes the network away, --no-sys leaves /sys empty. Packages that were fetched once
# are there.
enter() {
    local root=$1 sys=yes namespaces=(--mount --pid --fork --kill-child) user=()
    while shift && [ "$1" != -- ]; do
        case $1 in
        --net) namespaces+=("$1") ;;
        --no-sys) sys=no ;;
        --userspec=*) user=("$1") ;;
        esac
    done
    shift
    # The root becomes that of the namespace, since whom chroot has locked in may make no namespaces.
    # shellcheck disable=SC2016 # the inner shell expands these
    unshare "${namespaces[@]}" bash -euc '
        root=$1 sys=$2 archives=$3
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount --bind "$archives" "$root/var/cache/apt/archives"
        [ "$sys" = no ] || mount --rbind /sys "$root/sys"
        cd "$root"
        pivot_root . mnt
        cd /
        umount --lazy /mnt
        # Not by exec: for another user the kernel would forget that this process is to end with its parent.
        chroot "${@:4}" || exit $?
    ' enter "$root" "$sys" "$store/archives" "${user[@]}" / env -i "${environment[@]}" "$@"
}

# Sees to it that $store/$1, which is KIND-SUITE, is there and younger than a week: make_KIND makes it.
have() {
    local make=make_${1%-*}
    [ -z "$(find "$store/$1" -maxdepth 0 -mtime -7 2>/dev/null)" ] || return 0
    rm -rf --one-file-system "${store:?}/$1" "$store/$1.part"
    "$make" "$store/$1.part"
    touch "$store/$1.part"
    mv "$store/$1.part" "$store/$1"
}

make_minimal() {
    debootstrap --variant=minbase "$suite" "$1" "$mirror" >"$store/debootstrap.log" ||
        { tail -n 20 "$store/debootstrap.log" >&2 && exit 1; }
}

# With the packages that the tests need.
make_complete() {
    have "minimal-$suite"
    cp -a "$store/minimal-$suite" "$1"
    copy_settings "$1"
    copy_checkout "$1/glorand"
    enter "$1" -- /glorand/scripts/install-dependencies.sh test
    rm -rf "$1/glorand"
}

# Removes the packages of what is in `without` from root $1, for good.
remove_packages() {
    local patterns=() packages
    ! is_without opencl || patterns+=(-e 'opencl|pocl|oclgrind')
    ! is_without gcc || patterns+=(-e '^(gcc|g\+\+|cpp)(-[0-9]+)?(-aarch64-linux-gnu)?$')
    ! is_without clang || patterns+=(-e '^clang(-[0-9]+)?$')
    [ ${#patterns[@]} -gt 0 ] || return 0
    mapfile -t packages < <(dpkg-query --admindir "$1/var/lib/dpkg" -W -f '${db:Status-Status} ${Package}\n' |
        sed -n 's/^installed //p' | grep -E "${patterns[@]}")
    enter "$1" -- apt-get -y -q -o Dpkg::Use-Pty=0 purge "${packages[@]}"
    environment+=(GLORAND_SKIP_INSTALL=1)
}

without=()
with=()
keep=no
while [ $# -gt 0 ]; do
    case $1 in
    --without)
        is_among "${2:-}" clang gcc network opencl root sys || usage
        without+=("$2")
        shift
        ;;
    --suite | --with)
        [ $# -gt 1 ] || usage
        if [ "$1" = --suite ]; then suite=$2; else with+=("$2"); fi
        shift
        ;;
    --keep) keep=yes ;;
    -*) usage ;;
    *) break ;;
    esac
    shift
done
[ $# -gt 0 ] || set -- sh -c 'scripts/demo.sh && scripts/test.sh'

check_system
choose_environment
mkdir -p "$store/archives"
exec 9>"$store/lock" # one run at a time: packages and roots are shared
flock 9
kind=minimal-$suite
[ ${#without[@]} -eq 0 ] || kind=complete-$suite
# Not one that was made when the tests needed other packages.
[ "$store/complete-$suite" -nt scripts/install-dependencies.sh ] ||
    rm -rf --one-file-system "$store/complete-$suite"
have "$kind"

root=$(mktemp -d "$store/run.XXXXXX")
if [ "$keep" = yes ]; then
    echo "The root stays in $root"
else
    trap 'rm -rf --one-file-system "$root"' EXIT
fi
chmod 755 "$root"
cp -a "$store/$kind/." "$root"
copy_settings "$root"
remove_packages "$root"
home=/home/user
copy_checkout "$root$home/glorand"
[ ${#with[@]} -eq 0 ] || cp "${with[@]}" "$root$home/glorand/"
enter "$root" -- sh -c "useradd --home-dir $home user && chown -R user: $home"

options=(--userspec=root)
! is_without root || options=(--userspec=user)
! is_without network || options+=(--net)
! is_without sys || options+=(--no-sys)
enter "$root" "${options[@]}" -- env -C "$home/glorand" HOME="$home" "$@"
