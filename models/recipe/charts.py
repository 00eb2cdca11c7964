"""Bar, line and pie charts with a title, labels and values large enough to read."""
import math

import numpy as np
from PIL import ImageDraw

import fonts
import labels
import palette
from canvas import blank, finish, pick
from prints import made_up, write
from shapes import CLASH
from wording import describe, up

TITLES = "SALES RAIN COST VISITS POINTS SPEED PRICE TESTS USERS GOALS TREES BOOKS".split()
HELD_TITLES = "PROFIT SNOW WEIGHT CLICKS BIRDS".split()
AXES = [list("ABCDE"), ["JAN", "FEB", "MAR", "APR", "MAY"], ["MON", "TUE", "WED", "THU", "FRI"], ["Q1", "Q2", "Q3", "Q4"]]
COLOURS = [c for c in labels.FILLS if c not in ("white", "black", "gray")]


def _page(rng, held_out):
    w = int(pick(rng, 300, 360) if held_out else pick(rng, 256, 256, 288, 320))
    s = blank(rng, held_out, ("white", "white", "white", "light yellow", "light blue"), plain=.85, wh=(w, int(w * rng.uniform(.8, 1.1))))
    s.dense_colour = False
    face = fonts.any_face(rng, w * rng.uniform(.062, .078), held_out)
    title = str(pick(rng, *HELD_TITLES)) if held_out else made_up(rng) if rng.random() < .6 else str(pick(rng, *TITLES))
    ink = palette.fill(rng, "black", held_out)
    write(s, title, (w - face.getlength(title)) / 2 if rng.random() < .7 else w * .05, s.image.size[1] * .02, face, ink)
    s.ask("chart_title", pick(rng, "What is the title?", "What is the title of the chart?", "What does the chart show?"), title)
    return s, face, ink, title


def _values(rng, n):
    """Values whose largest and smallest stand out."""
    while True:
        v = rng.integers(2, 20, n) * int(pick(rng, 1, 5, 5))
        s = np.sort(v)
        if s[-1] > 1.12 * s[-2] and s[1] > 1.12 * s[0] and s[-1] < 100:
            return [int(x) for x in v]


