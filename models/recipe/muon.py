"""Muon (momentum, then the nearest orthogonal matrix) for the inner matrices, AdamW for everything else.

Written out because torch.optim.Muon iterates in bfloat16, which a CPU without bfloat16 units emulates slowly, and one
matrix at a time; here all matrices of one shape are orthogonalised in one batch, in the precision the device is good at.
"""
import torch

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
    def __init__(self, matrices, momentum=.95, decay=.02):
        self.momentum, self.decay = momentum, decay
        self.groups = {}
        for p in matrices:
            self.groups.setdefault(tuple(p.shape), []).append(p)
        self.speed = {s: torch.zeros(len(ps), *s, device=ps[0].device) for s, ps in self.groups.items()}

    @torch.no_grad()
    def step(self, rate):
        for shape, ps in self.groups.items():
            v = self.speed[shape]
            g = torch.stack([p.grad if p.grad is not None else torch.zeros_like(p) for p in ps])
            v.mul_(self.momentum).add_(g, alpha=1 - self.momentum)
            u = orthogonal(torch.lerp(g, v, self.momentum))         # Nesterov
            scale = .2 * max(shape) ** .5                           # update as large as one of AdamW would be
            for p, d in zip(ps, u):
                p.mul_(1 - rate * self.decay).add_(d, alpha=-rate * scale)


class Optimiser:
    """Both together under one learning rate."""

    def __init__(self, modules):
        named = [(n, p) for m in modules for n, p in m.named_parameters()]
        inner = lambda n, p: p.ndim == 2 and (".layers." in n or "modality_projection" in n)
        seen, matrices, rest = set(), [], []
        for n, p in named:
            if id(p) not in seen:
                seen.add(id(p))
                (matrices if inner(n, p) else rest).append(p)
        self.parameters = matrices + rest
        self.muon = Muon(matrices)
        self.adam = torch.optim.AdamW(rest, lr=1e-3, betas=(.9, .97), weight_decay=.01)

    def step(self, rate):
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.muon.step(rate)
        for g in self.adam.param_groups:
            g["lr"] = rate
        self.adam.step()
        for p in self.parameters:
            p.grad = None

    def state_dict(self):
        return {"speed": self.muon.speed, "adam": self.adam.state_dict()}

    def load_state_dict(self, state):
        for s, v in state["speed"].items():
            self.muon.speed[s].copy_(v)
        self.adam.load_state_dict(state["adam"])
