"""A picture under construction: the pixels, and two label maps (which thing, which character) in normalised coordinates."""
import io
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

import labels
import palette

MAP = 256                                     # side of the label maps, whatever the picture measures


@dataclass
class Scene:
    image: Image.Image
    ground: str                               # name of the background, "" if it has none
    ground_rgb: tuple = (255, 255, 255)
    held_out: bool = False
    things: list = field(default_factory=list)
    qa: list = field(default_factory=list)    # (kind, [(question, answer), ...turns])
    glyph: float = 9.0                        # height of the smallest print, as a fraction of the picture's height
    objects: Image.Image = None               # 0 background, i + 1 thing i
    chars: Image.Image = None                 # 0 none, 1 + index into labels.CHARS
    dense_colour: bool = True                 # False: the cells have no colour names (textures, charts)

    def __post_init__(self):
        self.objects = self.objects or Image.new("L", (MAP, MAP), 0)
        self.chars = self.chars or Image.new("L", (MAP, MAP), 0)

    def ask(self, kind, question, answer):
        self.qa.append((kind, [(question, answer)]))


def pick(rng, *options):
    return options[int(rng.integers(0, len(options)))]


def size(rng, held_out=False):
    """Width and height: mostly square or mildly oblong, at times very oblong."""
    side = int(pick(rng, 160, 200, 320, 400, 640) if held_out else pick(rng, 128, 192, 256, 256, 256, 384, 512))
    u = rng.random()
    if u < .45:
        aspect = 1.0
    elif u < .9:
        aspect = float(pick(rng, 4 / 3, 3 / 4, 3 / 2, 2 / 3)) if u < .65 else float(np.exp(rng.uniform(-.45, .45)))
    else:
        aspect = float(np.exp(pick(rng, -1, 1) * rng.uniform(.45, .75)))
    return (side, max(64, int(side / aspect))) if aspect >= 1 else (max(64, int(side * aspect)), side)


def blank(rng, held_out=False, grounds=tuple(labels.GROUNDS), plain=.55, wh=None):
    w, h = wh or size(rng, held_out)
    name = str(pick(rng, *grounds))
    rgb = palette.ground(rng, name, held_out)
    image = Image.new("RGB", (w, h), rgb)
    if not held_out and rng.random() > plain:
        image = _worn(rng, image, name)
    return Scene(image, name, rgb, held_out)


def _worn(rng, image, name):
    """A gradient between two colours of the same name, or faint lines."""
    w, h = image.size
    if rng.random() < .6:
        a, b = np.array(palette.ground(rng, name)), np.array(palette.ground(rng, name))
        turn = rng.uniform(0, 2 * np.pi)
        x, y = np.meshgrid(np.linspace(-.5, .5, w), np.linspace(-.5, .5, h))
        t = np.clip(.5 + x * np.cos(turn) + y * np.sin(turn), 0, 1)[..., None]
        return Image.fromarray((a * (1 - t) + b * t).round().astype(np.uint8))
    pen, base = ImageDraw.Draw(image), image.getpixel((0, 0))
    ink = palette.shade(base, pick(rng, .94, .97, 1.04, 1.08))
    gap = int(rng.integers(6, 40))
    upright, level = rng.random() < .6, rng.random() < .6
    for k in range(0, max(w, h), gap):
        if upright:
            pen.line([(k, 0), (k, h)], fill=ink)
        if level:
            pen.line([(0, k), (w, k)], fill=ink)
    return image


def finish(rng, scene):
    """What cameras, scanners and encoders do to pictures; little of it, and rarely two at once."""
    u = rng.random()
    if u < .1:
        scene.image = scene.image.filter(ImageFilter.GaussianBlur(rng.uniform(.3, .9) * min(scene.image.size) / 256))
    elif u < .25:
        x = np.asarray(scene.image).astype(np.float32)
        x += rng.standard_normal(x.shape[:2] + ((3,) if rng.random() < .5 else (1,)), np.float32) * rng.uniform(2, 14)
        scene.image = Image.fromarray(np.clip(x, 0, 255).astype(np.uint8))
    if rng.random() < .15:
        held = io.BytesIO()
        scene.image.save(held, "JPEG", quality=int(rng.integers(45, 95)))
        scene.image = Image.open(held).convert("RGB")
    return scene


def cells(scene, rows, cols):
    """Dense labels [3, 16 rows, 16 cols] read at the middle of every cell: colour, shape, character."""
    ys = ((np.arange(rows * labels.CELLS) + .5) * MAP / (rows * labels.CELLS)).astype(int)
    xs = ((np.arange(cols * labels.CELLS) + .5) * MAP / (cols * labels.CELLS)).astype(int)
    ids = np.asarray(scene.objects)[np.ix_(ys, xs)].astype(np.int64)
    chars = np.asarray(scene.chars)[np.ix_(ys, xs)].astype(np.int64)
    if scene.dense_colour:
        ground = labels.N_FILL + labels.GROUNDS.index(scene.ground)
        colour = np.array([ground] + [labels.FILLS.index(t.colour) for t in scene.things])[ids]
    else:
        colour = np.full_like(ids, -100)
    shape = np.array([0] + [1 + labels.SHAPES.index(t.shape) for t in scene.things])[ids]
    return np.stack([colour, shape, chars])
