"""Compares a checkpoint with transformers (float32): the logits of a whole prompt with a picture, and greedy ids.

    models/parity/synthetic.py CHECKPOINT [PICTURE..] [--split] [--tokens 16]

`rows.py --compare MEMBER` writes such a checkpoint, calls this and deletes it.

Ours run through the command line: `inspect forward` for prompt ids, pixels and logits, `inspect parity` for greedy ids.
Prompt ids and pixels are taken from ours, so that networks are compared with networks; the reference's own prompts and
pixels are compared by the tests. Text models get a prompt without pictures. Status 1 when a logit differs by more than
1e-3 of the largest, or a greedy id that was no near tie. Memory: the weights in float32, once for each side, not at once.
"""
import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch
import transformers
from safetensors.numpy import load_file

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SMOLVLM = os.path.join(ROOT, "smolvlm")
QUESTION = "What is in this picture?"
TOLERANCE = 1e-3


def ours(folder, picture, question, split, out):
    """Ids, pixels and logits of one prompt."""
    command = [SMOLVLM, "inspect", "forward", *([picture] if picture else []), question, "-m", folder, "--precision", "exact", "--out", out,
               "--split" if split else "--no-split"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return load_file(out)


def reference(folder):
    with open(os.path.join(folder, "config.json")) as f:
        config = json.load(f)
    kind = getattr(transformers, config["architectures"][0])
    return kind.from_pretrained(folder, dtype=torch.float32).eval(), config["model_type"] != "llama"


def inputs(stage, sees):
    x = {"input_ids": torch.from_numpy(stage["input_ids"].astype(np.int64))[None]}
    if sees and "pixel_values" in stage:
        x["pixel_values"] = torch.from_numpy(stage["pixel_values"])[None]
        x["pixel_attention_mask"] = torch.ones(x["pixel_values"].shape[:2] + x["pixel_values"].shape[3:], dtype=torch.long)
    return x


@torch.no_grad()
def greedy(model, x, tokens):
    """-> ids and the margins of each choice; ends as the checkpoint says"""
    g = model.generate(**x, attention_mask=torch.ones_like(x["input_ids"]), do_sample=False, max_new_tokens=tokens,
                       return_dict_in_generate=True, output_scores=True)
    best = torch.stack(g.scores)[:, 0].topk(2, -1).values
    return g.sequences[0, x["input_ids"].shape[1]:].tolist(), (best[:, 0] - best[:, 1]).tolist()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("checkpoint")
    ap.add_argument("pictures", nargs="*")
    ap.add_argument("--split", action="store_true", help="cut pictures into tiles, as the members do by default")
    ap.add_argument("--tokens", type=int, default=16)
    ap.add_argument("--threads", type=int, default=os.cpu_count())
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    transformers.utils.logging.disable_progress_bar()
    with open(os.path.join(args.checkpoint, "config.json")) as f:
        sees = json.load(f)["model_type"] != "llama"
    pictures = args.pictures or [os.path.join(ROOT, "samples", "images", n) for n in ("cat.jpg", "scene.png")]
    samples = [os.path.abspath(p) for p in pictures] if sees else [None]
    with tempfile.TemporaryDirectory() as work:
        stages = [ours(args.checkpoint, p, QUESTION, args.split, os.path.join(work, f"{i}.safetensors"))
                  for i, p in enumerate(samples)]
        model, _ = reference(args.checkpoint)
        rows, worst = [], 0.0
        for i, (picture, stage) in enumerate(zip(samples, stages)):
            x = inputs(stage, sees)
            with torch.no_grad():
                theirs = model(**x).logits[0].numpy()
            difference = float(np.abs(stage["logits"] - theirs).max() / np.abs(theirs).max())
            chosen = float((stage["logits"].argmax(-1) == theirs.argmax(-1)).mean())
            worst = max(worst, difference)
            print(f"{os.path.basename(picture or 'text')}: {theirs.shape[0]} positions, largest difference of logits "
                  f"{difference:.2e} of the largest logit, same choice at {100 * chosen:.2f} % of positions")
            ids, margins = greedy(model, x, args.tokens)
            content = [{"type": "image"}] if picture else []
            rows.append({"id": f"{i}", "kind": "synthetic", "tier": "parity", "group": "synthetic",
                         "pictures": [os.path.basename(picture)] if picture else [], "split": args.split,
                         "messages": [{"role": "user", "content": content + [{"type": "text", "text": QUESTION}]}],
                         "answer": "", "text": "", "prompt_ids": x["input_ids"][0].tolist(), "answer_ids": ids,
                         "margins": margins, "smallest_margin": min(margins)})
        del model
        gc.collect()
        path = os.path.join(work, "parity.json")
        with open(path, "w") as f:
            json.dump({"samples": rows}, f)
        folder = os.path.dirname(samples[0]) if sees else work
        done = subprocess.run([SMOLVLM, "inspect", "parity", path, "--pictures", folder, "-m", args.checkpoint,
                               "--precision", "exact"])
    if worst > TOLERANCE or done.returncode != 0:
        sys.exit(1)


if __name__ == "__main__":
    main()
