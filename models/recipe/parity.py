"""Greedy answers of transformers (float32, Pillow image processor) on held-out samples, for an engine to be compared with.

Reads a directory of heldout.py and writes one JSON: for each sample the prompt ids, the answer ids, the text, the
margin between best and second logit at each answer id and the least of them, and whether the answer is the expected one.
"""
import argparse
import hashlib
import json
import os

import torch
import transformers
from PIL import Image

from reference import Reference


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--model", required=True)
    ap.add_argument("--heldout", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--samples", type=int, default=200)
    ap.add_argument("--threads", type=int, default=2)
    args = ap.parse_args()
    torch.set_num_threads(args.threads)
    ref = Reference(args.model)
    with open(os.path.join(args.heldout, "questions.jsonl")) as f:
        records = [json.loads(line) for line in f]
    step = max(1, len(records) // args.samples)
    rows, right = [], 0
    for record in records[::step][:args.samples]:
        pictures = [Image.open(os.path.join(args.heldout, name)).convert("RGB") for name in record["pictures"]]
        prompt, ids, text, margins = ref.answer(record["messages"], pictures, record["split"])
        right += text == record["answer"]
        rows.append({**record, "prompt_ids": prompt, "answer_ids": ids, "text": text, "smallest_margin": round(min(margins), 5),
                     "margins": [round(m, 5) for m in margins],
                     "right": text == record["answer"]})
    with open(os.path.join(args.model, "model.safetensors"), "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    head = {"made_with": {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0], "dtype": "float32",
                          "decoding": "greedy", "image_processor": type(ref.images).__name__},
            "model_sha256": digest, "right": right, "samples": rows}
    with open(args.out, "w") as f:
        json.dump(head, f)
    print(right, "of", len(rows), "right; least margin", min(r["smallest_margin"] for r in rows))


if __name__ == "__main__":
    main()
