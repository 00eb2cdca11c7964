"""Held-out table of a checkpoint folder, from the trainer's side: by kind and tier, split and whole, as Markdown.

Counts forced argmaxes, which equals greedy decoding; the pictures are those of heldout.py.  The table of the model card is
made by the Java engine over a directory of heldout.py; this one is for use while training.
"""
import argparse

import numpy as np
import torch
from transformers import PreTrainedTokenizerFast, SmolVLMForConditionalGeneration

import evaluate
import heldout
import processor
from mix import Example
from prompt import Packer


def examples(pictures, seed, split, kinds):
    share = np.array([heldout.PLAN[k] for k in kinds])
    order = np.random.default_rng(seed).choice(len(kinds), pictures, p=share / share.sum())
    for i, k in enumerate(order):
        images, qa = heldout.scenes(np.random.default_rng([seed, i]), kinds[k])
        cut = [processor.tiles(image, split) for image in images]
        pixels = np.concatenate([c[0] for c in cut]) if cut else np.zeros((0, 128, 128, 3), np.uint8)
        yield Example(pixels, None, tuple(c[1:] for c in cut), qa)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--model", required=True)
    ap.add_argument("--pictures", type=int, default=300)
    ap.add_argument("--seed", type=int, default=90001)
    ap.add_argument("--kinds", default=",".join(heldout.PLAN))
    ap.add_argument("--misses", type=int, default=0, help="how many wrong answers to print")
    ap.add_argument("--threads", type=int, default=2)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    model = SmolVLMForConditionalGeneration.from_pretrained(args.model, dtype=torch.float32)
    packer = Packer(PreTrainedTokenizerFast.from_pretrained(args.model))
    tables, misses = [], []
    for split in (False, True):
        tables.append(evaluate.score(model, packer, list(examples(args.pictures, args.seed, split, args.kinds.split(","))),
                                     rows=8, misses=misses))
    print("| kind | tier | unsplit right | of | split right | of |\n|---|---|---|---|---|---|")
    for kind in sorted(set(tables[0]) | set(tables[1]), key=lambda k: (heldout.tier(k), k)):
        cell = lambda t: f"{100 * t[kind][0] / t[kind][1]:.1f} | {t[kind][1]}" if kind in t else "| "
        print(f"| {kind} | {heldout.tier(kind)} | {cell(tables[0])} | {cell(tables[1])} |")
    for n in (1, 2):
        total = [[sum(v[j] for k, v in t.items() if heldout.tier(k) == n) for j in (0, 1)] for t in tables]
        if total[0][1]:
            print(f"| all of tier {n} | {n} | " + " | ".join(f"{100 * a / max(1, b):.1f} | {b}" for a, b in total) + " |")
    for miss in misses[:args.misses]:
        print(miss)


if __name__ == "__main__":
    main()
