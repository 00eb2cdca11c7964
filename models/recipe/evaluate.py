"""Exact answers on held-out pictures.  Greedy decoding gives the reference answer exactly when every forced argmax does."""
import numpy as np
import torch

import mix
import model as net
from prompt import Packer, mask


def to_pixels(examples, device="cpu"):
    return scaled(torch.from_numpy(np.concatenate([e.pixels for e in examples])).to(device))


def scaled(x):
    """uint8 [tiles, 128, 128, 3] -> [tiles, 3, 128, 128] in -1..1"""
    return x.permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def held_out(kinds, pictures, seed, split):
    rng = np.random.default_rng(seed)
    return [mix.draw(rng, kinds[i % len(kinds)], split, held_out=True) for i in range(pictures)]


@torch.no_grad()
def score(model, packer: Packer, examples, device="cpu", rows=16, misses=None):
    """-> {kind: (right, asked)}"""
    model.eval()
    table = {}
    for start in range(0, len(examples), rows):
        group = examples[start:start + rows]
        ids, pos, seg, tgt, _, num = (torch.from_numpy(x).to(device) for x in
                                      packer.pack([(e.grids, [turns for _, turns in e.qa]) for e in group]))
        wanted = tgt != -100
        tiles = to_pixels(group, device) if any(len(e.pixels) for e in group) else torch.zeros(0, 3, 128, 128, device=device)
        logits = net.read(model, ids, pos, mask(seg), net.see(model, tiles).flatten(0, 1), wanted)
        ok = (logits.argmax(-1) == tgt[wanted]).tolist()
        row = torch.arange(ids.shape[0], device=device)[:, None].expand_as(ids)[wanted].tolist()
        said, wrong = {}, set()
        for r, k, good, t in zip(row, num[wanted].tolist(), ok, logits.argmax(-1).tolist()):
            said.setdefault((r, k), []).append(t)
            if not good:
                wrong.add((r, k))
        for r, e in enumerate(group):
            for k, (kind, turns) in enumerate(e.qa):
                right, asked = table.get(kind, (0, 0))
                table[kind] = (right + ((r, k) not in wrong), asked + 1)
                if misses is not None and (r, k) in wrong:
                    misses.append((kind, turns, packer.tok.decode(said[r, k])))
    model.train()
    return table


def percent(table):
    return {k: round(100 * a / max(1, n), 1) for k, (a, n) in sorted(table.items())}
