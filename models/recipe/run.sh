#!/bin/sh
# Trains the embedded model, evaluates and exports it:   models/recipe/run.sh OUT [MINUTES] [CHECKPOINT]
# OUT keeps the state: run it again to go on, with other MINUTES to plan longer.  CHECKPOINT, if given, is taken over at the
# start (the pilot's, or the one in the models module); without it the encoder begins with a dense stage of its own.
set -e
out=$(mkdir -p "$1" && cd "$1" && pwd)
minutes=${2:-240}
start=${3:+--start $(cd "$3" && pwd)}
cd "$(dirname "$0")"
export OMP_WAIT_POLICY=PASSIVE PYTHONDONTWRITEBYTECODE=1
python=${PYTHON:-$out/venv/bin/python}
if [ -z "$PYTHON" ] && [ ! -x "$python" ]; then
    python3 -m venv "$out/venv"
    "$python" -m pip install -q -r requirements.txt
fi
part() { echo $(( minutes * $1 / 100 )); }
slice() {   # stage, share of the plan at which it ends
    used=$("$python" -c "import os, torch; p = '$out/state.pt'; print(int(torch.load(p, weights_only=False)['clock']['seconds'] / 60) if os.path.exists(p) else 0)")
    left=$(( $(part "$2") - used ))
    if [ "$left" -gt 0 ]; then
        stage=$1; shift 2
        "$python" train.py --out "$out" --total "$minutes" --minutes "$left" --stage "$stage" "$@"
    fi
}
[ -n "$start" ] || slice dense 8
[ -n "$start" ] || slice shapes 30
slice all 100 $start
"$python" export.py --run "$out" --out "$out/export"
"$python" check.py --model "$out/export"
"$python" results.py --model "$out/export" | tee "$out/results.md"
"$python" plot.py --run "$out" --out "$out/curve.png"
"$python" heldout.py --out "$out/heldout" --pictures 200 --questions 3
"$python" parity.py --model "$out/export" --heldout "$out/heldout" --out "$out/parity.json"
