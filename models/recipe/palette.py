"""Colours: each name is a region of hue, saturation and value, with gaps between the regions so that no colour that is
drawn could go by two names.  The evaluation palettes are named colours of well-known sets; training avoids them."""
import colorsys

import labels

# name -> boxes of (hue in degrees, saturation, value)
FILL_BOXES = {
    "red": [((-9, 8), (.78, 1), (.62, 1))],
    "orange": [((22, 37), (.8, 1), (.88, 1))],
    "yellow": [((48, 60), (.68, 1), (.9, 1))],
    "green": [((95, 150), (.5, 1), (.38, 1))],
    "blue": [((203, 245), (.65, 1), (.55, 1))],
    "purple": [((266, 292), (.45, 1), (.42, .78))],
    "pink": [((318, 348), (.3, .66), (.92, 1)), ((345, 360), (.24, .36), (.97, 1))],
    "brown": [((12, 32), (.38, .9), (.3, .55))],
    "black": [((0, 360), (0, .4), (0, .11))],
    "white": [((0, 360), (0, .03), (.95, 1))],
    "gray": [((0, 360), (0, .05), (.4, .7))],
    "cyan": [((172, 190), (.6, 1), (.72, 1))],
}
GROUND_BOXES = {
    "white": [((0, 360), (0, .025), (.955, 1))],
    "black": [((0, 360), (0, .4), (0, .1))],
    "gray": [((0, 360), (0, .05), (.5, .76))],
    "light blue": [((195, 225), (.16, .36), (.9, 1))],
    "light green": [((95, 145), (.15, .42), (.88, 1))],
    "light yellow": [((46, 60), (.12, .34), (.96, 1))],
    "light pink": [((330, 358), (.1, .22), (.96, 1))],
    "dark blue": [((215, 245), (.6, 1), (.16, .36))],
    "dark green": [((110, 155), (.55, 1), (.14, .32))],
}
# held out: never drawn in training, nor anything within NEAR levels of them in every channel
HELD_FILLS = {
    "red": ["D32F2F", "E41A1C", "FF0000"], "orange": ["F57C00", "FF7F0E", "FF8C00"],
    "yellow": ["FDD835", "FFEB3B", "FFFF33"], "green": ["388E3C", "2CA02C", "4DAF4A"],
    "blue": ["1976D2", "1F77B4", "4169E1"], "purple": ["7B1FA2", "984EA3", "6A0DAD"],
    "pink": ["F06292", "FF69B4", "F781BF"], "brown": ["5D4037", "8B4513", "6B4423"], "black": ["212121", "000000"],
    "white": ["FAFAFA", "FFFFFF"], "gray": ["757575", "7F7F7F", "999999"], "cyan": ["00BCD4", "17BECF", "00E5EE"],
}
HELD_GROUNDS = {
    "white": ["FFFFFF", "F8F8F8"], "black": ["000000", "121212"], "gray": ["9E9E9E", "BDBDBD"],
    "light blue": ["BBDEFB", "ADD8E6"], "light green": ["C8E6C9", "90EE90"], "light yellow": ["FFF9C4", "FFFACD"],
    "light pink": ["FCE4EC", "FFE4E1"], "dark blue": ["0D1B4C", "191970"], "dark green": ["0B3D1B", "004B23"],
}
NEAR = 5
FREE = {"black", "white"}                     # cannot be avoided: their whole region is near them


def _rgb(code):
    return tuple(int(code[i:i + 2], 16) for i in (0, 2, 4))


def _held(rgb, codes):
    return any(max(abs(a - b) for a, b in zip(rgb, _rgb(c))) <= NEAR for c in codes)


def _draw(rng, name, boxes, held, held_out):
    if held_out:
        base = _rgb(str(rng.choice(held[name])))
        return tuple(int(min(255, max(0, v + rng.integers(-2, 3)))) for v in base)
    while True:
        (h0, h1), (s0, s1), (v0, v1) = boxes[name][int(rng.integers(len(boxes[name])))]
        unit = colorsys.hsv_to_rgb((rng.uniform(h0, h1) % 360) / 360, rng.uniform(s0, s1), rng.uniform(v0, v1))
        rgb = tuple(int(round(255 * u)) for u in unit)
        if name in FREE or not _held(rgb, held[name]):
            return rgb


def fill(rng, name, held_out=False):
    return _draw(rng, name, FILL_BOXES, HELD_FILLS, held_out)


def ground(rng, name, held_out=False):
    return _draw(rng, name, GROUND_BOXES, HELD_GROUNDS, held_out)


def apart(a, b):
    """Euclidean distance in RGB."""
    return sum((x - y) ** 2 for x, y in zip(a, b)) ** .5


def shade(rgb, factor):
    """Darker (factor < 1) or lighter (factor > 1)."""
    if factor <= 1:
        return tuple(int(v * factor) for v in rgb)
    return tuple(int(255 - (255 - v) * (2 - factor)) for v in rgb)


assert set(FILL_BOXES) == set(labels.FILLS) and set(GROUND_BOXES) == set(labels.GROUNDS)
