"""Stand-ins for photographs and noise: whatever is asked, the model does not know."""
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from canvas import Scene, finish, pick, size
from wording import DONT_KNOW, describe


def _octaves(rng, w, h, deep):
    total = np.zeros((h, w, 3), np.float32)
    for k in range(deep):
        n = 2 ** (k + 1)
        x = rng.random((max(2, int(n * h / max(w, h)) + 1), n + 1, 3)).astype(np.float32)
        if rng.random() < .5:
            x = x.mean(-1, keepdims=True).repeat(3, -1)
        up = np.stack([np.asarray(Image.fromarray(x[..., c]).resize((w, h), Image.BICUBIC)) for c in range(3)], -1)
        total += (up - .5) * rng.uniform(.5, .8) ** k
    total -= total.min()
    total /= max(total.max(), 1e-6)
    lo, hi = rng.uniform(0, 90, 3), rng.uniform(120, 255, 3)
    return lo + total * (hi - lo)


def _clutter(rng, w, h):
    """Many overlapping soft patches: hills, faces and fruit look no better at 128 pixels."""
    image = Image.fromarray(_octaves(rng, w, h, 3).astype(np.uint8))
    for _ in range(int(rng.integers(6, 30))):
        patch = Image.new("L", (w, h), 0)
        pen = ImageDraw.Draw(patch)
        cx, cy, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(.04, .35) * max(w, h)
        angles = np.sort(rng.uniform(0, 6.28, int(rng.integers(4, 12))))
        pen.polygon([(cx + np.cos(t) * r * rng.uniform(.4, 1.1), cy + np.sin(t) * r * rng.uniform(.4, 1.1)) for t in angles],
                    fill=int(rng.integers(80, 255)))
        patch = patch.filter(ImageFilter.GaussianBlur(rng.uniform(.5, 6)))
        image.paste(tuple(int(v) for v in rng.integers(0, 256, 3)), (0, 0), patch)
    return image


def _noise(rng, w, h):
    n = int(pick(rng, 1, 1, 2, 4, 8))
    x = rng.integers(0, 256, (h // n + 1, w // n + 1, 3)).astype(np.uint8)
    if rng.random() < .4:
        x[..., 1] = x[..., 2] = x[..., 0]
    return Image.fromarray(x).resize((w, h), Image.NEAREST if rng.random() < .5 else Image.BICUBIC)


def _scenery(rng, w, h):
    """Sky over ground, and things standing on it, in natural tones."""
    y = np.linspace(0, 1, h)[:, None, None]
    horizon = rng.uniform(.3, .7)
    sky = np.array([rng.uniform(90, 220), rng.uniform(130, 230), rng.uniform(170, 255)])
    ground = np.array([rng.uniform(40, 180), rng.uniform(50, 160), rng.uniform(20, 120)])
    x = np.where(y < horizon, sky * (1 - .3 * y), ground * (1.2 - .5 * y)) + np.zeros((h, w, 1))
    x += _octaves(rng, w, h, 5) * .35 - 45
    image = Image.fromarray(np.clip(x, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(2, 12))):
        cx, wide, tall = rng.uniform(0, w), rng.uniform(.02, .25) * w, rng.uniform(.05, .5) * h
        tone = tuple(int(v) for v in rng.integers(20, 200, 3))
        base = horizon * h + rng.uniform(-.02, .3) * h
        if rng.random() < .5:
            pen.rectangle([cx, base - tall, cx + wide, base], fill=tone)
        else:
            pen.polygon([(cx, base), (cx + wide / 2, base - tall), (cx + wide, base)], fill=tone)
    return image.filter(ImageFilter.GaussianBlur(rng.uniform(.3, 1.5)))


def scene(rng, held_out=False):
    w, h = size(rng, held_out)
    k = min(1, 200 / max(w, h))               # drawing large ones costs more than it teaches
    w, h = max(64, int(w * k)), max(64, int(h * k))
    kind = rng.random()
    if kind < .3:
        image = Image.fromarray(_octaves(rng, w, h, int(rng.integers(3, 8))).astype(np.uint8))
    elif kind < .55:
        image = _clutter(rng, w, h)
    elif kind < .7:
        image = _noise(rng, w, h)
    else:
        image = _scenery(rng, w, h)
    s = Scene(image, "", held_out=held_out, dense_colour=False)
    s.ask("unknown_picture", describe(rng), DONT_KNOW)
    s.ask("unknown_picture", pick(rng, "What is the man doing?", "Who is in the picture?", "What animal is this?",
                                  "Where was this photo taken?", "Is there a person?", "What is happening here?",
                                  "What is this a picture of?", "Is this a photo?", "What kind of place is this?"), DONT_KNOW)
    return finish(rng, s)
