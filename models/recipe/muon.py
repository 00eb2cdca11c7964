"""Muon (momentum, then the nearest orthogonal matrix) for the inner matrices, AdamW for everything else.

Written out because torch.optim.Muon iterates in bfloat16, which a CPU without bfloat16 units emulates slowly, and one
matrix at a time; here all matrices of one shape are orthogonalised in one batch, in the precision the device is good at,
and each process of a run takes its share of them.
"""
import torch
import torch.distributed as dist

COEFFICIENTS = (3.4445, -4.7750, 2.0315)      # quintic Newton-Schulz, as published with Muon
STEPS = 4


def orthogonal(g):
    """[n, r, c] -> the same with all singular values near 1."""
    a, b, c = COEFFICIENTS
    flip = g.shape[-2] > g.shape[-1]
    x = g.mT if flip else g
    x = x.bfloat16() if x.is_cuda else x
    x = x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    for _ in range(STEPS):
        s = x @ x.mT
        x = a * x + (b * s + c * (s @ s)) @ x
    x = x.to(g.dtype)
    return x.mT if flip else x


class Muon:
    def __init__(self, matrices, rank, world, momentum=.95, decay=.02):
        self.rank, self.world, self.momentum, self.decay = rank, world, momentum, decay
        self.groups = {}
        for p in matrices:
            self.groups.setdefault(tuple(p.shape), []).append(p)
        self.speed = {s: torch.zeros(len(ps), *s, device=ps[0].device) for s, ps in self.groups.items()}

    @torch.no_grad()
    def step(self, rate):
        updates = torch.zeros(sum(v.numel() for v in self.speed.values()), device=next(iter(self.speed.values())).device)
        views, at = {}, 0
        for shape, ps in self.groups.items():
            v = self.speed[shape]
            views[shape] = updates[at:at + v.numel()].view(v.shape)
            at += v.numel()
            g = torch.stack([p.grad for p in ps])
            v.mul_(self.momentum).add_(g, alpha=1 - self.momentum)
            own = slice(self.rank, None, self.world)
            if len(ps) > self.rank:
                views[shape][own] = orthogonal(torch.lerp(g[own], v[own], self.momentum))       # Nesterov
        if self.world > 1:
            dist.all_reduce(updates)
        for shape, ps in self.groups.items():
            scale = .2 * max(shape) ** .5                           # update as large as one of AdamW would be
            for p, d in zip(ps, views[shape]):
                p.mul_(1 - rate * self.decay).add_(d, alpha=-rate * scale)


class Optimiser:
    """Both together under one learning rate; gradients lie in one flat buffer, which the processes of a run average."""

    NOTES = 2                                 # numbers that travel with the gradients

    def __init__(self, modules, rank=0, world=1):
        self.world = world
        inner = lambda n, p: p.ndim == 2 and (".layers." in n or "modality_projection" in n)
        seen, matrices, rest = set(), [], []
        for n, p in [(n, p) for m in modules for n, p in m.named_parameters()]:
            if id(p) not in seen:
                seen.add(id(p))
                (matrices if inner(n, p) else rest).append(p)
        self.parameters = matrices + rest
        self.flat = torch.zeros(sum(p.numel() for p in self.parameters) + self.NOTES, device=rest[0].device)
        at = 0
        for p in self.parameters:
            p.grad = self.flat[at:at + p.numel()].view(p.shape)
            at += p.numel()
        self.muon = Muon(matrices, rank, world)
        self.adam = torch.optim.AdamW(rest, lr=1e-3, betas=(.9, .97), weight_decay=.01)

    def gather(self, *notes):
        """Averages gradients and notes over the processes -> the averaged notes"""
        if self.world > 1:
            self.flat[-self.NOTES:] = torch.tensor(notes)
            dist.all_reduce(self.flat)
            self.flat /= self.world
            notes = self.flat[-self.NOTES:].tolist()
            self.flat[-self.NOTES:] = 0
        return notes

    def step(self, rate):
        self.flat.mul_(min(1.0, 1.0 / (self.flat.norm().item() + 1e-6)))      # clip to length 1
        self.muon.step(rate)
        for g in self.adam.param_groups:
            g["lr"] = rate
        self.adam.step()
        self.flat.zero_()

    def state_dict(self):
        return {"speed": self.muon.speed, "adam": self.adam.state_dict()}

    def load_state_dict(self, state):
        for s, v in state["speed"].items():
            self.muon.speed[s].copy_(v)
        self.adam.load_state_dict(state["adam"])
