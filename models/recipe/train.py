"""Trains in slices: stop it at any moment, start it again, change the mix between slices.

Stage "dense" trains the encoder alone: trained together from nothing, the decoder learns the language of the answers and
the encoder nothing.  In the other stages a step shows whole pictures, split pictures and practice tiles to the encoder at once.  Dense heads name colour, shape and
character under every image token; the decoder answers several conversations about each picture.  The state is written every
few minutes, atomically; the weights that are evaluated and exported are a moving average.
"""
import argparse
import copy
import json
import multiprocessing as mp
import os
import signal
import socket
import time

import torch
import torch.distributed as dist
import torch.nn.functional as F

import checkpoint
import evaluate
import mix
import model as net
from feed import Feed
from muon import Optimiser
from prompt import Packer, mask


# kinds of the held-out pictures that the curve is made of, by turns
TESTED = {"shapes": ["shapes"] * 5 + ["texture"], "dense": ["shapes"] * 4 + ["texture", "print"],
          "all": ["shapes"] * 4 + ["texture", "print", "chart", "document", "pages"]}


# what a step takes where the command line does not say: on a CPU, and on CUDA with the drawing that keeps it busy
SIZES = {"whole": (24, 128), "split": (4, 192), "practice": (12, 96), "room": (112, 224), "average": (.997, .998),
         "workers": (1, max(1, (os.cpu_count() or 1) - 1))}


def arguments():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", required=True, help="folder of the state, the log and the tokenizer")
    ap.add_argument("--start", help="a checkpoint of ours to take over when there is no state yet")
    ap.add_argument("--stage", default="shapes", choices=list(mix.STAGES))
    ap.add_argument("--minutes", type=float, default=1e9, help="of this slice")
    ap.add_argument("--total", type=float, default=120, help="minutes of training planned in all; the rate falls towards it")
    ap.add_argument("--fall", type=float, default=.7, help="share of the plan after which the rate falls")
    ap.add_argument("--rate", type=float, default=2e-3)
    ap.add_argument("--whole", type=int, help="unsplit pictures a step")
    ap.add_argument("--split", type=int, help="split pictures a step")
    ap.add_argument("--practice", type=int, help="tiles a step for the dense heads alone")
    ap.add_argument("--room", type=int, help="tokens of conversation a picture")
    ap.add_argument("--dense", type=float, default=.3, help="weight of the dense losses")
    ap.add_argument("--average", type=float, help="share of the old weights in the moving average, a step")
    ap.add_argument("--test-minutes", type=float, default=8)
    ap.add_argument("--test-pictures", type=int, default=96, help="unsplit; half as many split")
    ap.add_argument("--save-minutes", type=float, default=3)
    ap.add_argument("--tell-seconds", type=float, default=60, help="between rows of the log")
    ap.add_argument("--processes", type=int, default=0, help="default: 1 on CUDA, else one a core")
    ap.add_argument("--workers", type=int, help="drawing processes of each process")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--compile", action="store_true")
    args = ap.parse_args()
    for name, sizes in SIZES.items():
        if getattr(args, name) is None:
            setattr(args, name, sizes[torch.cuda.is_available()])
    return args


