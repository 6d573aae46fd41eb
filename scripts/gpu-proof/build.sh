# shellcheck shell=bash disable=SC2154,SC2034 # gpu-proof.sh and its other parts share variables
# Steps of gpu-proof.sh on a machine that can build: the build, the layout that it runs from, and the bundle. Sourced by
# gpu-proof.sh, and not part of a bundle.

source_dir=$(dirname "$here")
limit_mib=48
limit_glibc=2.34

# Prints a line for each thing that the build needs and that is not there.
find_missing() {
    local tool module header
    for tool in cmake ninja pkg-config; do
        command -v "$tool" >/dev/null || echo "missing: $tool"
    done
    command -v "${CC:-cc}" >/dev/null || echo "missing: a C compiler"
    command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ] || [ -x "${CUDA_HOME:-/nowhere}/bin/nvcc" ] ||
        echo "missing: nvcc, of NVIDIA's CUDA toolkit, on PATH or in \$CUDA_HOME/bin"
    for module in jansson criterion nettle; do
        pkg-config --exists "$module" 2>/dev/null || echo "missing: $module, with its headers"
    done
    local headers=(xxhash.h Random123/philox.h)
    [ "$HOSTTYPE" != x86_64 ] || headers+=(simde/x86/avx512.h)
    for header in "${headers[@]}"; do
        echo "#include <$header>" | "${CC:-cc}" -E -o /dev/null - 2>/dev/null || echo "missing: the header $header"
    done
}

build_all() {
    local missing
    missing=$(find_missing)
    [ -z "$missing" ] || give_up "$missing" "scripts/install-dependencies.sh test installs all but the toolkit on Debian"
    build=$source_dir/build/gpu-proof
    cmake -S "$source_dir" --preset release -B "$build" -DGLORAND_CUDA=ON -DGLORAND_OPENCL=OFF -DGLORAND_TESTS=ON \
        -DGLORAND_COMMAND=ON -DGLORAND_BENCH=ON --log-level=NOTICE || give_up "the build cannot be configured"
    cmake --build "$build" --target glorand_command hashes test_cpu test_cuda_device older_driver glorand-gpu-bench ||
        give_up "glorand does not build"
}

print_build_facts() {
    local commit nvcc
    commit=$(git -C "$source_dir" rev-parse HEAD 2>/dev/null) || commit=unknown
    [ -z "$(git -C "$source_dir" status --porcelain --untracked-files=no 2>/dev/null)" ] ||
        commit="$commit, with changes"
    nvcc=$(sed -n 's/^GLORAND_NVCC:[^=]*=//p' "$build/CMakeCache.txt" 2>/dev/null) || nvcc=
    printf 'version %s\n' "$("$build/glorand" --version | sed 's/^glorand //; q')"
    printf 'commit %s\n' "$commit"
    nvcc=$("${nvcc:-nvcc}" --version 2>/dev/null | sed -n 's/.*\(release .*\)/nvcc \1/p') || nvcc=
    printf 'toolkit %s\n' "${nvcc:-unknown}"
    printf 'machine %s\n' "$(uname -m)"
    printf 'glibc %s\n' "$limit_glibc"
}

# stage FOLDER COMMAND...: lays out a folder as a bundle is; COMMAND, `ln -s` or `cp`, brings files into it.
stage() {
    local to=$1 file
    shift
    mkdir -p "$to/bin" "$to/lib" "$to/data"
    for file in glorand tests/hashes tests/test_cpu tests/cuda/test_cuda_device bench/gpu/glorand-gpu-bench; do
        [ -x "$build/$file" ] || give_up "$build has no $file: a build with tests and CUDA is needed"
        "$@" "$build/$file" "$to/bin/"
    done
    # By its soname, which the command asks for.
    file=$(ldd "$build/glorand" | sed -n 's/^[[:space:]]*libglorand[^ ]* => \(\/[^ ]*\) .*/\1/p')
    [ -e "$file" ] || give_up "$build/glorand does not find its library"
    "$@" "$file" "$to/lib/"
    [ -e "$build/tests/cuda/libolder_driver.so" ] || give_up "$build has no tests/cuda/libolder_driver.so"
    "$@" "$build/tests/cuda/libolder_driver.so" "$to/lib/"
    for file in tests/data/hashes.txt tests/cuda/census.csv tests/python/gpu_arrays.py bench/gpu/torch_peer.py; do
        "$@" "$source_dir/$file" "$to/data/"
    done
    mkdir -p "$to/python/glorand" "$to/data/golden"
    "$@" "$source_dir"/python/glorand/*.py "$to/python/glorand/"
    "$@" "$source_dir"/tests/data/golden/*.json "$to/data/golden/"
    print_build_facts >"$to/facts"
}

# The libraries of others that a bundle's programs need beyond glibc and the driver, each once.
list_libraries() {
    local missing
    missing=$(ldd "$1"/bin/* "$1"/lib/*.so | sed -n '/libcuda\.so/d; s/^[[:space:]]*\(.*\) => not found$/\1/p' | sort -u)
    [ -z "$missing" ] || give_up "these libraries are not found: $missing"
    ldd "$1"/bin/* | sed -n 's/.* => \(\/[^ ]*\) (0x.*/\1/p' | sort -u |
        grep -vE '/(libglorand|libc|libm|libdl|libpthread|librt|libresolv|libutil|libanl|libcuda)\.so\.[0-9.]+$'
}

