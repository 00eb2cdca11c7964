#!/bin/sh
# A held-out set and the table of our engine over it:   models/recipe/held_out.sh SEED COUNT [MODEL]
# COUNT pictures; MODEL is what `smolvlm --model` takes, by default the embedded one.  The set stays in OUT (by default
# target/held-out/SEED-COUNT) and is drawn once.  The table goes to standard output.
#   QUESTIONS   at most so many a picture (default 99, all)
#   LIMIT       ask so many of the questions, spread over the set
#   PYTHON      with the packages of requirements.txt; by default target/held-out/venv, made when missing
set -eu
if [ $# -lt 2 ]; then
    sed -n '2,4s/^# //p' "$0" >&2
    exit 2
fi
seed=$1
count=$2
model=${3:-tiny}
recipe=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$recipe/../.." && pwd)
out=${OUT:-$root/target/held-out/$seed-$count}
export PYTHONDONTWRITEBYTECODE=1
if [ ! -f "$out/complete" ]; then
    python=${PYTHON:-$root/target/held-out/venv/bin/python}
    if [ -z "${PYTHON:-}" ] && [ ! -x "$python" ]; then
        mkdir -p "$root/target/held-out"
        python3 -m venv "$root/target/held-out/venv"
        "$python" -m pip install -q -r "$recipe/requirements.txt" >&2
    fi
    rm -f "$out/questions.jsonl"
    mkdir -p "$out"
    "$python" "$recipe/heldout.py" --out "$out" --pictures "$count" --seed "$seed" --questions "${QUESTIONS:-99}" >&2
    : > "$out/complete"
fi
exec "${SMOLVLM:-$root/smolvlm}" inspect answers "$out" --model "$model" ${LIMIT:+--limit "$LIMIT"}
