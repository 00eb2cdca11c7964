#!/bin/sh
# schemathesis: requests made from the OpenAPI document, good and bad ones. No answer may be a server
# error, and each must have a status, a content type and a body that the document promises.
#
#   openapi_cases.sh SCHEMATHESIS   (the program; run.sh installs it)
#   OPENAPI_CASES   examples an operation in the phase of random requests (default 15)
#   OPENAPI_SEED    default 1
set -eu
url=${SMOLVLM_URL:-http://localhost:8080}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
curl -sS --fail-with-body -o "$work/openapi.json" "$url/openapi?format=json"
status=0
case $1 in
  /*) program=$1 ;;
  *) program=$PWD/$1 ;;
esac
cd "$work" # where it leaves its notes
"$program" run "$work/openapi.json" --url "$url" --no-color --generation-database none \
  --max-examples "${OPENAPI_CASES:-15}" --seed "${OPENAPI_SEED:-1}" --request-timeout 60 \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance \
  > "$work/log" 2>&1 || status=$?
cat "$work/log"
[ "$status" -eq 0 ] || exit "$status"
cases=$(sed -n 's/^ *\([0-9][0-9]*\) generated.*/\1/p' "$work/log")
[ "${cases:-0}" -ge 2000 ] || {
  echo "FAIL  only ${cases:-no} cases" >&2
  exit 1
}
echo "ok    $cases cases"
