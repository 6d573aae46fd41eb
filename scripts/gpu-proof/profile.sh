# shellcheck shell=bash disable=SC2154,SC2034 # gpu-proof.sh and its other parts share variables
# After the proof: NVIDIA's own tools. compute-sanitizer watches the accesses of memory; ncu counts what the census of
# docs/gpu-cost.md models. Sourced by gpu-proof.sh.

# find_tool NAMED NAME PLACE...: prints where a tool is: as the user named it, on PATH, or the last of the places that
# is there; nothing if it is nowhere.
find_tool() {
    local named=$1 name=$2 place found=
    shift 2
    [ -z "$named" ] || { printf '%s' "$named" && return; }
    found=$(type -P "$name") || for place in "$@"; do
        [ ! -x "$place" ] || found=$place
    done
    printf '%s' "$found"
}

# first_line FILE PATTERN: prints the first line that matches a regular expression, without the marks of NVIDIA's tools.
first_line() {
    local line marks='^=+ ?([A-Z]+==)? *(.*)$'
    while IFS= read -r line || [ -n "$line" ]; do
        [[ $line =~ $2 ]] || continue
        [[ ! $line =~ $marks ]] || line=${BASH_REMATCH[2]}
        printf '%s' "${line%$'\r'}"
        return
    done <"$1"
}

# Lines by which compute-sanitizer says that it may not or cannot run here, each of which begins with `=========`. What
# it finds in a program ends with the status 86.
not_here='^=+ .*(not supported|[Uu]nsupported|[Pp]ermission|permitted|before first instrumented'
not_here+='|Internal Sanitizer Error|[Ff]ailed to (initialize|inject|connect|launch|open|attach)'
not_here+='|[Uu]nable to|[Cc]ould not|Timed out)'

# judge_sanitizer NAME STATUS LIMIT: adds the row. A tool that has passed says so, and the program under it has ended:
# some versions find no errors without having run it.
judge_sanitizer() {
    local name=$1 status=$2 said agree reason
    said=$(first_line "$work/log" '^=+ .*SUMMARY: ')
    agree=$(first_line "$work/log" 'cases agree')
    reason=$(first_line "$work/log" "$not_here")
    if [ "$status" -eq 86 ] || [[ -n $said && $said != *'SUMMARY: 0 '* ]]; then
        fail_row "$name" "exit status $status: $said" "$work/log"
    elif [ "$status" -eq 124 ]; then
        row "$name" skipped "did not end within $3 s"
    elif [ "$status" -eq 0 ] && [ -n "$said" ] && [ -n "$agree" ]; then
        row "$name" passed "$said; $agree"
    elif [ -n "$reason" ]; then
        row "$name" skipped "$reason"
    elif [ "$status" -eq 126 ] || [ "$status" -eq 127 ]; then
        row "$name" skipped "the tool cannot be run: $(tail -n 1 "$work/log")"
    elif [ "$status" -eq 0 ]; then
        row "$name" skipped "the tool has not watched the program to its end: $(tail -n 1 "$work/log")"
    else
        fail_row "$name" "exit status $status: $(tail -n 1 "$work/log")" "$work/log"
    fi
}

# NVIDIA's own look at each access of memory, over the fills that are hashed.
check_sanitizer() {
    local tool name status limit=240 sanitizer
    [ "$quick" = no ] || limit=60
    sanitizer=$(find_tool "${COMPUTE_SANITIZER:-}" compute-sanitizer \
        /usr/local/cuda/compute-sanitizer/compute-sanitizer /usr/local/cuda/bin/compute-sanitizer)
    for tool in memcheck racecheck initcheck synccheck; do
        name="compute-sanitizer, $tool"
        if [ "$simulated" = yes ] && [ -z "${COMPUTE_SANITIZER:-}" ]; then
            skip "$name" "a simulated device"
        elif [ -z "$sanitizer" ]; then
            skip "$name" "compute-sanitizer is not installed"
        else
            status=0
            announce "$name"
            limited "$limit" "$sanitizer" --tool "$tool" --error-exitcode 86 "$bin/hashes" "$data/hashes.txt" \
                >"$work/log" 2>&1 || status=$?
            judge_sanitizer "$name" "$status" "$limit"
        fi
    done
}