def bars(rng, held_out=False):
    s, face, ink, title = _page(rng, held_out)
    w, h = s.image.size
    pen = ImageDraw.Draw(s.image)
    names = pick(rng, *AXES)
    n = int(rng.integers(2, min(5, len(names)) + (0 if len(names[0]) > 1 else 1)))
    names, values = names[:n], _values(rng, n)
    usable = [c for c in COLOURS if (c, s.ground) not in CLASH]
    many = rng.random() < .7
    colours = rng.permutation(usable)[:n].tolist() if many else [str(pick(rng, *usable))] * n
    tall = face.getbbox("H0")[3]
    top, bottom = tall * 2.6, h - tall * 1.5
    pen.line([(w * .04, bottom), (w * .96, bottom)], fill=ink, width=max(1, w // 200))
    each = w * .92 / n
    for k, v in enumerate(values):
        x = w * .04 + each * (k + .5)
        y = bottom - (bottom - top) * v / max(values)
        half = each * rng.uniform(.3, .34)
        pen.rectangle([x - half, y, x + half, bottom], fill=palette.fill(rng, colours[k], held_out))
        write(s, names[k], x - face.getlength(names[k]) / 2, bottom + 1, face, ink)
        write(s, str(v), x - face.getlength(str(v)) / 2, y - tall * 1.05, face, ink)
    k, best, least = int(rng.integers(n)), int(np.argmax(values)), int(np.argmin(values))
    s.ask("chart_largest", pick(rng, "Which bar is the largest?", "Which bar is the highest?", "Which has the highest value?"), names[best])
    s.ask("chart_largest", pick(rng, "Which bar is the smallest?", "Which has the lowest value?"), names[least])
    s.ask("chart_value", pick(rng, f"What is the value of {names[k]}?", f"How much is {names[k]}?", f"What value does {names[k]} have?"), str(values[k]))
    s.ask("chart_value", pick(rng, "What is the highest value?", "What is the largest value?"), str(max(values)))
    if many:
        s.ask("chart_colour", pick(rng, "What color is the largest bar?", "What color is the highest bar?"), up(colours[best]) + ".")
        s.ask("chart_colour", pick(rng, "What color is the smallest bar?", "Which color is the lowest bar?"), up(colours[least]) + ".")
    s.ask("chart_count", pick(rng, "How many bars are there?", "How many bars does the chart have?"), str(n))
    s.ask("chart_kind", pick(rng, "What kind of chart is this?", "Which type of chart is it?"), "A bar chart.")
    s.ask("caption_chart", describe(rng), f"A bar chart titled {title} with {n} bars.")
    return finish(rng, s)


def line(rng, held_out=False):
    s, face, ink, title = _page(rng, held_out)
    w, h = s.image.size
    pen, names = ImageDraw.Draw(s.image), pick(rng, *AXES)
    n = int(rng.integers(3, min(5, len(names)) + 1))
    rising = rng.random() < .5
    steps = rng.uniform(.5, 1.5, n - 1)
    v = np.concatenate([[0], np.cumsum(steps)])
    v = v / v[-1] * rng.uniform(.45, 1)
    if not rising:
        v = v[::-1]
    tall = face.getbbox("H0")[3]
    top, bottom = tall * 1.8, h - tall * 1.5
    name = str(pick(rng, *[c for c in COLOURS if (c, s.ground) not in CLASH]))
    colour = palette.fill(rng, name, held_out)
    pen.line([(w * .06, top), (w * .06, bottom), (w * .96, bottom)], fill=ink, width=max(1, w // 200))
    pts = [(w * (.12 + .78 * k / (n - 1)), bottom - (bottom - top) * (.06 + .86 * float(y))) for k, y in enumerate(v)]
    pen.line(pts, fill=colour, width=max(3, w // 60), joint="curve")
    r = max(3, w // 55)
    for k, (x, y) in enumerate(pts):
        pen.ellipse([x - r, y - r, x + r, y + r], fill=colour)
        write(s, names[k], min(x - face.getlength(names[k]) / 2, w * .99 - face.getlength(names[k])), bottom + 1, face, ink)
    s.ask("chart_trend", pick(rng, "Is the trend rising or falling?", "Does the line rise or fall?", "What is the trend?"),
          "Rising." if rising else "Falling.")
    s.ask("chart_largest", pick(rng, "Where is the value highest?", "Where is the line highest?"), names[-1 if rising else 0])
    s.ask("chart_colour", pick(rng, "What color is the line?", "Which color is the line?"), up(name) + ".")
    s.ask("chart_count", pick(rng, "How many points are there?", "How many points does the line have?"), str(n))
    s.ask("chart_kind", pick(rng, "What kind of chart is this?", "Which type of chart is it?"), "A line chart.")
    s.ask("caption_chart", describe(rng), f"A line chart titled {title} with a {'rising' if rising else 'falling'} line.")
    return finish(rng, s)


def pie(rng, held_out=False):
    s, face, ink, title = _page(rng, held_out)
    w, h = s.image.size
    pen, n = ImageDraw.Draw(s.image), int(rng.integers(2, 5))
    while True:
        parts = rng.dirichlet(np.full(n, 3.0))
        t = np.sort(parts)
        if t[-1] - t[-2] > .12 and t[0] > .1 and (n == 2 or t[1] - t[0] > .06):
            break
    usable = [c for c in COLOURS if (c, s.ground) not in CLASH]
    colours, names = rng.permutation(usable)[:n].tolist(), list("ABCDE")[:n]
    top = face.getbbox("H0")[3] * 1.4
    r = min(w * .45, (h - top) * .47)
    cx, cy, angle = w / 2, top + (h - top) / 2, float(pick(rng, -90, -90, rng.uniform(0, 360)))
    for k in range(n):
        end = angle + 360 * float(parts[k])
        rgb = palette.fill(rng, colours[k], held_out)
        pen.pieslice([cx - r, cy - r, cx + r, cy + r], angle, end, fill=rgb)
        mid = math.radians((angle + end) / 2)
        _, t0, _, t1 = face.getbbox("H0")
        dark = sum(rgb) < 330
        write(s, names[k], cx + .62 * r * math.cos(mid) - face.getlength(names[k]) / 2, cy + .62 * r * math.sin(mid) - (t0 + t1) / 2,
              face, (255, 255, 255) if dark else ink)
        angle = end
    best, least = int(np.argmax(parts)), int(np.argmin(parts))
    s.ask("chart_largest", pick(rng, "Which slice is the largest?", "Which part is the largest?"), names[best])
    s.ask("chart_colour", pick(rng, "What color is the largest slice?", "Which color is the largest part?"), up(colours[best]) + ".")
    s.ask("chart_colour", pick(rng, "What color is the smallest slice?", "Which color is the smallest part?"), up(colours[least]) + ".")
    s.ask("chart_count", pick(rng, "How many slices are there?", "How many parts are there?"), str(n))
    s.ask("chart_kind", pick(rng, "What kind of chart is this?", "Which type of chart is it?"), "A pie chart.")
    s.ask("caption_chart", describe(rng), f"A pie chart titled {title} with {n} slices.")
    return finish(rng, s)


def scene(rng, held_out=False):
    return pick(rng, bars, bars, bars, line, pie)(rng, held_out)
