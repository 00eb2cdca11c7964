"""Prompts as the family's template and processor expand them, and their packing: one picture, several conversations.

All conversations about a picture follow its prefix in one row; the attention mask keeps them from seeing one another and
positions start anew for each, so a row gives the same logits as each conversation alone would.
"""
import numpy as np
import torch

from model import SEQ

START, END, FAKE = "<|im_start|>", "<end_of_utterance>", "<fake_token_around_image>"
IMAGE = "<image>" * SEQ


def expansion(rows, cols):
    """What stands for one picture."""
    whole = f"{FAKE}<global-img>{IMAGE}{FAKE}"
    if not rows:
        return whole
    grid = "".join("".join(f"{FAKE}<row_{r + 1}_col_{c + 1}>{IMAGE}" for c in range(cols)) + "\n" for r in range(rows))
    return grid + "\n" + whole


class Packer:
    def __init__(self, tok):
        self.tok, self.cache, self.prefixes = tok, {}, {}

    def ids(self, text):
        if text not in self.cache:
            if len(self.cache) > 60000:
                self.cache.clear()
            self.cache[text] = self.tok.encode(text)
        return self.cache[text]

    def prefix(self, grids):
        """grids: (rows, cols) of each picture of the message; none for a message without pictures"""
        if grids not in self.prefixes:
            self.prefixes[grids] = self.tok.encode(f"{START}User:" + "".join(expansion(*g) for g in grids))
        return self.prefixes[grids]

    def conversation(self, turns, pictures):
        """-> ids after the prefix, and the target (or -100) at each of their positions"""
        ids, targets = [], []
        for k, (question, answer) in enumerate(turns):
            lead = "\nUser: " if k else "" if pictures else " "
            head = self.ids(f"{lead}{question}{END}\nAssistant:")
            tail = self.ids(f" {answer}{END}")
            ids += head + tail
            targets += [-100] * (len(head) - 1) + tail + [-100]
        return ids, targets

    def pack(self, rows):
        """rows: [(grids, [turns, ...])] -> arrays [b, l]: ids, positions, segments, targets, weights, conversation numbers"""
        made = []
        for grids, conversations in rows:
            pre = self.prefix(grids)
            n = len(pre)
            ids, pos, seg, tgt, wgt, num = list(pre), list(range(n)), [0] * n, [-100] * n, [0.0] * n, [-1] * n
            for k, turns in enumerate(conversations):
                more, targets = self.conversation(turns, bool(grids))
                asked = sum(t != -100 for t in targets)
                ids += more
                pos += range(n, n + len(more))
                seg += [k + 1] * len(more)
                tgt += targets
                wgt += [asked ** -.5 if t != -100 else 0.0 for t in targets]
                num += [k if t != -100 else -1 for t in targets]
            made.append((ids, pos, seg, tgt, wgt, num))
        longest = -(-max(len(m[0]) for m in made) // 8) * 8                    # attention on CUDA wants multiples of 8
        fill = [2, 0, -1, -100, 0.0, -1]
        return tuple(np.array([m[j] + [fill[j]] * (longest - len(m[0])) for m in made], np.float32 if j == 4 else np.int64)
                     for j in range(6))


def mask(segments):
    """Segments [b, l] -> who looks at whom, [b, 1, l, l]: the prefix (0) and its own conversation, backwards."""
    q, k = segments[:, :, None], segments[:, None, :]
    causal = torch.ones(q.shape[1], q.shape[1], dtype=torch.bool, device=segments.device).tril()
    return (((k == 0) | (q == k)) & causal)[:, None]
