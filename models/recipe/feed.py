"""Draws batches in processes of their own; a batch is used again, with other questions, when drawing falls behind."""
import multiprocessing as mp
import os
import queue
import signal

import numpy as np

import mix


def _work(out, progress, seed, plan):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    rng = np.random.default_rng(seed)
    parent = os.getppid()
    while os.getppid() == parent:
        batch = mix.batch(rng, plan["stage"], plan["whole"], plan["split"], plan["practice"], progress.value)
        while os.getppid() == parent:
            try:
                out.put(batch, timeout=5)
                break
            except queue.Full:
                pass


class Feed:
    def __init__(self, plan, seed, workers=1, keep=24):
        context = mp.get_context("fork")
        self.queue, self.progress = context.Queue(6), context.Value("d", 0.0)
        self.keep = keep
        self.old, self.rng, self.fresh, self.stale = [], np.random.default_rng(seed + 7), 0, 0
        self.processes = [context.Process(target=_work, args=(self.queue, self.progress, seed + 1000 * k, plan), daemon=True)
                          for k in range(workers)]
        for p in self.processes:
            p.start()

    def next(self, progress):
        self.progress.value = progress
        try:
            batch = self.queue.get(block=len(self.old) < 4)
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
