"""Outlines of the shapes and how one is painted: supersampled or hard edges, flat or shaded, with or without a rim."""
import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

import palette
from canvas import MAP, pick

# how far each shape may be turned, in radians, without becoming another
TURN = {"circle": math.pi, "ring": math.pi, "square": .2, "diamond": .17, "triangle": .3, "star": math.pi, "cross": .2,
        "heart": .3}


def outline(rng, shape):
    """-> polygon in the unit square around 0 (reach about 1), hole radius or 0"""
    u = rng.uniform
    if shape in ("circle", "ring"):
        e = u(.93, 1.07) if rng.random() < .5 else 1
        pts = [(math.cos(t) * e, math.sin(t) / e) for t in np.linspace(0, 2 * math.pi, 40, endpoint=False)]
        return pts, u(.42, .72) if shape == "ring" else 0
    if shape == "square":
        x = .87
        return [(-x, -x), (x, -x), (x, x), (-x, x)], 0
    if shape == "diamond":
        x = u(.62, 1.0)
        return [(0, -1), (x, 0), (0, 1), (-x, 0)], 0
    if shape == "triangle":
        top, half = u(.8, 1.05), u(.8, 1.05)
        apex = u(-.25, .25) if rng.random() < .3 else 0
        return [(apex, -top), (half, .8), (-half, .8)], 0
    if shape == "star":
        inner, outer = u(.36, .52), 1.06
        return [(math.sin(k * math.pi / 5) * (inner if k % 2 else outer),
                 -math.cos(k * math.pi / 5) * (inner if k % 2 else outer)) for k in range(10)], 0
    if shape == "cross":
        a = u(.22, .38)
        return [(-a, -1), (a, -1), (a, -a), (1, -a), (1, a), (a, a), (a, 1), (-a, 1), (-a, a), (-1, a), (-1, -a),
                (-a, -a)], 0
    if shape == "heart":
        return (_round_heart() if rng.random() < .5 else _bezier_heart(u(.55, .8))), 0
    raise ValueError(shape)


def _round_heart():
    ts = np.linspace(0, 2 * math.pi, 36, endpoint=False)
    return [(math.sin(t) ** 3, -(13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 15)
            for t in ts]


def _bezier_heart(dip):
    """Two cubic curves from the notch to the tip, as vector programs draw it."""
    notch, tip = -dip * .7, 1.0
    a, b, c, d = (0, notch), (.35, -1.25), (1.6, -.55), (0, tip)
    half = []
    for t in np.linspace(0, 1, 16):
        k = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3
        half.append((sum(w * p[0] for w, p in zip(k, (a, b, c, d))), sum(w * p[1] for w, p in zip(k, (a, b, c, d)))))
    return half + [(-x, y) for x, y in half[-2:0:-1]]


def paint(rng, scene, index, shape, cx, cy, r, rgb):
    """Draws a shape of reach r pixels around (cx, cy) and marks it as thing `index` (from 1) in the label map."""
    image = scene.image
    w, h = image.size
    points, hole = outline(rng, shape)
    turn = rng.uniform(-1, 1) * TURN[shape] * (1 if rng.random() < .5 else 0)
    c, s = math.cos(turn), math.sin(turn)
    points = [(x * c - y * s, x * s + y * c) for x, y in points]
    soft = rng.random()
    over = 1 if soft < .15 else 3             # hard edges now and then
    reach = r * 1.12 + 2
    x0, y0 = int(cx - reach), int(cy - reach)
    side = int(2 * reach) + 2

    def mask(scale, hollow):
        m = Image.new("L", (side * over, side * over), 0)
        pen = ImageDraw.Draw(m)
        ox, oy = (cx - x0) * over, (cy - y0) * over
        pen.polygon([(ox + x * r * scale * over, oy + y * r * scale * over) for x, y in points], fill=255)
        if hollow:
            q = r * hollow * over
            pen.ellipse([ox - q, oy - q, ox + q, oy + q], fill=0)
        return m.resize((side, side), Image.BOX) if over > 1 else m

    full = mask(1, hole)
    if soft > .9:
        full = full.filter(ImageFilter.GaussianBlur(rng.uniform(.4, 1.2)))
    if not scene.held_out and rng.random() < .06:               # a shadow
        off = max(1, int(r * .1))
        image.paste(palette.shade(scene.ground_rgb, .75), (x0 + off, y0 + off), full)
    style = rng.random()
    if style < .12 and not scene.held_out:                      # shaded from one tone to another of the same name
        other = np.array(palette.shade(rgb, rng.uniform(.85, 1.0)))
        t = np.linspace(0, 1, side)[:, None, None]
        ramp = (np.array(rgb) * (1 - t) + other * t).round().astype(np.uint8)
        image.paste(Image.fromarray(np.broadcast_to(ramp, (side, side, 3)).copy()), (x0, y0), full)
    elif style < .27 and r > 14:                                # a thin rim of a darker tone, or black
        rim = palette.shade(rgb, rng.uniform(.45, .8)) if rng.random() < .6 else pick(rng, (20, 20, 20), (60, 60, 60))
        image.paste(rim, (x0, y0), full)
        thin = rng.uniform(.05, .1) if shape not in ("ring", "cross") else rng.uniform(.03, .06)
        image.paste(rgb, (x0, y0), mask(1 - thin, hole + thin if hole else 0))
    else:
        image.paste(rgb, (x0, y0), full)
    ids = ImageDraw.Draw(scene.objects)
    sx, sy = MAP / w, MAP / h
    ids.polygon([((cx + x * r) * sx, (cy + y * r) * sy) for x, y in points], fill=index)
    if hole > .55:
        q = r * hole * .8
        ids.ellipse([(cx - q) * sx, (cy - q) * sy, (cx + q) * sx, (cy + q) * sy], fill=0)
