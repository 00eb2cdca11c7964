#!/bin/sh
# The service under load, against what was packaged:   ./mvnw package && samples/load/run.sh
# Writes target/load/*.json and the table in docs/reliability.md; fails when a promise is not held.
cd "$(dirname "$0")"
export SMOLVLM_MODEL="${SMOLVLM_MODEL:-tiny}" # whatever the cache of the hub holds
worst=0
for run in bad_inputs overload disconnects drain flat; do
    python3 "$run.py" || worst=1
done
python3 table.py
exit $worst
