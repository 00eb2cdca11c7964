"""Draws and packs the batches of a step in processes of its own; a batch is used a second time when drawing falls behind."""
import multiprocessing as mp
import os
import queue
import signal
import threading
from dataclasses import dataclass

import numpy as np

import mix


@dataclass
class Batch:
    """What one step shows, as arrays."""
    pixels: np.ndarray                        # uint8 [tiles, 128, 128, 3]: of the rows in their order, then of the practice
    cells: np.ndarray                         # int16 [tiles, 3, 16, 16]
    rows: list                                # (tiles, what Packer.pack gives) of the unsplit and of the split pictures
    asked: int                                # conversations


def packed(rng, whole, split, drill, packer, room):
    length = lambda turns: len(packer.conversation(turns, True)[0])
    rows, asked = [], 0
    for examples in (whole, split):
        if examples:
            talk = [mix.choose(rng, e.qa, room, length) for e in examples]
            asked += sum(map(len, talk))
            rows.append((sum(len(e.pixels) for e in examples), packer.pack([(e.grids, c) for e, c in zip(examples, talk)])))
    shown = whole + split + drill
    return Batch(np.concatenate([e.pixels for e in shown]), np.concatenate([e.cells for e in shown]).astype(np.int16), rows, asked)


def _work(out, progress, seed, plan, packer):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    rng = np.random.default_rng(seed)
    parent = os.getppid()
    while os.getppid() == parent:
        drawn = mix.batch(rng, plan["stage"], plan["whole"], plan["split"], plan["practice"], progress.value)
        batch = packed(rng, *drawn, packer, plan["room"])
        while os.getppid() == parent:
            try:
                out.put(batch, timeout=5)
                break
            except queue.Full:
                pass


class Feed:
    def __init__(self, plan, packer, seed, workers=1, keep=24):
        context = mp.get_context("fork")
        drawn, self.progress = context.Queue(2 + workers), context.Value("d", 0.0)
        self.keep = keep
        self.old, self.rng, self.fresh, self.stale = [], np.random.default_rng(seed + 7), 0, 0
        self.processes = [context.Process(target=_work, args=(drawn, self.progress, seed + 1000 * k, plan, packer), daemon=True)
                          for k in range(workers)]
        for p in self.processes:
            p.start()
        self.ready = queue.Queue(3)           # a thread takes them over while the step computes: a batch can be 60 MB
        threading.Thread(target=self._take, args=(drawn,), daemon=True).start()

    def _take(self, drawn):
        while True:
            self.ready.put(drawn.get())

    def next(self, progress):
        self.progress.value = progress
        try:
            batch = self.ready.get(block=len(self.old) < 4)
            self.fresh += 1
        except queue.Empty:
            self.stale += 1
            return self.old.pop(int(self.rng.integers(len(self.old))))      # once more, then gone
        self.old.append(batch)
        if len(self.old) > self.keep:
            self.old.pop(0)
        return batch

    def close(self):
        for p in self.processes:
            p.terminate()
