#!/bin/sh
# Starts the packaged service on a free port and runs clients of other languages against it.
#
#   run.sh [openai-python | litellm | docling | openai-node | ai-sdk | curl | openapi] ...
#
# Without a name all of them. Needs python3 (3.10 or newer), node (20.11 or newer) and curl; installs
# the clients, in the versions written down here, below target/clients.
#
#   SMOLVLM_URL     a service that runs already, such as http://localhost:8080: none is started
#   OPENAPI_CASES, OPENAPI_SEED   see openapi_cases.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
work=$root/target/clients
log=$work/service.log
mkdir -p "$work"
service=
trap '[ -z "$service" ] || kill "$service" 2> /dev/null || true' EXIT
trap 'exit 130' INT TERM HUP

start_service() {
  export SMOLVLM_MODEL="${SMOLVLM_MODEL:-tiny}" # whatever the hub's cache holds
  jar=$root/target/app/quarkus-app/quarkus-run.jar
  [ -f "$jar" ] || {
    echo "run.sh: $jar is missing; build it with ./mvnw -DskipTests package" >&2
    exit 1
  }
  . "$root/.mvn/find-jdk.sh"
  find_jdk run.sh || exit 1
  "$JAVA_HOME/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow --add-opens java.base/java.io=ALL-UNNAMED \
    -XX:-UsePerfData -Djava.awt.headless=true -Dquarkus.http.port=0 -jar "$jar" > "$log" 2>&1 &
  service=$!
  waited=0
  until SMOLVLM_URL=$(sed -n 's/.*Listening on: \(http:[^ ]*\).*/\1/p' "$log" | head -n 1) &&
    [ -n "$SMOLVLM_URL" ] && curl -sf -o "$work/ready" "$SMOLVLM_URL/health/ready"; do
    waited=$((waited + 1))
    if [ "$waited" -gt 120 ] || ! kill -0 "$service" 2> /dev/null; then
      echo 'run.sh: the service did not start:' >&2
      tail -n 20 "$log" >&2
      exit 1
    fi
    sleep 1
  done
}

# A virtual environment with what a file of requirements names, made once a content of that file.
python_with() {
  venv=$work/venv-$(basename "$1" .txt)
  if ! cmp -s "$here/python/$1" "$venv/installed"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install -q -r "$here/python/$1"
    cp "$here/python/$1" "$venv/installed"
  fi
}

python_client() {
  python_with "$1"
  "$venv/bin/python" "$here/python/$2"
}

node_client() {
  mkdir -p "$work/node"
  cp "$here"/node/*.mjs "$work/node"
  if ! cmp -s "$here/node/package.json" "$work/node/package.json"; then
    cp "$here/node/package.json" "$work/node/package.json"
    (cd "$work/node" && npm install --no-package-lock --no-audit --no-fund --loglevel=error) || {
      rm "$work/node/package.json"
      return 1
    }
  fi
  node "$work/node/$1"
}

client() {
  case $1 in
    openai-python) python_client requirements.txt openai_chat.py ;;
    litellm) python_client requirements.txt litellm_chat.py ;;
    docling) python_client requirements-docling.txt docling_pictures.py ;;
    openai-node) node_client openai.mjs ;;
    ai-sdk) node_client ai-sdk.mjs ;;
    curl) "$here/curl.sh" ;;
    openapi)
      python_with requirements-openapi.txt
      "$here/openapi_cases.sh" "$venv/bin/schemathesis"
      ;;
    *)
      echo "run.sh: unknown client $1" >&2
      return 2
      ;;
  esac
}

[ $# -gt 0 ] || set -- curl openai-python litellm docling openai-node ai-sdk openapi
[ -n "${SMOLVLM_URL:-}" ] || start_service
export SMOLVLM_URL
export SMOLVLM_ROOT="$root"
failed=
for name in "$@"; do
  echo "== $name"
  set +e
  (
    set -e
    client "$name"
  )
  status=$?
  set -e
  [ "$status" -eq 0 ] || failed="$failed $name"
done
[ -z "$failed" ] || {
  echo "failed:$failed" >&2
  exit 1
}
