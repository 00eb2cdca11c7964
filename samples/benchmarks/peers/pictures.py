"""Pictures that every engine is asked about."""
import numpy as np


def picture(rng, width, height):
    """Soft colours, others each time, and a little noise: what ours are asked about."""
    x, y = np.arange(width)[None, :, None] / width, np.arange(height)[:, None, None] / height
    wave = np.sin((2 + 6 * rng.random()) * x + np.arange(3)) * np.cos((2 + 6 * rng.random()) * y)
    return np.ascontiguousarray((128 + 110 * wave + rng.integers(0, 16, (height, width, 3))).astype(np.uint8))
