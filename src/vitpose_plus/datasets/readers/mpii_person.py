"""What both MPII forms share: a person's box from centre and scale, and the step to base 0."""

import numpy as np

PERSON_PIXELS = 200.0
"""MPII's scale is a person's height in units of 200 pixels."""
CENTRE_DROP = 15.0
"""The rough centre lies high: the published recipes move it down by this many pixels x scale."""


def person_box(centre: tuple[float, float], scale: float) -> tuple[float, float, float, float]:
    """Square box x, y, width, height in pixels, counted from 0, without padding.

    Args:
        centre: objpos as the file has it, counted from 1 (MATLAB).
        scale: the person's height / 200 pixels.
    """
    side = scale * PERSON_PIXELS
    x, y = centre[0] - 1, centre[1] + CENTRE_DROP * scale - 1
    return x - side / 2, y - side / 2, side, side


def from_matlab(points: np.ndarray, labelled: np.ndarray) -> np.ndarray:
    """Points [K, 2] counted from 1 -> from 0, float32; unlabelled ones are 0, 0."""
    return np.where(labelled[:, None], points - 1, 0.0).astype(np.float32)
