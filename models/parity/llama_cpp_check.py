"""Loads GGUF files that `smolvlm quantize` wrote into llama.cpp (package llama-cpp-python) and compares greedy ids with ours.

    smolvlm quantize SmolLM2-135M-Instruct.Q4_1.gguf q8.gguf --type q8_0     (and q4_0, bf16 ..)
    python3 -m venv llama && llama/bin/pip install llama-cpp-python pillow    (compiles llama.cpp)
    llama/bin/python models/parity/llama_cpp_check.py q8.gguf [MORE.gguf ..] [--tokens 24]
    llama/bin/python models/parity/llama_cpp_check.py TEXT.gguf --mmproj MMPROJ.gguf --picture FILE [--question TEXT]

Eight prompts, put through the model's own template by ours (`smolvlm inspect prompt`), go on greedily in llama.cpp; ours
must choose the same (`smolvlm inspect parity`, which names the logits' margin where they part). llama.cpp rounds
activations to 8 bits before it multiplies quantised weights, ours does not in exact precision: with q8_0 and q4_0 weights
choices may part at small margins, with f32, f16 and bf16 at near ties only. With --mmproj a picture goes through
llama.cpp's own multimodal library, preprocessing and prompt included, and must get our answer. llama-cpp.sh does all of
it. Exit status: 0 all are the same, 1 they are not.
"""
import argparse
import ctypes
import json
import os
import subprocess
import sys
import tempfile

import llama_cpp
import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SMOLVLM = os.path.join(ROOT, "smolvlm")
PROMPTS = ["What is the capital of France?", "Write one sentence about the sea.", "Count from one to five.",
           "Name three colours.", "What is 12 plus 30?", "Who wrote Hamlet?", "Translate 'good morning' into French.",
           "Write a short poem about rain."]


class Greedy:
    def __init__(self, path, context=4096, threads=2):
        self.llm = llama_cpp.Llama(path, n_ctx=context, n_batch=512, n_threads=threads, n_threads_batch=threads, verbose=False,
                                   type_k=llama_cpp.GGML_TYPE_F32, type_v=llama_cpp.GGML_TYPE_F32)
        self.rows = self.llm.n_vocab()

    def logits(self):
        pointer = llama_cpp.llama_get_logits_ith(self.llm._ctx.ctx, -1)
        return np.ctypeslib.as_array(pointer, shape=(self.rows,)).copy()

    def go_on(self, ids, tokens):
        """-> ids up to an end token, and the margin of each"""
        self.llm.reset()
        self.llm._ctx.kv_cache_clear()
        self.llm.eval(ids)
        return self.continue_from_here(tokens)

    def continue_from_here(self, tokens):
        new, margins = [], []
        vocabulary = llama_cpp.llama_model_get_vocab(self.llm._model.model)
        while len(new) < tokens:
            logits = self.logits()
            second, best = np.argpartition(logits, -2)[-2:][np.argsort(logits[np.argpartition(logits, -2)[-2:]])]
            new.append(int(best))
            margins.append(float(logits[best] - logits[second]))
            if llama_cpp.llama_vocab_is_eog(vocabulary, new[-1]):
                break
            self.llm.eval([new[-1]])
        return new, margins

    def text(self, ids):
        return self.llm.detokenize(ids).decode("utf-8", "replace").strip()


def prompt(arguments):
    shown = subprocess.run([SMOLVLM, "inspect", "prompt", "--json", *arguments], check=True, stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL)
    return json.loads(shown.stdout)


