#!/bin/bash
# The command under limits: files that may not grow, a full disk, few descriptors, closed standard streams, a small
# stack, little address space, no /proc. Whatever happens, exit status 0 means that everything is there, bit for bit;
# else there is a message, the old file is as it was, and nothing is left behind.
# Usage: limits.sh GLORAND
set -euo pipefail

command=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export GLORAND_OPENCL_LIBRARY=/nowhere GLORAND_CUDA_LIBRARY=/nowhere
failed=0 succeeded=0 refused=0

glorand() { "$command" "$@"; }

complain() {
  echo "$*"
  failed=1
}

fill=(fill -i he_normal -n "700,500" -s 3 --backend cpu --threads 2)
glorand "${fill[@]}" -o expected.bin
glorand "${fill[@]}" -o expected.safetensors
glorand stats expected.safetensors >expected.stats
glorand verify expected.safetensors --backend cpu >expected.verify

# limited NAME PREFIX...: a shell command that sets the limit, then runs what it is given, in every way that the command
# can write. Runs in a folder of its own.
limited() {
  local name=$1 limit=$2
  rm -rf work && mkdir work && cd work
  try "$name" "$limit" ../expected.bin out.bin "${fill[@]}" -o out.bin
  try "$name" "$limit" ../expected.safetensors out.safetensors "${fill[@]}" -o out.safetensors --progress always
  try "$name" "$limit" ../expected.bin - "${fill[@]}" -o -
  try "$name" "$limit" ../expected.stats - stats ../expected.safetensors
  try "$name" "$limit" ../expected.verify - verify expected.safetensors --backend cpu
  cd ..
}

# try NAME LIMIT EXPECTED OUTPUT ARGUMENT...: OUTPUT is the file that is written, - for standard output.
try() {
  local name=$1 limit=$2 expected=$3 output=$4 status=0
  shift 4
  rm -f ./*
  ln -s ../expected.safetensors expected.safetensors
  [ "$output" = - ] || echo old >"$output"
  # The messages go through a pipe, which no limit stops.
  (eval "$limit"; exec "$command" "$@") <../input 2>&1 >../stdout | cat >../stderr || status=${PIPESTATUS[0]}
  judge "$name: $*" "$status" "$expected" "$output"
}

judge() {
  local what=$1 status=$2 expected=$3 output=$4
  [ "$output" != - ] || cp ../stdout stdout
  if [ "$status" = 0 ]; then
    succeeded=$((succeeded + 1))
    cmp -s "$expected" "${output/#-/stdout}" || complain "$what: exit 0, but the output differs"
  elif [ "$status" != 1 ] && ! grep -q 'loading shared libraries\|annot allocate memory' ../stderr; then
    complain "$what: exit $status: $(cat ../stderr)"
  elif ! [ -s ../stderr ] && [ "$closed_stderr" = no ]; then
    complain "$what: no message"
  elif [ "$output" != - ] && [ "$(cat "$output")" != old ]; then
    complain "$what: failed, but the old file has changed"
  fi
  [ "$status" = 0 ] || refused=$((refused + 1))
  rm -f stdout expected.safetensors
  [ "$output" = - ] || rm -f "$output"
  [ -z "$(ls -A)" ] || complain "$what: leaves $(ls -A)"
}

: >input
closed_stderr=no
limited "no limit" ":"
[ "$failed" = 0 ] || exit 1

# Files of at most so many KiB: what is printed is a file here, too.
for size in 0 1 600 1367 1368 2000; do
  limited "files of $size KiB" "ulimit -f $size"
done

for count in 3 4 5 6; do
  limited "$count descriptors" "ulimit -n $count"
done

# Closed standard streams: no file that is opened may take their place.
for closed in "<&-" ">&-" "<&- >&-"; do
  limited "with $closed" "exec $closed"
done
closed_stderr=yes
for closed in "2>&-" ">&- 2>&-" "<&- >&- 2>&-"; do
  limited "with $closed" "exec $closed"
done
closed_stderr=no

# A stack of 128 KiB suffices, which the system maps at the start: where address space is short, one that has to grow
# ends the command without a message.
refused_before=$refused
limited "128 KiB of stack" "ulimit -s 128"
[ "$refused" = "$refused_before" ] || complain "128 KiB of stack: refused"

# Less and less address space, from what is enough to where the command is not even loaded: the kernel and the dynamic
# loader end it there.
for ((size = 200000; size >= 4000; size = size * 9 / 10)); do
  (ulimit -v "$size"; exec "$command" --version) >/dev/null 2>&1 || break
  limited "$size KiB of address space" "ulimit -v $size"
done

# A device that is always full.
for arguments in "${fill[*]} -o -" "stats expected.safetensors" "verify expected.safetensors" "devices" "--help" \
  "fill --help" "--version"; do
  status=0
  # shellcheck disable=SC2086 # The words of the arguments.
  glorand $arguments >/dev/full 2>stderr || status=$?
  if [ "$status" != 1 ] || ! [ -s stderr ]; then
    complain "$arguments >/dev/full: exit $status"
  fi
done

# Cases that need a mount namespace: a small disk, and no /proc. The folder's files go to the disk and come back.
# shellcheck disable=SC2016 # The inner shell expands it.
on_disk='mount -t tmpfs -o size="$1" none ../disk && cp -a . ../disk && folder=$PWD && cd ../disk || exit 9
  status=0
  "${@:2}" || status=$?
  cd "$folder" && rm -f ./* && cp -a ../disk/. . && exit "$status"'
without_proc='mount -t tmpfs none /proc && exec "$@"'
if unshare -rm true 2>/dev/null; then
  mkdir disk
  for size in 4k 64k 1300k 1372k 2m; do
    limited "a disk of $size" "exec unshare -rm bash -c '$on_disk' limits $size '$command' \"\$@\""
  done
  limited "no /proc" "exec unshare -rm bash -c '$without_proc' limits '$command' \"\$@\""
else
  echo "not tried, since there are no mount namespaces: a full disk, no /proc"
fi
echo "$succeeded runs succeeded, $refused were refused"
exit "$failed"
