"""The family's picture preparation as transformers' Pillow backend does it, and the tiles with their dense labels.
`check.py` holds it against the processor of transformers."""
import math

import numpy as np
from PIL import Image

import canvas
import labels
from model import TILE

LONGEST = 2 * TILE


def _even(longest, w, h):
    aspect = w / h
    if w >= h:
        w2, h2 = longest, int(longest / aspect)
        h2 += h2 % 2
    else:
        h2, w2 = longest, int(longest * aspect)
        w2 += w2 % 2
    return max(1, w2), max(1, h2)


def _whole_tiles(w, h):
    aspect = w / h
    if w >= h:
        w2 = math.ceil(w / TILE) * TILE
        h2 = math.ceil(int(w2 / aspect) / TILE) * TILE
    else:
        h2 = math.ceil(h / TILE) * TILE
        w2 = math.ceil(int(h2 * aspect) / TILE) * TILE
    return w2, h2


def _to(image, size):
    return image if image.size == size else image.resize(size, Image.LANCZOS)


def tiles(image, split):
    """-> uint8 [tiles, 128, 128, 3], rows, cols; the whole picture last; rows = cols = 0 when not split."""
    image = _to(image, _even(LONGEST, *image.size))
    if not split:
        return np.asarray(_to(image, (TILE, TILE)))[None], 0, 0
    image = _to(image, _whole_tiles(*image.size))
    cols, rows = image.size[0] // TILE, image.size[1] // TILE
    x = np.asarray(image).reshape(rows, TILE, cols, TILE, 3).swapaxes(1, 2).reshape(-1, TILE, TILE, 3)
    return np.concatenate([x, np.asarray(_to(image, (TILE, TILE)))[None]]), rows, cols


def cell_labels(scene, rows, cols, glyph=11):
    """Dense labels of every tile, [tiles, 3, 16, 16].  Print too small for the tile is not asked."""
    def ready(grid, pixels):
        if scene.glyph * pixels < glyph:
            grid[2] = np.where(grid[2] > 0, -100, 0)
        return grid
    whole = ready(canvas.cells(scene, 1, 1), TILE)[None]
    if not rows:
        return whole
    fine = ready(canvas.cells(scene, rows, cols), TILE * rows)
    n = labels.CELLS
    fine = fine.reshape(3, rows, n, cols, n).transpose(1, 3, 0, 2, 4).reshape(-1, 3, n, n)
    return np.concatenate([fine, whole])
