"""Loads GGUF files that `smolvlm quantize` wrote into llama.cpp (package llama-cpp-python) and compares greedy ids with ours.

    smolvlm quantize SmolLM2-135M-Instruct.Q4_1.gguf q8.gguf --type q8_0     (and q4_0, bf16 ..)
    python3 -m venv llama && llama/bin/pip install llama-cpp-python pillow    (compiles llama.cpp)
    llama/bin/python models/parity/llama_cpp_check.py bf16.gguf [MORE.gguf ..] [--tokens 24]
    llama/bin/python models/parity/llama_cpp_check.py q8.gguf [MORE.gguf ..] --decided
    llama/bin/python models/parity/llama_cpp_check.py TEXT.gguf --mmproj MMPROJ.gguf --picture FILE [--question TEXT]

Eight prompts, put through the model's own template by ours (`smolvlm inspect prompt`), go on greedily in llama.cpp; ours
must choose the same (`smolvlm inspect parity`, which names the logits' margin where they part).

Beside quantised weights llama.cpp rounds activations to 8 bits, and a sum taken in another order then rounds to another
level: it answers half of all prompts otherwise when it reads them token by token, or with flash attention. --decided asks
it these three ways about more prompts. The spread is the largest margin at which two of its ways part; a prompt is decided
if the three agree and no choice was closer than the spread. Ours must answer each decided prompt the same, of which there
must be eight. With --mmproj a picture goes through llama.cpp's own multimodal library, preprocessing and prompt included,
and must get our answer. llama-cpp.sh does all of it. Exit status: 0 all are the same, 1 they are not.
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
MORE_PROMPTS = [f"What is the capital of {country}?" for country in
                ("Japan", "Italy", "Spain", "Germany", "Egypt", "Russia", "China", "India", "Greece", "Portugal", "Poland",
                 "Norway", "Sweden", "Ireland", "Canada", "Mexico", "Austria", "Turkey", "Peru", "Cuba")] + [
    "Name the capital of Italy.", "Name the largest ocean.", "Name a fruit that is yellow.", "How many days are in a week?",
    "How many months are in a year?", "How many legs has a spider?", "How many hours are in a day?", "What do bees make?",
    "What is the opposite of hot?", "What is 2 plus 2?", "What comes after Monday?", "What animal says moo?",
    "What is ice made of?", "Which planet is closest to the Sun?", "Who painted the Mona Lisa?", "Say hello in Spanish.",
    "List the four seasons.", "Spell the word cat.", "What is the boiling point of water in Celsius?",
    "What is the chemical symbol of water?"]
ENOUGH = 8


class Greedy:
    """llama.cpp over one file; `flash` with its flash attention over keys and values of 16 bits, else both of 32"""

    def __init__(self, path, context=4096, threads=2, flash=False):
        kept = llama_cpp.GGML_TYPE_F16 if flash else llama_cpp.GGML_TYPE_F32
        self.llm = llama_cpp.Llama(path, n_ctx=context, n_batch=512, n_threads=threads, n_threads_batch=threads, verbose=False,
                                   flash_attn=flash, type_k=kept, type_v=kept)
        self.rows = self.llm.n_vocab()

    def logits(self):
        pointer = llama_cpp.llama_get_logits_ith(self.llm._ctx.ctx, -1)
        return np.ctypeslib.as_array(pointer, shape=(self.rows,)).copy()

    def go_on(self, ids, tokens, at_once=512):
        """-> ids up to an end token, and the margin of each; `at_once` tokens of the prompt are read together"""
        self.llm.reset()
        self.llm._ctx.kv_cache_clear()
        for first in range(0, len(ids), at_once):
            self.llm.eval(ids[first:first + at_once])
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


def parity(model, answers, work):
    """-> the command by which ours is put beside answers of (prompt, its ids, new ids, margins)"""
    samples = [{"id": str(i), "kind": "text", "tier": "llama.cpp", "group": "text", "pictures": [], "split": True,
                "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}], "answer": "", "text": "",
                "prompt_ids": ids, "answer_ids": new, "margins": margins, "smallest_margin": min(margins)}
               for i, (text, ids, new, margins) in enumerate(answers)]
    path = os.path.join(work, "parity.json")
    with open(path, "w") as f:
        json.dump({"model_sha256": "", "samples": samples}, f)
    return [SMOLVLM, "inspect", "parity", path, "--pictures", work, "-m", model, "--precision", "exact"]


def compare(model, prompts, tokens, work):
    """-> 0 if ours answers every prompt the same"""
    engine = Greedy(model)
    answers = [(text, ids, *engine.go_on(ids, tokens)) for text, ids in prompts]
    for text, _, new, _ in answers:
        print(f"llama.cpp: {text!r} -> {engine.text(new)!r}", flush=True)
    return subprocess.run(parity(model, answers, work)).returncode


def compare_decided(model, prompts, tokens, work):
    """-> 0 if ours answers every prompt the same that llama.cpp answers the same by a margin, however it computes"""
    engine = Greedy(model)
    base = [engine.go_on(ids, tokens) for _, ids in prompts]
    others = {"token by token": [engine.go_on(ids, tokens, at_once=1) for _, ids in prompts]}
    del engine
    flash = Greedy(model, flash=True)
    others["with flash attention"] = [flash.go_on(ids, tokens) for _, ids in prompts]
    spread = 0
    for name, answers in others.items():
        alike = sum(a == b for (a, _), (b, _) in zip(base, answers))
        print(f"llama.cpp {name}: {alike} of {len(prompts)} prompts as when it reads a prompt at once", flush=True)
        for (a, margins), (b, _) in zip(base, answers):
            parted = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), None)
            if parted is not None:
                spread = max(spread, margins[parted])
    answers = [(text, ids, *answer) for (text, ids), answer in zip(prompts, base)]
    shown = subprocess.run([*parity(model, answers, work), "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    same = {int(found["id"]): found["identical"] for found in map(json.loads, shown.splitlines())}
    if len(same) != len(prompts):
        sys.exit(f"ours answered {len(same)} of {len(prompts)} prompts")
    decided = [i for i, (new, margins) in enumerate(base)
               if min(margins) > spread and all(other[i][0] == new for other in others.values())]
    for i in decided:
        print(f"{'the same' if same[i] else 'OTHERWISE'}: {prompts[i][0]!r} -> {flash.text(base[i][0])!r}")
    held = sum(same[i] for i in decided)
    print(f"ours: {sum(same.values())} of {len(prompts)} prompts; of the {len(decided)} that llama.cpp decides by more than its "
          f"spread of {spread:.2f}, {held}", flush=True)
    return int(len(decided) < ENOUGH or held < len(decided))


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
    ap.add_argument("--decided", action="store_true",
                    help="of more prompts, compare what llama.cpp decides by more than its own spread")
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
        prompts = [(text, prompt([text, "-m", args.models[0]])["ids"])
                   for text in PROMPTS + (MORE_PROMPTS if args.decided else [])]
        for model in args.models:
            print(f"-- {model}", flush=True)
            with tempfile.TemporaryDirectory() as work:
                check = compare_decided if args.decided else compare
                status |= check(model, prompts, args.tokens, work)
    sys.exit(status)


if __name__ == "__main__":
    main()
