"""Scenes of coloured shapes.  Places are absolute: thirds of the picture, with gaps between them that hold no centre."""
from dataclasses import dataclass

import labels
import palette
from canvas import blank, finish, pick
from figures import paint

CLASH = {("white", "light yellow"), ("white", "light blue"), ("white", "light green"), ("white", "light pink"),
         ("yellow", "light yellow"), ("pink", "light pink"), ("cyan", "light blue"), ("green", "dark green"),
         ("blue", "dark blue"), ("black", "dark blue"), ("black", "dark green"), ("brown", "dark green"),
         ("brown", "black"), ("gray", "gray"), ("purple", "dark blue"), ("brown", "dark blue")}
LEAST_APART = 75                              # between a thing and its background, in RGB
PLACES = {(0, 0): "at the top left", (1, 0): "at the top", (2, 0): "at the top right", (0, 1): "on the left",
          (1, 1): "in the middle", (2, 1): "on the right", (0, 2): "at the bottom left", (1, 2): "at the bottom",
          (2, 2): "at the bottom right"}


@dataclass
class Thing:
    colour: str
    shape: str
    x: float                                  # centre and reach as fractions: of width, height, the shorter side
    y: float
    r: float
    place: str | None                         # None where the row or column has more than three

    @property
    def name(self):
        return f"{self.colour} {self.shape}"


def third(v):
    return 0 if v < .38 else 2 if v > .62 else 1


def _layout(rng, n):
    """-> centres, largest reach, kind (places, row, column), things in reading order"""
    u = rng.random()
    j = lambda amount: rng.uniform(-amount, amount)
    if n == 1:
        if u < .45:
            return [(.5 + j(.08), .5 + j(.08))], .44, "places"
        col, row = int(rng.integers(3)), int(rng.integers(3))
        at = lambda k: .5 + j(.06) if k == 1 else (.26 + j(.1) if k == 0 else .74 + j(.1))
        return [(at(col), at(row))], .26, "places"
    if n <= 5 and u < .42:                                       # a row or a column
        base = .5 + j(.06) if rng.random() < .55 else pick(rng, .27, .73) + j(.07)
        along = [(k + .5) / n + j(.025 if n < 4 else .012) for k in range(n)]
        across = [base + j(.03) for _ in range(n)]
        row = rng.random() < .55
        return (list(zip(along, across)) if row else list(zip(across, along))), {2: .23, 3: .155, 4: .115, 5: .092}[n], \
            ("places" if n <= 3 else "row" if row else "column")
    if n <= 4 and u < .72:                                       # quarters
        cells = sorted(rng.choice(4, n, replace=False).tolist())
        return [(.26 + .48 * (c % 2) + j(.05), .26 + .48 * (c // 2) + j(.05)) for c in cells], .2, "places"
    cells = sorted(rng.choice(9, n, replace=False).tolist())      # ninths
    at = lambda k: (.5, .18, .82)[(1, 0, 2).index(k)] + j(.045)
    return [(at(c % 3), at(c // 3)) for c in cells], .14, "places"


def scene(rng, n, held_out=False):
    s = blank(rng, held_out)
    w, h = s.image.size
    spots, reach, kind = _layout(rng, n)
    usable = [c for c in labels.FILLS if (c, s.ground) not in CLASH and c != s.ground]
    u = rng.random()
    colours = [str(pick(rng, *usable))] if u < .1 else rng.permutation(usable)[:2].tolist() if u < .32 else usable
    forms = [str(pick(rng, *labels.SHAPES))] if .1 < u < .2 else \
        rng.permutation(labels.SHAPES)[:2].tolist() if .2 < u < .45 else labels.SHAPES
    small = min(w, h)
    alike = rng.random() < .5                                    # all about as large, or of all sizes
    share = rng.uniform(.6, 1)
    for i, (x, y) in enumerate(spots):
        colour, shape = str(pick(rng, *colours)), str(pick(rng, *forms))
        for attempt in range(20):
            rgb = palette.fill(rng, colour, held_out)
            if palette.apart(rgb, s.ground_rgb) >= LEAST_APART:
                break
            if attempt > 8:
                colour = str(pick(rng, *usable))
        f = min(1, share * rng.uniform(.9, 1.1)) if alike else rng.uniform(.45 if n < 4 else .6, 1)
        r = max(reach * f, .08) * small
        place = PLACES[third(x), third(y)] if kind == "places" else None
        s.things.append(Thing(colour, shape, x, y, r / small, place))
        paint(rng, s, i + 1, shape, x * w, y * h, r, rgb)
    s.order = {"row": "left to right", "column": "top to bottom"}.get(kind)
    return finish(rng, s)
