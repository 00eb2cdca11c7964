#!/usr/bin/env bash
# How long a first caption takes, from the start of the process to its end: medians of N runs
# (default 7) after one that is not counted, CPU seconds beside wall time, then the stages that
# `--json` tells (a run with it takes some 0.1 s longer).
#
#   samples/benchmarks/start.sh [N] [ARGUMENT..]     default: caption samples/images/scene.png
#
# On a machine that does something else, look at the CPU seconds. Builds first where need be; the
# class cache is made in the background after a build: wait for it.
set -eu
cd "$(dirname "$0")/../.."
export SMOLVLM_MODEL="${SMOLVLM_MODEL:-tiny}" # whatever the hub's cache holds
runs=${1:-7}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- caption samples/images/scene.png
root=$PWD
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
TIMEFORMAT='%R %U %S'

"$root/smolvlm" "$@" > "$out/answer" 2> /dev/null
for _ in $(seq 120); do
  [ ! -d target/launcher/aot.lock ] || sleep 1
done
for _ in $(seq "$runs"); do
  { time "$root/smolvlm" "$@" > "$out/again" 2> /dev/null; } 2>> "$out/times"
  cmp -s "$out/answer" "$out/again" || { echo "the answer changed" >&2; exit 1; }
  "$root/smolvlm" "$@" --json 2> /dev/null | tr ',{}' '\n' | grep '_ms' >> "$out/stages" || true
done

median() {
  sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}
cat "$out/answer"
echo "wall s  $(cut -d' ' -f1 "$out/times" | median)  (of $(cut -d' ' -f1 "$out/times" | sort -n | tr '\n' ' '))"
echo "CPU s   $(awk '{ print $2 + $3 }' "$out/times" | median)"
for stage in load resize encode prefill decode; do
  [ ! -s "$out/stages" ] ||
    echo "$stage ms  $(sed -n "s/\"${stage}_ms\"://p" "$out/stages" | median)"
done
