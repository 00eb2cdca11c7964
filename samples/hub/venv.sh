#!/bin/sh
# Makes a Python environment with huggingface_hub: venv.sh DIR. Does nothing when it is there.
set -eu
dir=$1
here=$(cd "$(dirname "$0")" && pwd -P)
[ ! -f "$dir/complete" ] || exit 0
python3 -m venv "$dir"
"$dir/bin/python" -m pip install --quiet -r "$here/requirements.txt"
: > "$dir/complete"