class Trainer:
    def __init__(self, args, rank, world):
        self.args, self.rank, self.world = args, rank, world
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        if self.device == "cpu":
            torch.set_num_threads(max(1, (os.cpu_count() or 1) // world) if world == 1 else 1)
        torch.manual_seed(args.seed)
        os.makedirs(args.out, exist_ok=True)
        self.tok = checkpoint.tokenizer(os.path.join(args.out, "tokenizer"))
        self.packer = Packer(self.tok)
        self.model = net.fresh(self.tok)
        self.heads = net.DenseHeads(self.model.config.text_config.hidden_size)
        self.clock = {"step": 0, "seconds": 0.0, "pictures": 0, "asked": 0, "slices": 0}
        self.path = os.path.join(args.out, "state.pt")
        state = torch.load(self.path, weights_only=False) if os.path.exists(self.path) else None
        if state:
            self.model.load_state_dict(state["model"])
            self.heads.load_state_dict(state["heads"])
            self.clock.update(state["clock"])
        elif args.start:
            self.note(took_over=checkpoint.start_from(self.model, self.tok, args.start), tensors_from=args.start)
        self.model.to(self.device)
        self.heads.to(self.device)
        self.opt = Optimiser([self.model, self.heads], rank, world)
        self.average = copy.deepcopy(self.model).requires_grad_(False)
        if state:
            self.opt.load_state_dict(state["opt"])
            self.average.load_state_dict(state["average"])
        self.clock["slices"] += 1
        self.see, self.read = net.see, net.read
        if args.compile:
            self.see = torch.compile(net.see, dynamic=True)
            self.read = torch.compile(net.read, dynamic=True)
        self.stop, self.held_out = False, {}
        for s in (signal.SIGTERM, signal.SIGINT):
            signal.signal(s, lambda *_: setattr(self, "stop", True))

    def note(self, **row):
        if self.rank:
            return
        text = json.dumps(row)
        with open(os.path.join(self.args.out, "log.jsonl"), "a") as f:
            f.write(text + "\n")
        print(text, flush=True)

    def save(self):
        if self.rank:
            return
        torch.save({"model": self.model.state_dict(), "heads": self.heads.state_dict(), "opt": self.opt.state_dict(),
                    "average": self.average.state_dict(), "clock": self.clock}, self.path + ".tmp")
        os.replace(self.path + ".tmp", self.path)

    def rate(self, slice_step):
        done = self.clock["seconds"] / 60 / self.args.total
        fall = min(1.0, max(0.03, (1 - done) / (1 - self.args.fall)))
        return self.args.rate * min(1, (slice_step + 1) / (50 if self.clock["step"] < 60 else 5)) * fall

    def losses(self, batch):
        """-> answer loss, dense losses, shares right"""
        device = self.device
        features = self.see(self.model, evaluate.scaled(torch.from_numpy(batch.pixels).to(device)))
        cells = torch.from_numpy(batch.cells).to(device).long()
        dense, hits, asked = self.heads(features if self.clock["step"] > 40 else features.detach(), cells)
        seen = dict(zip(("colour", "shape", "char"), (hits / asked.clamp(min=1)).tolist()))
        if self.args.stage == "dense":                                # the decoder sleeps
            return dense.sum() * 0, dense, seen
        total = weight = 0
        good, words, at = 0, 0, 0
        self.clock["asked"] += batch.asked * self.world
        for n, arrays in batch.rows:
            ids, pos, seg, tgt, wgt, _ = (torch.from_numpy(x).to(device) for x in arrays)
            wanted = tgt != -100
            logits = self.read(self.model, ids, pos, mask(seg), features[at:at + n].flatten(0, 1), wanted)
            at += n
            total = total + (F.cross_entropy(logits, tgt[wanted], reduction="none") * wgt[wanted]).sum()
            weight = weight + wgt.sum()
            good += (logits.argmax(-1) == tgt[wanted]).sum().item()
            words += logits.shape[0]
        answer = total / weight
        return answer, dense, {"answer": answer.item(), "words": good / words, **seen}

    def test(self):
        if self.rank:
            return
        for split, pictures in ((False, self.args.test_pictures), (True, self.args.test_pictures // 2)):
            if split not in self.held_out:
                self.held_out[split] = evaluate.held_out(TESTED[self.args.stage], pictures, 777, split)
            table = evaluate.score(self.average, self.packer, self.held_out[split], self.device)
            self.note(test="split" if split else "whole", minutes=round(self.clock["seconds"] / 60, 1), step=self.clock["step"],
                      pictures=self.clock["pictures"], asked=self.clock["asked"], right=evaluate.percent(table))

    def run(self):
        args, clock = self.args, self.clock
        share = lambda n: (n + self.rank) // self.world               # of this process
        plan = {"stage": args.stage, "whole": share(args.whole), "split": share(args.split), "practice": share(args.practice), "room": args.room}
        feed = Feed(plan, self.packer, seed=args.seed * 100003 + clock["step"] * 34 + 2 * clock["slices"] + self.rank, workers=args.workers)
        self.note(event="slice", parameters=sum(p.numel() for p in self.model.parameters()), **vars(args), **clock)
        began, sums, count, told, tested, saved, slice_step = time.time(), {}, 0, time.time(), time.time(), time.time(), 0
        while True:
            start = time.time()
            batch = feed.next(clock["seconds"] / 60 / args.total)
            with torch.autocast(self.device, torch.bfloat16, enabled=self.device == "cuda"):
                answer, dense, row = self.losses(batch)
                loss = answer + args.dense * dense.sum()
            loss.backward()
            enough = self.stop or time.time() - began > args.minutes * 60
            clock["seconds"], enough = self.opt.gather(clock["seconds"], float(enough))
            self.opt.step(self.rate(slice_step))
            keep = min(args.average, (1 + clock["step"]) / (10 + clock["step"]))
            with torch.no_grad():
                for a, p in zip(self.average.parameters(), self.model.parameters()):
                    a.lerp_(p, 1 - keep)
            clock["step"] += 1
            slice_step += 1
            count += 1
            clock["pictures"] += args.whole + args.split
            for k, v in row.items():
                sums[k] = sums.get(k, 0) + v
            clock["seconds"] += min(20, time.time() - start)       # a paused process does not lose its schedule
            now = time.time()
            if now - told > args.tell_seconds:
                self.note(minutes=round(clock["seconds"] / 60, 1), step=clock["step"], pictures=clock["pictures"],
                          step_s=round((now - told) / count, 2), stale=feed.stale, rate=round(self.rate(slice_step), 5),
                          **{k: round(v / count, 3) for k, v in sums.items()})
                sums, count, told = {}, 0, now
            if now - tested > args.test_minutes * 60:
                self.test()
                tested = time.time()
            if now - saved > args.save_minutes * 60:
                self.save()
                saved = time.time()
            if enough or clock["seconds"] >= args.total * 60:
                break
        feed.close()
        self.save()
        self.note(event="end of slice", **clock)


def work(rank, args, world, port):
    if world > 1:
        dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=world)
    Trainer(args, rank, world).run()


def main():
    args = arguments()
    world = args.processes or (1 if torch.cuda.is_available() else os.cpu_count() or 1)
    if world == 1:
        return work(0, args, 1, 0)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    context = mp.get_context("spawn")
    team = [context.Process(target=work, args=(rank, args, world, port)) for rank in range(world)]
    for p in team:
        p.start()
    for s in (signal.SIGTERM, signal.SIGINT):
        signal.signal(s, lambda *_: [os.kill(p.pid, signal.SIGTERM) for p in team if p.is_alive()])
    for p in team:
        p.join()
    raise SystemExit(max(abs(p.exitcode) for p in team))


if __name__ == "__main__":
    main()
