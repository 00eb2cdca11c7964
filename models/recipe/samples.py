"""Draws the sample pictures of the repository and their expected answers: samples.py --out samples [--model CHECKPOINT].

With a checkpoint, scenes are drawn until one comes that it answers rightly throughout, in both picture settings: the samples
show what the model can do and test that it still does.  Documents and charts are drawn from fixed seeds, answered or not.
"""
import argparse
import json
import os

import numpy as np

import charts
import documents
import processor
import shape_questions
import shapes
import textures
from mix import Example

SCENES = {"shapes-one": 1, "shapes-two": 2, "shapes-three": 3, "shapes-four": 4}
ASKED = ("caption", "colour", "shape", "at", "place", "count", "presence", "refusal", "ground")


def scene(seed, n):
    rng = np.random.default_rng([7301, n, seed])
    s = shapes.scene(rng, n, held_out=True)
    shape_questions.ask_all(rng, s)
    chosen = {}
    for kind, turns in s.qa:
        if kind.startswith(ASKED) and kind != "count_of":
            chosen.setdefault(kind, turns[0])
    return s, chosen


def right(model, packer, s, chosen):
    from evaluate import score
    for split in (False, True):
        pixels, rows, cols = processor.tiles(s.image, split)
        e = Example(pixels, None, ((rows, cols),), [(k, [t]) for k, t in chosen.items()])
        if any(a < n for a, n in score(model, packer, [e]).values()):
            return False
    return True


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", required=True)
    ap.add_argument("--model")
    args = ap.parse_args()
    images = os.path.join(args.out, "images")
    os.makedirs(images, exist_ok=True)
    judge = None
    if args.model:
        import torch
        from transformers import PreTrainedTokenizerFast, SmolVLMForConditionalGeneration
        from prompt import Packer
        torch.set_num_threads(1)
        model = SmolVLMForConditionalGeneration.from_pretrained(args.model, dtype=torch.float32)
        packer = Packer(PreTrainedTokenizerFast.from_pretrained(args.model))
        judge = lambda s, chosen: right(model, packer, s, chosen)
    rows = []

    def keep(name, image, chosen, tier):
        image.save(os.path.join(images, name + ".png"), optimize=True)
        rows.extend({"picture": f"images/{name}.png", "kind": kind, "tier": tier, "question": q, "answer": a}
                    for kind, (q, a) in chosen.items())

    for name, n in SCENES.items():
        for seed in range(200):
            s, chosen = scene(seed, n)
            if min(s.image.size) >= 200 and (judge is None or judge(s, chosen)):
                keep(name, s.image, chosen, 1)
                break
    for seed in range(50):
        s = textures.scene(np.random.default_rng([7302, seed]))
        chosen = {"unknown_picture": s.qa[0][1][0]}
        if judge is None or judge(s, chosen):
            keep("photograph", s.image, chosen, 1)
            break
    for name, draw in (("receipt-drawn", documents.receipt), ("form-drawn", documents.form), ("table-drawn", documents.table),
                       ("chart-bars", charts.bars), ("chart-line", charts.line), ("chart-pie", charts.pie)):
        s = draw(np.random.default_rng(7303), True)
        chosen = {}
        for kind, turns in s.qa:
            chosen.setdefault(kind if kind not in chosen else kind + "2", turns[0])
        keep(name, s.image, chosen, 2)
    with open(os.path.join(args.out, "expected.json"), "w") as f:
        json.dump(rows, f, indent=1)
        f.write("\n")
    print(len(rows), "questions about", len({r["picture"] for r in rows}), "pictures")


if __name__ == "__main__":
    main()
