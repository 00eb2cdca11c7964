#!/bin/sh
# curl: the routes one by one, as they are typed. SMOLVLM_URL names the service.
set -eu
url=${SMOLVLM_URL:-http://localhost:8080}
root=$(cd "$(dirname "$0")/../.." && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
curl --version | head -n 1

# Prints what was checked; ends the script where the answer does not contain what it must.
check() {
  case $3 in
    *"$2"*) echo "ok    $1: $2" ;;
    *)
      echo "FAIL  $1: $2 is not in: $3" >&2
      exit 1
      ;;
  esac
}

# A picture in base64 is too long for a command line: the body goes through a file.
cat > "$work/question.json" << END
{
  "messages": [{"role": "user", "content": [
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,$(base64 < "$root/samples/images/scene.png" | tr -d '\n')"}},
    {"type": "text", "text": "Describe this image."}
  ]}],
  "temperature": 0
}
END
caption='From top to bottom: a purple cross, a purple square, a brown triangle and a gray cross.'

answer=$(curl -sS --fail-with-body "$url/v1/chat/completions" \
  -H 'Content-Type: application/json' -d "@$work/question.json")
check 'chat' "$caption" "$answer"

# Several versions of HTTP; --http2-prior-knowledge opens with HTTP/2 at once, without an upgrade.
for version in --http1.0 --http1.1 --http2 --http2-prior-knowledge; do
  answer=$(curl -sS --fail-with-body "$version" "$url/v1/chat/completions" \
    -H 'Content-Type: application/json' -d "@$work/question.json")
  check "chat with $version" "$caption" "$answer"
done

# Without a length told beforehand.
answer=$(curl -sS --fail-with-body "$url/v1/chat/completions" -H 'Transfer-Encoding: chunked' \
  -H 'Content-Type: application/json' -d "@$work/question.json")
check 'chat, chunked' "$caption" "$answer"

# In pieces, as they come.
sed 's/"temperature": 0/"temperature": 0, "stream": true/' "$work/question.json" > "$work/stream.json"
answer=$(curl -sSN --fail-with-body "$url/v1/chat/completions" \
  -H 'Content-Type: application/json' -d "@$work/stream.json")
check 'stream' 'data: [DONE]' "$answer"

# Pictures as files, with no JSON at all.
answer=$(curl -sS --fail-with-body "$url/v1/captions" \
  -F "image=@$root/samples/images/scene.png" -F "image=@$root/samples/images/heart.png")
check 'captions' 'cross' "$answer"
check 'captions, second picture' 'heart' "$answer"
answer=$(curl -sS --fail-with-body "$url/v1/captions" -H 'Content-Type: image/png' \
  --data-binary "@$root/samples/images/heart.png")
check 'caption of a raw picture' 'heart' "$answer"

for route in /v1/models /health/ready /health/live /metrics /openapi; do
  curl -sS --fail-with-body -o "$work/answer" "$url$route"
  check "$route" '' ''
done

# What is refused says so in JSON.
answer=$(curl -sS -w ' %{http_code}' "$url/v1/nothing")
check 'unknown route' '"code":"not_found"' "$(echo "$answer" | tr -d ' ')"
answer=$(curl -sS "$url/v1/chat/completions" -H 'Content-Type: application/json' -d '{')
check 'broken JSON' '"code":"invalid_json"' "$(echo "$answer" | tr -d ' ')"
