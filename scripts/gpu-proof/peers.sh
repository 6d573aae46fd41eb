# shellcheck shell=bash disable=SC2154 # gpu-proof.sh and its other parts share variables
# After the proof: how many values a second glorand draws beside memset, cuRAND and torch, the same sizes on the same
# card. Sourced by gpu-proof.sh.

# read_rates FILE: reads lines `name,dtype,bytes,values_per_second` into rates, methods and columns, and comments into
# notes.
read_rates() {
    local line name dtype bytes rate
    while IFS= read -r line || [ -n "$line" ]; do
        line=${line%$'\r'}
        IFS=, read -r name dtype bytes rate <<<"$line"
        if [[ $line == '#'* ]]; then
            notes+=("${line#'# '}")
        elif [[ $bytes =~ ^[1-9][0-9]{0,17}$ ]] && fixed "$rate" 0; then
            [ -n "${rates[$name,$dtype]:-}" ] || methods+=("$name,$dtype")
            rates[$name,$dtype]=$number
            rates[$name,$dtype,$bytes]=$number
            columns[bytes]=$bytes
        fi
    done <"$1"
}

# size_text BYTES: as in 64 MiB.
size_text() {
    local value=$1 unit=0 units=(B KiB MiB GiB)
    while ((value % 1024 == 0 && unit < 3)); do
        value=$((value / 1024))
        unit=$((unit + 1))
    done
    printf '%s %s' "$value" "${units[unit]}"
}

print_peers() {
    local method bytes rate
    printf 'Values a second, in 10^9, by the bytes that are written; medians of rounds.\n\n| Method | dtype |'
    for bytes in "${columns[@]}"; do
        printf ' %s |' "$(size_text "$bytes")"
    done
    printf '\n|---|---|'
    printf '%.0s---:|' "${columns[@]}"
    printf '\n'
    for method in "${methods[@]}"; do
        printf '| %s | %s |' "${method%,*}" "${method##*,}"
        for bytes in "${columns[@]}"; do
            rate=${rates[$method,$bytes]:-}
            [ -z "$rate" ] || rate=$(thousand_millions "$rate")
            printf ' %s |' "${rate:-–}"
        done
        printf '\n'
    done
    ((${#notes[@]} == 0)) || { printf '\n' && printf -- '- %s\n' "${notes[@]}"; }
}

# Runs the benchmark: glorand, memset and cuRAND.
measure_glorand() {
    local name="rates of glorand, memset and cuRAND" limit=$1 status=0 note reason=
    shift
    announce "$name"
    limited "$limit" "$bin/glorand-gpu-bench" peers "$@" >"$work/peers.csv" 2>"$work/log" || status=$?
    read_rates "$work/peers.csv"
    if [ "$status" -eq 124 ]; then
        row "$name" skipped "did not end within $limit s; the table has what was measured until then"
    elif [ "$status" -ne 0 ]; then
        fail_row "$name" "exit status $status: $(tail -n 1 "$work/log")" "$work/log"
    else
        row "$name" measured "${#methods[@]} methods and dtypes"
    fi
    for note in "${notes[@]}"; do
        [[ $note != 'cuRAND left out: '* ]] || reason=${note#'cuRAND left out: '}
    done
    [ -z "$reason" ] || skip "cuRAND" "$reason"
}

# Measures torch in Python. None of that is glorand's, so it never fails.
measure_torch() {
    local limit=$1 status=0 reason python=${GLORAND_PROOF_PYTHON:-python3}
    shift
    if [ "$simulated" = yes ] && [ -z "${GLORAND_PROOF_PYTHON:-}" ]; then
        skip torch "a simulated device"
        return
    elif ! command -v "$python" >/dev/null; then
        skip torch "there is no Python: $python"
        return
    fi
    announce torch
    limited "$limit" "$python" "$data/torch_peer.py" --device "$device" "$@" >"$work/torch.csv" 2>"$work/log" ||
        status=$?
    read_rates "$work/torch.csv"
    reason=$(tail -n 1 "$work/log")
    case $status in
    0) row torch measured "normal_ and trunc_normal_" ;;
    3) row torch skipped "${reason#torch_peer.py: }" ;;
    124) row torch skipped "did not end within $limit s; the table has what was measured until then" ;;
    *) row torch skipped "exit status $status: $reason" ;;
    esac
}

# One table of all of them.
compare_peers() {
    local -A rates=()
    local methods=() columns=() notes=() rounds=(--rounds 5) seconds=180
    local sizes=(1MiB 16MiB 256MiB 1GiB)
    [ "$quick" = no ] || { sizes=(16MiB 256MiB) && rounds=(--rounds 3 --short) && seconds=60; }
    [ "$simulated" = no ] || { sizes=(64KiB) && rounds=(--rounds 1 --short); }
    measure_glorand "$seconds" "${rounds[@]}" "${sizes[@]}"
    measure_torch "$seconds" "${rounds[@]}" "${sizes[@]}"
    if ((${#methods[@]} > 0)); then
        print_peers >"$work/peers.md"
        section "Beside other libraries" "$work/peers.md"
    fi
}