# ---- ncu ----

# Rows of the table: the name in the census and the kernel's.
profiled=(uniform glr_uniform_packed normal glr_normal_packed icdf glr_icdf_packed resample glr_truncated_packed)

# Metrics of ncu, by our names. A wavefront is a pass in the census.
declare -A metric_of=(
    [instructions]=smsp__inst_executed.sum
    [time]=gpu__time_duration.sum
    [registers]=launch__registers_per_thread
    [table]=l1tex__t_output_wavefronts_pipe_lsu_mem_global_op_ld.sum
    [shared]=l1tex__data_pipe_lsu_wavefronts_mem_shared.sum
    [sectors]=l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum
    [hits]=l1tex__t_sectors_pipe_lsu_mem_global_op_ld_lookup_hit.sum
    [written]=dram__bytes_write.sum
    [read]=dram__bytes_read.sum
    [memory]=dram__throughput.avg.pct_of_peak_sustained_elapsed
    [busy]=smsp__issue_active.avg.pct_of_peak_sustained_active
)

# split_csv LINE: sets `fields`. A field in quotes may have commas, and quotes that are doubled.
split_csv() {
    local rest="${1%$'\r'}," field='^("(([^"]|"")*)"|([^,"]*)),(.*)$'
    fields=()
    while [[ -n $rest && $rest =~ $field ]]; do
        fields+=("${BASH_REMATCH[2]//\"\"/\"}${BASH_REMATCH[4]}")
        rest=${BASH_REMATCH[5]}
    done
    [ -z "$rest" ]
}

