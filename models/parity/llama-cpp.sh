#!/bin/sh
# GGUF files that `smolvlm quantize` writes, read by llama.cpp: llama-cpp.sh DIR, which keeps what is fetched and
# written. `./mvnw verify -Pllama-cpp` does it; models/parity/llama_cpp_check.py says what is compared.
#
# SmolLM2-135M-Instruct as bf16 and f16, and as f32 of the numbers of its q8_0 file, must give our ids for eight prompts.
# Beside q8_0 and q4_0 llama.cpp rounds activations to 8 bits and answers a third to half of all prompts otherwise when it
# reads them in another way: there ours must give its ids for the prompts that it decides, eight at least. `tiny` as q8_0
# must describe a picture through llama.cpp's multimodal library as it does here.
#
# Fetches the model (93 MB) and compiles llama-cpp-python, which needs cmake and a C++ compiler and takes a quarter of an
# hour, once. LLAMA_PYTHON=... names a Python that has it already, with numpy and pillow.
set -eu
dir=$1
here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
mkdir -p "$dir"
python=${LLAMA_PYTHON:-$dir/venv/bin/python}
if [ -z "${LLAMA_PYTHON:-}" ] && [ ! -f "$dir/venv/complete" ]; then
  echo "compiling llama.cpp, once"
  python3 -m venv "$dir/venv"
  "$dir/venv/bin/pip" install --quiet --no-binary llama-cpp-python -r "$here/requirements.txt"
  : > "$dir/venv/complete"
fi
sh "$root/samples/reference/fetch-real-weights.sh" "$dir"
quantize() {
  [ -f "$dir/$2" ] || "$root/smolvlm" quantize "$1" "$dir/$2" --type "$3" --no-check
}
real=$dir/SmolLM2-135M-Instruct.Q4_1.gguf
for type in bf16 f16 q8_0 q4_0; do
  quantize "$real" "$type.gguf" "$type"
done
quantize "$dir/q8_0.gguf" q8_0-as-f32.gguf f32
quantize tiny tiny.gguf q8_0
check() {
  "$python" "$here/llama_cpp_check.py" "$@"
}
check "$dir/bf16.gguf" "$dir/f16.gguf" "$dir/q8_0-as-f32.gguf"
check "$dir/q8_0.gguf" --decided
check "$dir/q4_0.gguf" --decided --tokens 10
check "$dir/tiny.gguf" --mmproj "$dir/mmproj-tiny.gguf" --picture "$root/samples/images/scene.png"
echo "llama.cpp reads what quantize writes"
