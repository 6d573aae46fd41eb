# shellcheck shell=bash disable=SC2154,SC2034 # gpu-proof.sh and its other parts share variables
# The report of gpu-proof.sh: a table of checks and sections of Markdown. The file is written anew after each check, so
# that a run that is cut off leaves what it has. Sourced by gpu-proof.sh.

passed=0    # checks that passed
failures=0  # checks that failed
left_out=0  # checks for which there was no time
stage=      # "" until the report has begun; proof, then extras, then finished
ended=      # why the run ended early
child=      # the process that `limited` waits for
sections=() # titles and files of Markdown, in turn

# limited SECONDS COMMAND [ARGUMENT]...: runs a command; 124 if it has not ended in time, and was killed.
limited() {
    local status=0 began=$SECONDS
    timeout -k 5 "$@" </dev/null & # waited for in this way, so that signals reach this shell meanwhile
    child=$!
    wait "$child" 2>/dev/null || status=$? # without the shell's "Killed", which would be the log's last line
    child=
    [[ $status -ne 137 || $((SECONDS - began)) -lt $1 ]] || status=124
    case $status in 129 | 130 | 143) sleep 1 ;; esac # a signal to all processes is on its way to this shell, too
    return "$status"
}

# Seconds that the proof proper still has.
time_left() { echo $((allowed - SECONDS)); }

# announce NAME: progress, before a check begins.
announce() {
    if [ "$stage" = proof ]; then
        printf '[%3d of %d s] %s\n' "$SECONDS" "$allowed" "$1"
    else
        printf '[%3d s] %s\n' "$SECONDS" "$1"
    fi
}

# row NAME RESULT TEXT: adds a row to the table of checks.
row() {
    local said=${3//|/\\|}
    [ "$2" != passed ] || passed=$((passed + 1))
    printf '| %s | %s | %s |\n' "$1" "$2" "$said" >>"$work/checks.md"
    printf '%13s%s: %s\n' '' "$2" "$3"
    write_report
}

skip() {
    announce "$1"
    row "$1" skipped "$2"
}

leave_out() {
    left_out=$((left_out + 1))
    announce "$1"
    row "$1" 'left out' "the $allowed s were over"
}

# fail_row NAME TEXT LOG: adds a row for a failure, and the end of the log to the end of the report.
fail_row() {
    failures=$((failures + 1))
    # shellcheck disable=SC2016 # a fence
    { printf '\n### %s\n\n```text\n' "$1" && tail -n 60 "$3" && printf '```\n'; } >>"$work/failures.md"
    row "$1" FAILED "$2"
}

# section TITLE FILE: the Markdown in FILE becomes a section, as it is when the report is written.
section() { sections+=("$1" "$2"); }

# The last line of a file that matches a regular expression, without colors.
last_line() {
    local line last='' pattern=${2:-[^ ]}
    local escape=$'\x1b'
    while IFS= read -r line || [ -n "$line" ]; do
        while [[ $line =~ (.*)"$escape"\[[0-9\;]*m(.*) ]]; do
            line=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
        done
        [[ ! $line =~ $pattern ]] || last=$line
    done <"$1"
    printf '%s' "${last//$'\r'/}"
}

# Paragraphs, without an empty line at the end.
print_verdict() {
    local cut_off=${ended:-This run was cut off, or is still going on.} so_far=''
    if [ "$simulated" = yes ]; then
        printf '**NO GPU WAS THERE. The device is simulated on the CPU by the tests'"'"' stand-in for the driver: this '
        printf 'report proves nothing about a GPU, and its times are not times of one.**\n\n'
    fi
    case $stage in
    proof)
        printf '**UNFINISHED. %s It holds what was known after %d s.**\n\n' "$cut_off" "$SECONDS"
        so_far=' so far'
        ;;
    extras) printf '**The proof is complete; what follows it is UNFINISHED. %s**\n\n' "$cut_off" ;;
    esac
    [ "$left_out" -eq 0 ] ||
        printf '**INCOMPLETE. %d checks were left out or cut short, as the %d s were over.**\n\n' "$left_out" "$allowed"
    if [ "$failures" -ne 0 ]; then
        printf '**%d checks failed%s: see the end.**\n' "$failures" "$so_far"
    elif [ "$passed" -ne 0 ]; then
        printf 'All %d checks that ran%s passed; the values that they compared are the CPU'"'"'s, bit for bit.\n' \
            "$passed" "$so_far"
    else
        printf 'No check has run to its end%s: nothing is proved.\n' "$so_far"
    fi
}

print_report() {
    local i
    printf '# glorand: proof on a GPU\n\n'
    print_verdict
    printf '\n' && cat "$work/facts.md"
    printf '\n## Checks\n\n| Check | Result | Details |\n|---|---|---|\n'
    [ ! -e "$work/checks.md" ] || cat "$work/checks.md"
    for ((i = 0; i < ${#sections[@]}; i += 2)); do
        [ -s "${sections[i + 1]}" ] || continue
        printf '\n## %s\n\n' "${sections[i]}"
        cat "${sections[i + 1]}"
    done
    if [ -e "$work/failures.md" ]; then
        printf '\n## Failures\n' && cat "$work/failures.md"
    fi
}

# In one step, so that whenever the run ends a whole report is there.
write_report() {
    print_report >"$work/report.md" && cp "$work/report.md" "$part" && mv -fT "$part" "$report"
}

# A signal: what runs is stopped, and what is known is kept.
interrupted() {
    trap '' INT TERM HUP
    [ -z "$child" ] || kill "$child" 2>/dev/null || true
    ended="It was interrupted (SIG$1)."
    [ "$stage" = finished ] || write_report
    [ -z "$child" ] || wait "$child" 2>/dev/null || true # so that nothing writes to $work when it is removed
    echo "gpu-proof: interrupted; written so far: $report" >&2
    exit 130
}

start_report() {
    mkdir -p "$(dirname "$report")" || give_up "the folder of the report cannot be made: $report"
    [ ! -d "$report" ] || give_up "the report would be a folder: $report"
    print_facts >"$work/facts.md"
    stage=proof
    local signal
    for signal in INT TERM HUP; do
        # shellcheck disable=SC2064 # the signal's name is known now
        trap "interrupted $signal" "$signal"
    done
    write_report || give_up "the report cannot be written: $report"
}

finish_proof() {
    announce "time of the proof"
    row "time of the proof" measured "$SECONDS s of $allowed s"
    stage=extras
}

finish_report() {
    stage=finished
    write_report
    print_verdict
    echo "Written: $report"
    [ "$failures" -eq 0 ] || exit 1
    [ "$left_out" -eq 0 ] || exit 4
}
