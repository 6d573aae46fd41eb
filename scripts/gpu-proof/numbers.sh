# shellcheck shell=bash disable=SC2034 # gpu-proof.sh and its other parts share variables
# Numbers with fractions, of which bash has none: an integer and how many of its digits stand after the point. Sourced
# by gpu-proof.sh.

# fixed TEXT DIGITS: sets `number` to TEXT times 10^DIGITS, rounded to an integer. TEXT may have commas between
# thousands, a fraction and an exponent. Fails if TEXT is not such a number, or has more than 18 digits then.
fixed() {
    local pattern='^([0-9][0-9,]*)(\.([0-9]*))?([eE]([+-]?)0*([0-9]{1,3}))?$' digits shift round=0
    number=
    [[ $1 =~ $pattern ]] || return 1
    digits=${BASH_REMATCH[1]//,/}${BASH_REMATCH[3]}
    shift=$(($2 - ${#BASH_REMATCH[3]} + ${BASH_REMATCH[5]}${BASH_REMATCH[6]:-0}))
    while [[ $digits == 0?* ]]; do
        digits=${digits#0}
    done
    if ((shift < -${#digits})); then
        digits=0
    elif ((shift < 0)); then
        ((${digits: shift:1} < 5)) || round=1
        digits=${digits:0:${#digits}+shift}
    elif [ "$digits" != 0 ]; then
        ((${#digits} + shift <= 18)) || return 1
        for (( ; shift > 0; shift--)); do
            digits+=0
        done
    fi
    ((${#digits} <= 18)) || return 1
    number=$((10#${digits:-0} + round))
}

# decimal NUMBER DIGITS: prints NUMBER / 10^DIGITS with that many digits after the point.
decimal() {
    local digits
    printf -v digits '%0*d' "$(($2 + 1))" "$1"
    if (($2 == 0)); then
        printf '%s' "$digits"
    else
        printf '%s.%s' "${digits:0:${#digits}-$2}" "${digits: -$2}"
    fi
}

# ratio A B: prints A / B with one digit after the point. A is less than 10^17.
ratio() { decimal $((($1 * 10 + $2 / 2) / $2)) 1; }

# thousand_millions NUMBER: prints NUMBER / 10^9 with four digits, or more where more stand before the point.
thousand_millions() {
    local divisor=1 after=9 value
    while (($1 / divisor >= 10000 && after > 0)); do
        divisor=$((10 * divisor))
        after=$((after - 1))
    done
    value=$((($1 + divisor / 2) / divisor))
    ((value != 10000 || after == 0)) || { value=1000 && after=$((after - 1)); }
    decimal "$value" "$after"
}
