"""Random colours."""

import numpy as np

from vitpose_plus.datasets.sample.paint import Colour

Rng = np.random.Generator


def within(
    rng: Rng, hues: tuple[float, float], values: tuple[float, float], grey: tuple[float, float]
) -> Colour:
    """A random colour of these ranges; BGR."""
    hue, value = rng.uniform(*hues), rng.uniform(*values)
    low = value * rng.uniform(*grey)
    wheel = [np.clip(abs((hue + shift) % 6 - 3) - 1, 0, 1) for shift in (2, 4, 0)]
    b, g, r = (float(low + (value - low) * w) for w in wheel)
    return b, g, r


def vivid(rng: Rng) -> Colour:
    """A saturated colour of any hue, or now and then a grey; BGR."""
    if rng.random() < 0.2:
        grey = rng.uniform(30, 235)
        return grey, grey, grey
    return within(rng, (0, 6), (90, 245), (0.1, 0.6))
