"""Two pictures of one scene, before and after a change."""
import dataclasses

from PIL import Image

import labels
import palette
from canvas import Scene, blank, finish, pick
from figures import paint
from shapes import CLASH, LEAST_APART, PLACES, Thing
from wording import a, up


def _colour(rng, s, but=()):
    while True:
        name = str(pick(rng, *labels.FILLS))
        if name in but or name == s.ground or (name, s.ground) in CLASH:
            continue
        rgb = palette.fill(rng, name, s.held_out)
        if palette.apart(rgb, s.ground_rgb) >= LEAST_APART:
            return name, rgb


def _render(rng, like, things):
    s = Scene(Image.new("RGB", like.image.size, like.ground_rgb), like.ground, like.ground_rgb, like.held_out)
    w, h = s.image.size
    for i, (t, rgb) in enumerate(things):
        s.things.append(t)
        paint(rng, s, i + 1, t.shape, t.x * w, t.y * h, t.r * min(w, h), rgb)
    return finish(rng, s)


def scenes(rng, held_out=False):
    """-> first scene, second scene; the questions stand with the first"""
    base = blank(rng, held_out, plain=1)
    cells = rng.permutation(9).tolist()
    n = int(rng.integers(1, 4))
    u = lambda: rng.uniform(-.04, .04)
    centre = lambda c: ((.18, .5, .82)[c % 3] + u(), (.18, .5, .82)[c // 3] + u())
    forms = rng.permutation(labels.SHAPES).tolist()

    def make(k):
        c = cells[k]
        x, y = centre(c)
        name, rgb = _colour(rng, base)
        return Thing(name, str(forms[k]), x, y, rng.uniform(.1, .14), PLACES[c % 3, c // 3]), rgb
    before = [make(k) for k in range(n)]
    after, kind = list(before), rng.random()
    i = int(rng.integers(n))
    t, rgb = before[i]
    if kind < .25:
        name, rgb2 = _colour(rng, base, (t.colour,))
        after[i] = (dataclasses.replace(t, colour=name), rgb2)
        said = f"The {t.shape} changed from {t.colour} to {name}."
    elif kind < .5:
        c = cells[n + 1]
        x, y = centre(c)
        after[i] = (dataclasses.replace(t, x=x, y=y, place=PLACES[c % 3, c // 3]), rgb)
        said = f"The {t.name} moved: it is now {after[i][0].place}."
    elif kind < .7:
        extra = make(n)
        after.append(extra)
        said = f"{up(a(extra[0].name))} was added {extra[0].place}."
    elif kind < .88 and n > 1:
        after.pop(i)
        said = f"The {t.name} is gone."
    else:
        said = "Nothing changed."
    first, second = _render(rng, base, before), _render(rng, base, after)
    first.qa = []
    first.ask("changed", pick(rng, "What changed?", "What changed between the pictures?", "What is different in the second picture?",
                              "What is the difference between the two images?", "Compare the two pictures."), said)
    first.ask("changed", pick(rng, "Are the two pictures the same?", "Are both images equal?"), "Yes." if said[0] == "N" else "No.")
    first.ask("pair_count", "How many shapes are in the second picture?", str(len(after)))
    first.ask("pair_count", "How many shapes are in the first picture?", str(len(before)))
    t = pick(rng, *[x for x, _ in after])
    first.ask("pair_colour", f"What color is the {t.shape} in the second picture?", up(t.colour) + ".")
    return first, second
