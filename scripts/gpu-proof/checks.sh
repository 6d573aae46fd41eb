# shellcheck shell=bash disable=SC2154,SC2034 # gpu-proof.sh and its other parts share variables
# The proof proper: the values first, then the times. Sourced by gpu-proof.sh.

# Whether a check of a limit may begin. Sets `limit` to its seconds, fewer if the proof has fewer left, which
# `is_short` says.
begin() {
    local left
    left=$(time_left)
    limit=$2
    [ "$simulated" = no ] || limit=$((10 * limit)) # slow beside other programs: this is against hanging
    is_short=no
    left=$((left - 5)) # in which a program that does not end is killed
    if [ "$left" -lt 2 ]; then
        leave_out "$1"
        return 1
    fi
    [ "$left" -ge "$limit" ] || { limit=$left && is_short=yes; }
    announce "$1"
}

# judge NAME STATUS SAID LOG: adds the row for a command that ended, with 124 if its time was over.
judge() {
    if [ "$2" -eq 124 ] && [ "$is_short" = yes ]; then
        left_out=$((left_out + 1))
        row "$1" 'cut short' "$3"
    elif [ "$2" -eq 124 ]; then
        fail_row "$1" "did not end within $limit s: $3" "$4"
    elif [ "$2" -ne 0 ] || [[ $3 == *'Tested: 0 '* ]]; then
        fail_row "$1" "exit status $2: $3" "$4"
    else
        row "$1" passed "$3"
    fi
}

# check NAME SECONDS COMMAND [ARGUMENT]...: runs a command. Its last line, of those that match $keep, goes into the table.
check() {
    local name=$1 status=0
    begin "$1" "$2" || return 0
    shift 2
    limited "$limit" "$@" >"$work/log" 2>&1 || status=$?
    judge "$name" "$status" "$(last_line "$work/log" "${keep:-}")" "$work/log"
}

# measure TITLE NAME SECONDS ARGUMENT...: runs the benchmark. Its Markdown becomes a section; its progress is shown. An
# argument @ stands for most of the seconds that it has.
measure() {
    local title=$1 name=$2 status=0 arguments file shown progress
    begin "$name" "$3" || return 0
    shift 3
    arguments=("${@/#@/$((limit - limit / 10 - 2))}")
    file=$work/section${#sections[@]}.md
    section "$title" "$file"
    exec {progress}> >(timeout "$((limit + 10))" tee "$work/log" >&2)
    shown=$!
    limited "$limit" "$bin/glorand-gpu-bench" "${arguments[@]}" >"$file" 2>&"$progress" || status=$?
    exec {progress}>&-
    wait "$shown" || true
    cat "$file" >>"$work/log"
    [ "$status" -ne 4 ] || { status=124 && is_short=yes; } # the benchmark has left out what there was no time for
    judge "$name" "$status" "$(last_line "$file")" "$work/log"
}

# criterion NAME SECONDS FILTER COMMAND [ARGUMENT]...: tests, which have their sockets in /tmp.
criterion() {
    if [ -w /tmp ]; then
        check "$1" "$2" "${@:4}" --jobs 1 --verbose=0 --filter "$3"
    else
        skip "$1" "/tmp cannot be written to"
    fi
}

# sizes FULL QUICK SIMULATED: those for this run, as an array.
choose_sizes() {
    local chosen=$1
    [ "$quick" = no ] || chosen=$2
    [ "$simulated" = no ] || chosen=$3
    read -r -a sizes <<<"$chosen"
}

hash_fills() { check "$1" "$2" "${@:3}" "$bin/hashes" "$data/hashes.txt"; }

# The values, as the driver gets the kernels by itself, and by the other ways to them.
check_values() {
    export GLORAND_TEST_BACKEND=cuda
    keep='^cuda ' check "self-test of the device" 60 "$bin/glorand" devices --selftest
    hash_fills "hashes of fills" 60
    choose_sizes '4KiB 64KiB 1MiB 16MiB 64MiB 1GiB largest' '4KiB 1MiB 64MiB' '--short 4KiB 64KiB'
    measure Values "kernels, dtypes, layouts and conditions" "$([ "$quick" = yes ] && echo 30 || echo 150)" \
        values --seconds @ "${sizes[@]}"
    if [ "$simulated" = no ]; then
        hash_fills "hashes, CUDA_FORCE_PTX_JIT=1" 60 env CUDA_FORCE_PTX_JIT=1
    else
        skip "hashes, CUDA_FORCE_PTX_JIT=1" "a simulated device compiles nothing"
    fi
    hash_fills "hashes, as a driver of CUDA 12.0 gets the kernels" 60 \
        env GLORAND_CUDA_LIBRARY="$home/lib/libolder_driver.so"
    criterion "parts of tensors" 60 'parts/*' "$bin/test_cpu"
    criterion "carries of the counter" 30 'windows/*' "$bin/test_cpu"
    check_streams
    if [ "$quick" = no ]; then
        criterion "TensorFlow's and Keras's values" 120 'golden/*' "$bin/test_cpu"
    else
        skip "TensorFlow's and Keras's values" "left out by --quick"
    fi
    mkdir "$work/files"
    check "the command's files" 60 "$BASH" "$parts/compare_files.sh" "$bin/glorand" "$work/files"
    check_python
}

# The Python package with arrays on the GPU: of the driver's memory, and of torch and CuPy where they are.
check_python() {
    local name="arrays of Python" python=${GLORAND_PROOF_PYTHON:-python3} library
    if ! command -v "$python" >/dev/null; then
        skip "$name" "there is no Python: $python"
    elif ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
        skip "$name" "Python 3.10 or newer is needed: $python"
    else
        library=$(compgen -G "$home/lib/libglorand.so.*")
        check "$name" 60 env GLORAND_LIBRARY="$library" PYTHONPATH="$home/python" PYTHONDONTWRITEBYTECODE=1 \
            "$python" "$data/gpu_arrays.py"
    fi
}

# The backend in the caller's streams. Left out is what needs the stand-in: its list of calls, several devices, calls
# that fail on demand, and invalid handles, which may crash a driver.
check_streams() {
    local long=() alone
    alone='a_fill_is_one_launch_and_queries|several_devices_and_contexts|threads_on_devices_of_their_own'
    [ "$simulated" = yes ] || [ "$quick" = yes ] || long=(env GLORAND_TEST_LONG=1)
    criterion "streams, graphs, threads, kinds of memory, beyond 4 GiB" 90 "@(stream|threads)/!($alone)" \
        "${long[@]}" "$bin/test_cuda_device"
    criterion "memory that is refused" 30 'refused/@(memory|addresses|contexts)' "$bin/test_cuda_device"
    skip "the driver's calls within a fill; several devices; invalid handles; each call failing" \
        "these need the tests' stand-in for the driver"
}

# Start-up before the rest, as it is over soon.
check_times() {
    local rounds=(--rounds 5)
    measure "Start" "start-up" 40 start
    choose_sizes '4KiB 64KiB 1MiB 16MiB 256MiB 4GiB largest' '64KiB 16MiB 256MiB' '4KiB'
    [ "$quick" = no ] || rounds=(--rounds 3 --short)
    [ "$simulated" = no ] || rounds=(--rounds 1 --short)
    measure "Times" "times, and values of what is timed" 300 times --seconds @ "${rounds[@]}" "${sizes[@]}"
}

run_proof() {
    check_values
    check_times
}
