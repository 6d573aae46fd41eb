#!/bin/bash
# Refuses a commit message whose subject does not look like one in the imperative: "Refuse seeds below 0". That a word
# is a verb it cannot know; it looks at letters, length and endings.
#
# usage: scripts/check-subject.sh FILE
set -euo pipefail
export LC_ALL=C.UTF-8 # characters, not bytes

most=72
# Verbs that end like another form of a verb, beside those in -ss and -eed.
verbs='Bias|Bring|Embed|Focus|Ping|Ring|Shed|String|Swing'

[ $# -eq 1 ] || { echo "usage: scripts/check-subject.sh FILE" >&2; exit 2; }
subject=$(head -n 1 "$1")
word=${subject%% *}

refuse() {
    echo "the subject '$subject' $1" >&2
    exit 1
}

# Subjects that git writes, and commits that it will fold into others.
[[ ! $subject =~ ^(Merge\ |Revert\ \"|(fixup|squash|amend)!\ ) ]] || exit 0
[ ${#subject} -le $most ] || refuse "has ${#subject} characters, more than $most"
[[ $word =~ ^[A-Z][A-Za-z-]*$ ]] || refuse "does not begin with a capitalized verb"
[[ $subject != *. ]] || refuse "ends with a full stop"
[[ ! $word =~ (ed|ing|s)$ || $word =~ (ss|eed)$ || $word =~ ^($verbs)$ ]] ||
    refuse "does not begin with an imperative: '$word' looks like another form of a verb"
