#!/bin/bash
# Stands in for ncu: profiles three launches of the kernel, of which the first is too small and the last of another
# dtype. FAKE_NCU says what is wrong: long (a line a metric), counters, profiler, metrics (it does not know two),
# garbage, hangs, or second (the kernels after the first fail). FAKE_CC is the compute capability.
set -euo pipefail
arguments=" $* "
[[ $arguments == *' --csv --page raw --print-units base '* && $LC_ALL = C ]] || exit 2
[[ $arguments =~ ' --log-file '([^ ]+) ]] && log=${BASH_REMATCH[1]}
[[ $arguments =~ ' --metrics '([^ ]+)' '([^ ]+)(.*) ]] && metrics=${BASH_REMATCH[1]} program=${BASH_REMATCH[2]}
[[ $arguments =~ ' --kernel-name '([^ ]+) ]] && kernel=${BASH_REMATCH[1]}
[[ ${BASH_REMATCH[0]} && $arguments == *' times --device 0 --rounds 1 --short 256MiB ' ]] || exit 2
exec 3>"$log"
"$program" times
echo "==PROF== Connected to process 4711 ($program)" >&3
trouble=${FAKE_NCU:-}
[ "$trouble" != second ] || [ "$kernel" = glr_uniform_packed ] || trouble=counters
case $trouble in
counters)
    echo "==ERROR== ERR_NVGPUCTRPERM - The user does not have permission to access NVIDIA GPU Performance Counters on" \
        "the target device 0." >&3
    exit 1
    ;;
profiler)
    echo "==ERROR== An error was reported by the counter measurement library:" >&3
    echo "==ERROR== Failed to initialize the profiler: LibraryNotLoaded." >&3
    exit 9
    ;;
metrics)
    if [[ $metrics == *dram__* ]]; then
        echo "==ERROR== Failed to access the following 2 metrics: dram__bytes_read.sum, dram__bytes_write.sum," \
            "dram__throughput.avg.pct_of_peak_sustained_elapsed" >&3
        exit 1
    fi
    ;;
garbage) printf '"ID","Kernel Name\n"0","\x01,,,\n"1","2"\n,,\n' >&3 && exit 0 ;;
hangs) sleep 3600 ;;
esac

declare -A big=(
    [smsp__inst_executed.sum]="206,150,042" [gpu__time_duration.sum]="205,000" [launch__registers_per_thread]=48
    [l1tex__t_output_wavefronts_pipe_lsu_mem_global_op_ld.sum]="8,214,544"
    [l1tex__data_pipe_lsu_wavefronts_mem_shared.sum]="3,519,021"
    [l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum]="10,000,000"
    [l1tex__t_sectors_pipe_lsu_mem_global_op_ld_lookup_hit.sum]="9,950,000"
    [dram__bytes_write.sum]="268,435,456" [dram__bytes_read.sum]="20,132,659"
    [dram__throughput.avg.pct_of_peak_sustained_elapsed]=12.34
    [smsp__issue_active.avg.pct_of_peak_sustained_active]=91.26
)
# value LAUNCH METRIC
value() {
    case $1 in
    0) printf 1,024 ;;
    1) printf '%s' "${big[$2]}" ;;
    2) printf '400,000,000' ;;
    esac
}
IFS=, read -r -a names <<<"$metrics"
head='"ID","Process ID","Process Name","Host Name","Kernel Name","Context","Stream","Block Size","Grid Size"'
head+=',"Device","CC"'
line='"4711","glorand-gpu-bench","127.0.0.1","'$kernel'(""x"", y)","1","7","(128, 1, 1)","(792, 1, 1)"'
line+=',"0","'${FAKE_CC:-9.0}'"'
if [ "$trouble" = long ]; then
    echo "$head,\"Section Name\",\"Metric Name\",\"Metric Unit\",\"Metric Value\"" >&3
    for launch in 0 1 2; do
        for name in "${names[@]}"; do
            echo "\"$launch\",$line,\"Command line profiler metrics\",\"$name\",\"\",\"$(value "$launch" "$name")\"" >&3
        done
    done
else
    printf '%s' "$head" >&3
    printf ',"%s"' "${names[@]}" >&3
    printf '\n"","","","","","","","","","",""' >&3
    printf ',"%.0sunit"' "${names[@]}" >&3
    for launch in 0 1 2; do
        printf '\n"%s",%s' "$launch" "$line" >&3
        for name in "${names[@]}"; do
            printf ',"%s"' "$(value "$launch" "$name")" >&3
        done
    done
    printf '\n' >&3
fi
echo "==PROF== Disconnected from process 4711" >&3
