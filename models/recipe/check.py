"""Holds the training's own preparation, prompts and forward pass against transformers on a checkpoint folder."""
import argparse

import numpy as np
import torch

import evaluate
import mix
import model as net
import processor
import shapes
import shape_questions
from prompt import Packer, mask
from reference import Reference, message


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--model", required=True)
    ap.add_argument("--pictures", type=int, default=12)
    args = ap.parse_args()
    torch.set_num_threads(1)
    ref = Reference(args.model)
    packer = Packer(ref.tok)
    rng = np.random.default_rng(5)
    worst = 0.0
    for k in range(args.pictures):
        split = k % 2 == 0
        s = shapes.scene(rng, 1 + k % 5)
        shape_questions.ask_all(rng, s)
        e = mix.example(s, split)
        pick = e.qa[:3]
        ids, pos, seg, tgt, _, num = map(torch.from_numpy, packer.pack([(e.grids, [turns for _, turns in pick])]))
        wanted = tgt != -100
        with torch.no_grad():
            mine = net.read(ref.model, ids, pos, mask(seg), net.see(ref.model, evaluate.to_pixels([e])).flatten(0, 1), wanted)
        for n, (_, turns) in enumerate(pick):
            question, answer = turns[0]
            x = ref.inputs(message(question), [s.image], split)
            tiles = processor.tiles(s.image, split)[0]
            theirs = ((x["pixel_values"][0] + 1) * 127.5).round().permute(0, 2, 3, 1).numpy().astype(np.uint8)
            assert np.array_equal(theirs, tiles), (s.image.size, split)
            own = packer.prefix(e.grids) + packer.conversation(turns, True)[0]
            prompt = x["input_ids"][0].tolist()
            assert own[:len(prompt)] == prompt, (own[:len(prompt)], prompt)
            tail = packer.ids(f" {answer}<end_of_utterance>")
            x["input_ids"] = torch.tensor([prompt + tail])
            x["attention_mask"] = torch.ones_like(x["input_ids"])
            with torch.no_grad():
                logits = ref.model(**x).logits[0, len(prompt) - 1:-1]
            worst = max(worst, (logits - mine[num[wanted] == n][:len(tail)]).abs().max().item())
    print(f"{args.pictures} pictures: tiles and prompts equal, largest logit difference {worst:.2e}")
    assert worst < 2e-3


if __name__ == "__main__":
    main()