def compare(model, prompts, engine, tokens, rounding, work):
    """-> 0 if ours chooses the same; where llama.cpp rounds more than ours, it may part at margins up to `rounding`"""
    samples = []
    for i, (text, ids) in enumerate(prompts):
        new, margins = engine.go_on(ids, tokens)
        print(f"llama.cpp: {text!r} -> {engine.text(new)!r}")
        samples.append({"id": str(i), "kind": "text", "tier": "llama.cpp", "group": "text", "pictures": [], "split": True,
                        "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}], "answer": "",
                        "text": engine.text(new), "prompt_ids": ids, "answer_ids": new, "margins": margins,
                        "smallest_margin": min(margins)})
    path = os.path.join(work, "parity.json")
    with open(path, "w") as f:
        json.dump({"model_sha256": "", "samples": samples}, f)
    command = [SMOLVLM, "inspect", "parity", path, "--pictures", work, "-m", model, "--precision", "exact"]
    if not rounding:
        return subprocess.run(command).returncode
    shown = subprocess.run([*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    found = [json.loads(line) for line in shown.splitlines()]
    parted = [f for f in found if not f["identical"]]
    far = [f for f in parted if f.get("margin", float("inf")) > rounding]
    print(f"{len(found) - len(parted)} of {len(found)} identical; margins where they part: "
          f"{', '.join(format(f.get('margin', float('inf')), '.2f') for f in parted) or 'none'}; allowed {rounding}")
    return int(len(found) != len(prompts) or bool(far))


def describe(engine, mmproj, picture, question, tokens):
    """The whole way of llama.cpp: its resizing, tiles, encoder, prompt."""
    from llama_cpp import mtmd_cpp
    from PIL import Image

    parameters = mtmd_cpp.mtmd_context_params_default()
    parameters.use_gpu = False
    parameters.n_threads = 2
    parameters.warmup = False
    context = mtmd_cpp.mtmd_init_from_file(mmproj.encode(), engine.llm._model.model, parameters)
    if not context:
        sys.exit(f"llama.cpp does not load {mmproj}")
    image = Image.open(picture).convert("RGB")
    pixels = (ctypes.c_uint8 * (image.width * image.height * 3)).from_buffer_copy(image.tobytes())
    bitmap = mtmd_cpp.mtmd_bitmap_init(image.width, image.height, pixels)
    text = f"<|im_start|>User:{mtmd_cpp.mtmd_default_marker().decode()}{question}<end_of_utterance>\nAssistant:".encode()
    chunks = mtmd_cpp.mtmd_input_chunks_init()
    given = mtmd_cpp.mtmd_input_text(text=text, text_len=len(text), add_special=False, parse_special=True)
    failed = mtmd_cpp.mtmd_tokenize(context, chunks, ctypes.byref(given),
                                    (mtmd_cpp.mtmd_bitmap_p_ctypes * 1)(bitmap), 1)
    if failed:
        sys.exit(f"llama.cpp cannot put the picture into a prompt: {failed}")
    engine.llm.reset()
    engine.llm._ctx.kv_cache_clear()
    for i in range(mtmd_cpp.mtmd_input_chunks_size(chunks)):
        chunk = mtmd_cpp.mtmd_input_chunks_get(chunks, i)
        if mtmd_cpp.mtmd_input_chunk_get_type(chunk) == mtmd_cpp.MTMD_INPUT_CHUNK_TYPE_TEXT:
            count = ctypes.c_size_t(0)
            ids = mtmd_cpp.mtmd_input_chunk_get_tokens_text(chunk, ctypes.byref(count))
            # It looks the empty line before the whole picture up as one token, which small vocabularies do not have.
            empty_line = engine.llm.tokenize(b"\n\n", add_bos=False)
            engine.llm.eval([t for at in range(count.value) for t in ([ids[at]] if ids[at] >= 0 else empty_line)])
        else:
            past = llama_cpp.llama_pos(engine.llm.n_tokens)
            failed = mtmd_cpp.mtmd_helper_eval_chunk_single(context, engine.llm._ctx.ctx, chunk, past, 0, 512, False,
                                                            ctypes.byref(past))
            if failed:
                sys.exit(f"llama.cpp cannot read the picture: {failed}")
            engine.llm.n_tokens = past.value
    tokens_in = engine.llm.n_tokens
    new, _ = engine.continue_from_here(tokens)
    mtmd_cpp.mtmd_bitmap_free(bitmap)
    mtmd_cpp.mtmd_input_chunks_free(chunks)
    mtmd_cpp.mtmd_free(context)
    return engine.text(new), tokens_in


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("models", nargs="+", metavar="MODEL", help="with the same tokenizer and template")
    ap.add_argument("--tokens", type=int, default=24)
    ap.add_argument("--rounding", type=float, default=0, metavar="MARGIN",
                    help="margin of logits up to which llama.cpp may choose otherwise, for files beside which it rounds activations")
    ap.add_argument("--mmproj")
    ap.add_argument("--picture")
    ap.add_argument("--question", default="Describe this image.")
    args = ap.parse_args()
    status = 0
    if args.picture:
        model = args.models[0]
        text, count = describe(Greedy(model), args.mmproj, args.picture, args.question, 64)
        print(f"llama.cpp, {count} tokens: {text}")
        shown = subprocess.run([SMOLVLM, "ask", args.picture, args.question, "-m", model, "--mmproj", args.mmproj,
                                "--max-tokens", "64"], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        ours = shown.stdout.decode().strip()
        print(f"ours: {ours}")
        status = int(ours != text)
    else:
        prompts = [(text, prompt([text, "-m", args.models[0]])["ids"]) for text in PROMPTS]
        for model in args.models:
            print(f"-- {model}", flush=True)
            with tempfile.TemporaryDirectory() as work:
                status |= compare(model, prompts, Greedy(model), args.tokens, args.rounding, work)
    sys.exit(status)


if __name__ == "__main__":
    main()