# read_launches FILE: reads ncu's CSV into `launches`, numbers of launches in turn, and `counted`, texts by the number
# and the name of a column or metric. Current versions print a line a launch, with a column for each metric and a line
# of units; older ones, and other pages of a report, a line a metric.
read_launches() {
    local line i header=() fields=() id
    local -A place=()
    launches=()
    counted=()
    while IFS= read -r line || [ -n "$line" ]; do
        if [[ $line != \"* ]] || ! split_csv "$line"; then
            continue
        elif [ "${fields[0]}" = ID ]; then
            header=("${fields[@]}")
            for i in "${!header[@]}"; do place[${header[i]}]=$i; done
            continue
        fi
        id=${fields[0]}
        if [[ ! $id =~ ^[0-9]+$ ]] || ((${#fields[@]} != ${#header[@]})); then
            continue
        fi
        [ -n "${counted[$id,ID]:-}" ] || launches+=("$id")
        for i in "${!header[@]}"; do
            counted[$id,${header[i]}]=${fields[i]}
        done
        [ -z "${place[Metric Name]:-}" ] ||
            counted[$id,${fields[${place[Metric Name]}]}]=${fields[${place[Metric Value]}]}
    done <"$1"
}

# run_ncu LIMIT KERNEL METRICS: profiles the first launches of a kernel. Clocks stay as they are for every program, so
# that the rate can be compared.
run_ncu() {
    : >"$work/ncu.csv"
    limited "$1" env LC_ALL=C "$ncu" --csv --page raw --print-units base --log-file "$work/ncu.csv" \
        --clock-control none --kernel-name "$2" --launch-count 8 --kill yes --metrics "$3" \
        "$bin/glorand-gpu-bench" times --device "$device" --rounds 1 --short "$size" >"$work/log" 2>&1
}

# ncu_error PATTERN: prints ncu's first line of an error that matches. A line that ends with a colon introduces another.
ncu_error() {
    local file said=
    for file in "$work/ncu.csv" "$work/log"; do
        [ -n "$said" ] || said=$(first_line "$file" "^==ERROR== .*$1.*[^:]\$")
    done
    printf '%s' "$said"
}

# Why ncu has counted nothing, after it ended with a status.
ncu_reason() {
    local status=$1 limit=$2 said
    said=$(ncu_error '')
    if [[ $said == *ERR_NVGPUCTRPERM* ]]; then
        printf '%s%s' "the driver shows its counters to administrators only (ERR_NVGPUCTRPERM): one of them can load " \
            "its module with NVreg_RestrictProfilingToAdminUsers=0, or start the container with --cap-add=SYS_ADMIN"
    elif [ "$status" -eq 124 ]; then
        printf 'did not end within %s s' "$limit"
    else
        [ -n "$said" ] || said=$(tail -n 1 "$work/log")
        printf 'exit status %s: %s' "$status" "${said:-it counted no launch of that size}"
    fi
}

# profile_kernel NAME KERNEL: sets NAME,QUANTITY in `profile`, in tenths, or fails and sets `reason`. The first launch
# that is large enough is the benchmark's first: the packed fill of float32. The library's check at opening is too small
# to have issued an instruction for each value. A metric that ncu does not know is left out.
profile_kernel() {
    local name=$1 kernel=$2 limit=90 status id quantity number launches=() metrics=("${metric_of[@]}") all
    local -A counted=()
    while :; do
        printf -v all '%s,' "${metrics[@]}"
        status=0
        run_ncu "$limit" "$kernel" "${all%,}" || status=$?
        read_launches "$work/ncu.csv"
        ((${#launches[@]} == 0)) || break
        drop_unknown || break
    done
    for id in "${launches[@]}"; do
        fixed "${counted[$id,${metric_of[instructions]}]:-}" 0 || continue
        ((number * 32 >= values)) || continue
        for quantity in "${!metric_of[@]}"; do
            ! fixed "${counted[$id,${metric_of[$quantity]}]:-}" 1 || profile[$name,$quantity]=$number
        done
        capability=${counted[$id,CC]:-$capability}
        return
    done
    reason=$(ncu_reason "$status" "$limit")
    return 1
}

# Takes the metrics out of `metrics` that an error names; fails if it names none, or all.
drop_unknown() {
    local i said before=${#metrics[@]}
    said=$(ncu_error __)
    for i in "${!metrics[@]}"; do
        [[ $said != *"${metrics[i]}"* ]] || unset "metrics[i]"
    done
    ((${#metrics[@]} > 0 && ${#metrics[@]} < before))
}

# read_census: sets NAME,COLUMN in `model` and `architecture`, for the architecture that is nearest to the device's, of
# the same generation; nothing if there is none.
read_census() {
    local line i header=() fields=() wanted=${capability//./} best=1000 distance
    local -A rows=()
    [[ $wanted =~ ^[0-9]+$ ]] || return 0
    while IFS= read -r line; do
        [[ $line == \#* ]] || ! split_csv "$line" || rows[${fields[0]},${fields[1]}]=$line
        [[ $line != kernel,* ]] || header=("${fields[@]}")
    done <"$data/census.csv"
    for line in "${!rows[@]}"; do
        i=${line#*,sm_}
        [[ $i =~ ^[0-9]+$ && ${i%?} == "${wanted%?}" ]] || continue
        distance=$((i > wanted ? i - wanted : wanted - i))
        ((distance >= best)) || { best=$distance && architecture=sm_$i; }
    done
    for line in "${!rows[@]}"; do
        [[ -n $architecture && $line == *,"$architecture" ]] || continue
        split_csv "${rows[$line]}"
        for i in "${!header[@]}"; do
            model[${fields[0]},${header[i]}]=${fields[i]}
        done
    done
}

# Cells of the table, each a quantity that was counted or modelled; a dash where there is none.

# of_values NAME QUANTITY FACTOR: a count times FACTOR, for one value.
of_values() {
    local tenths=${profile[$1,$2]:-}
    if [ -n "$tenths" ]; then ratio $((tenths * $3)) $((10 * values)); else printf '–'; fi
}

# whole NAME QUANTITY
whole() {
    local tenths=${profile[$1,$2]:-}
    if [ -n "$tenths" ]; then decimal $((tenths / 10)) 0; else printf '–'; fi
}

# percentage NAME QUANTITY
percentage() {
    local tenths=${profile[$1,$2]:-}
    if [ -n "$tenths" ]; then decimal "$tenths" 1; else printf '–'; fi
}

# modelled NAME COLUMN DIGITS
modelled() {
    if fixed "${model[$1,$2]:-}" "$3"; then decimal "$number" "$3"; else printf '–'; fi
}

# hit_rate NAME: the percentage of the sectors of loads that L1 has.
hit_rate() {
    local sectors=${profile[$1,sectors]:-0} hits=${profile[$1,hits]:-}
    if [ -n "$hits" ] && ((sectors > 0)); then ratio $((100 * hits)) "$sectors"; else printf '–'; fi
}

# drawn_rate NAME: 10^9 values a second.
drawn_rate() {
    local nanoseconds=$(((${profile[$1,time]:-0} + 5) / 10))
    if ((nanoseconds > 0)); then thousand_millions $((values * 1000000000 / nanoseconds)); else printf '–'; fi
}

print_profile() {
    local i name cells
    printf 'Packed float32, %s, counted by ncu. Slots, passes and bytes are for one value. ' "${size/MiB/ MiB}"
    if [ -n "$architecture" ]; then
        printf '*Model* is docs/gpu-cost.md for %s; the device is sm_%s.\n\n' "$architecture" "${capability//./}"
    else
        printf 'docs/gpu-cost.md has no model for this device, sm_%s.\n\n' "${capability//./}"
    fi
    printf '| Kernel | Slots | Model | Table passes | Model | Shared passes | Model | Registers | Model | L1 hits, %% |'
    printf ' DRAM bytes written | Read | DRAM, %% of peak | Issue slots busy, %% | 10^9 values/s |\n|---|'
    printf '%.0s---:|' {1..14}
    printf '\n'
    for ((i = 0; i < ${#profiled[@]}; i += 2)); do
        name=${profiled[i]}
        cells=("$name" "$(of_values "$name" instructions 32)" "$(modelled "$name" slots 1)"
            "$(of_values "$name" table 32)" "$(modelled "$name" 'table passes' 1)"
            "$(of_values "$name" shared 32)" "$(modelled "$name" 'shared passes' 1)"
            "$(whole "$name" registers)" "$(modelled "$name" registers 0)" "$(hit_rate "$name")"
            "$(of_values "$name" written 1)" "$(of_values "$name" read 1)" "$(percentage "$name" memory)"
            "$(percentage "$name" busy)" "$(drawn_rate "$name")")
        printf '| %s ' "${cells[@]}"
        printf '|\n'
    done
}

# Instructions and traffic of the packed float32 kernels, beside the model.
profile_kernels() {
    local name="ncu, the packed kernels of float32" ncu places size=256MiB values=$((1 << 26)) i done=0
    local capability='' architecture='' reason=
    local -A profile=() model=()
    mapfile -t places < <(compgen -G '/opt/nvidia/nsight-compute/*/ncu' | sort -V)
    ncu=$(find_tool "${NCU:-}" ncu "${places[@]}" /usr/local/cuda/bin/ncu)
    if [ "$simulated" = yes ]; then
        [ -n "${NCU:-}" ] || { skip "$name" "a simulated device" && return; }
        size=64KiB
        values=$((1 << 14))
    fi
    [ -n "$ncu" ] || { skip "$name" "ncu is not installed" && return; }
    announce "$name"
    for ((i = 0; i < ${#profiled[@]}; i += 2)); do
        profile_kernel "${profiled[i]}" "${profiled[i + 1]}" || break
        done=$((done + 1))
    done
    ((done > 0)) || { row "$name" skipped "$reason" && return; }
    read_census
    print_profile >"$work/profile.md"
    section "Counters" "$work/profile.md"
    row "$name" measured "$done of $((${#profiled[@]} / 2)) kernels${reason:+; then: $reason}"
}