# Prints the Debian package that a file is of. With folders that became links, dpkg knows it by its older name.
package_of() {
    local real
    real=$(readlink -f "$1")
    { dpkg-query -S "$real" || dpkg-query -S "${real#/usr}"; } 2>/dev/null | sed 's/:.*//; q' | grep . ||
        give_up "no Debian package has $1, so that its licence is unknown"
}

# Copies what a package says of its licence, and the licences that this refers to.
copy_licence() {
    local package=$1 to=$2 text
    cp -L "/usr/share/doc/$package/copyright" "$to/$package"
    printf '%s %s\n' "$package" "$(dpkg-query -W -f '${Version}\n' "$package" | head -n 1)" >>"$to/packages"
    { grep -oE '/usr/share/common-licenses/[A-Za-z0-9.+-]*[A-Za-z0-9+]' "$to/$package" || true; } | sort -u |
        while read -r text; do
            [ ! -e "$text" ] || cp -L "$text" "$to/${text##*/}.txt"
        done
}

# The libraries, found by all through $ORIGIN, and the licences of them and of the headers that are compiled in.
add_libraries() {
    local to=$1 library package libraries
    mkdir "$to/licences"
    cp "$source_dir/LICENSE" "$to/licences/glorand"
    libraries=$(list_libraries "$to")
    for library in $libraries; do
        cp -L "$library" "$to/lib/"
        package_of "$library"
    done >"$work/packages"
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' libxxhash-dev librandom123-dev libsimde-dev 2>/dev/null |
        sed -n 's/^installed //p' >>"$work/packages"
    sort -u "$work/packages" | while read -r package; do
        copy_licence "$package" "$to/licences"
    done
    chmod u+w "$to"/lib/* "$to"/bin/*
    strip "$to"/bin/* "$to"/lib/*
    for library in "$to"/lib/* "$to"/bin/*; do
        # DT_RPATH: unlike DT_RUNPATH, it holds for what the libraries need, too.
        # shellcheck disable=SC2016 # the loader expands it
        patchelf --force-rpath --set-rpath '$ORIGIN/../lib' "$library"
    done
}

# Each file must run with the glibc that the bundle says it needs.
check_glibc() {
    local file newest
    for file in "$1"/bin/* "$1"/lib/*; do
        newest=$(objdump -T "$file" | { grep -oE 'GLIBC_[0-9.]+' || true; } | sort -Vu | tail -n 1)
        ! readelf -V "$file" | grep -q GLIBC_ABI_DT_RELR || newest=GLIBC_2.36 # which that stands for
        is_at_least "$limit_glibc" "${newest#GLIBC_}" ||
            give_up "${file##*/} needs glibc ${newest#GLIBC_}; a bundle must run with $limit_glibc"
    done
}

print_readme() {
    cat <<README
This folder proves glorand $(fact version) on a machine with an NVIDIA GPU: that its values are the CPU's there, bit for
bit, and how fast it is. It needs the driver (CUDA 12.0 or newer), bash, coreutils, glibc $limit_glibc,
and a /tmp that can be written to. Run

    ./gpu-proof.sh

and send back the report, gpu-proof-report.md in the current folder. It takes up to 8 minutes, and then some for
comparisons with cuRAND, torch and NVIDIA's profilers where they are; --quick takes 90 seconds, --help tells more.
docs/gpu-proof.md in glorand's sources describes the report. licences/ has the licence of each program and library here.
README
}

# make_bundle FILE
make_bundle() {
    local tool folder name file=$1 bytes
    [[ $file == *.tar.gz ]] || bad_usage "--bundle: '$file' does not end in .tar.gz"
    for tool in patchelf strip objdump readelf dpkg-query; do
        command -v "$tool" >/dev/null || give_up "missing: $tool"
    done
    name=$(basename "$file" .gz)
    folder=$work/${name%.tar}
    home=$folder
    stage "$folder" cp
    add_libraries "$folder"
    check_glibc "$folder"
    cp "$here/gpu-proof.sh" "$folder/"
    mkdir "$folder/gpu-proof"
    cp "$parts"/{report,programs,checks,compare_files,numbers,peers,profile}.sh "$folder/gpu-proof/"
    print_readme >"$folder/README"
    (cd "$folder" && find . -type f -print0 | sort -z | xargs -0 sha256sum) >"$work/sums"
    mv "$work/sums" "$folder/SHA256SUMS"
    mkdir -p "$(dirname "$file")"
    tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mode=u+w,a+rX --mtime=@0 -cf - "${folder##*/}" |
        gzip -9n >"$file.part"
    bytes=$(stat -c %s "$file.part")
    if [ "$bytes" -gt $((limit_mib << 20)) ]; then
        rm "$file.part"
        give_up "the bundle would have $bytes bytes; $limit_mib MiB are the limit"
    fi
    mv "$file.part" "$file"
    printf 'Written: %s, %s bytes; unpack it anywhere and run ./gpu-proof.sh in its folder\n' "$file" "$bytes"
}
