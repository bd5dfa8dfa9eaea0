"""The part of a picture that a recipe can look at, and how finely."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.crop_store.reach import Reach
from vitpose_plus.geometry import View

# JPEG codes squares of 16 pixels (8 where the colours are not halved): a crop that keeps the
# picture's squares loses little by being coded again.
SQUARE = 16


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of a picture, resampled.

    Attributes:
        left, top: its first pixel.
        right, bottom: the first pixel beyond it.
        width, height: of the crop in pixels: the rectangle's own, or fewer.
    """

    left: int
    top: int
    right: int
    bottom: int
    width: int
    height: int

    @property
    def shrunk(self) -> bool:
        """Whether the crop has fewer pixels than the picture has there."""
        return (self.width, self.height) != (self.right - self.left, self.bottom - self.top)

    def matrix(self) -> np.ndarray:
        """[2, 3] from picture pixels to crop pixels, centre to centre."""
        across = self.width / (self.right - self.left)
        down = self.height / (self.bottom - self.top)
        # A pixel is a square around its centre: its left edge, at -0.5, stays a left edge.
        x, y = (0.5 - self.left) * across - 0.5, (0.5 - self.top) * down - 0.5
        return np.array([[across, 0, x], [0, down, y]])


def region_of(
    whole: View,
    stray: np.ndarray,
    halves: Sequence[View],
    reach: Reach,
    picture_size: tuple[int, int],
) -> Region:
    """The pixels that the views of one instance can need.

    A view of half sides a and b turned by up to t reaches max a cos(t) + b sin(t) sideways, which
    is hypot(a, b) once t passes atan(b / a). The closest view, 1 - scale, maps picture pixels to
    at most as many input pixels: there the picture is kept as it is, else shrunk until it does.

    Args:
        whole: the upright view of the box.
        stray: [2] how far its centre strays at most in pixels, x and y.
        halves: upright views of halves of the body; their centres do not stray.
        reach: the recipe's bounds.
        picture_size: (height, width).
    """
    views = [whole, *halves]
    closest = [view.scaled(1 - reach.scale) for view in views]
    fineness = min(1.0, max(_fineness(view, reach.input_size) for view in closest))
    low, high = _bounds([view.scaled(1 + reach.scale) for view in views], stray, reach.turn)
    # Bilinear sampling takes one crop pixel beyond the view, which is that many picture pixels.
    slack = 1 / fineness
    height, width = picture_size
    left, right = _clip(low[0] - slack, high[0] + slack, width, fineness)
    top, bottom = _clip(low[1] - slack, high[1] + slack, height, fineness)
    across = math.ceil((right - left) * fineness)
    down = math.ceil((bottom - top) * fineness)
    return Region(left, top, right, bottom, across, down)


def _fineness(view: View, input_size: tuple[int, int]) -> float:
    """Input pixels a picture pixel."""
    height, width = input_size
    return max((width - 1) / view.size[0], (height - 1) / view.size[1])


def _bounds(views: Sequence[View], stray: np.ndarray, turn: float) -> tuple[np.ndarray, np.ndarray]:
    """[2] and [2]: the first and last x and y of the views, turned and the first one shifted."""
    centres = np.array([view.centre for view in views])
    half = np.array([view.size for view in views]) / 2
    across, along = half[:, 0], half[:, 1]
    reach = np.column_stack([_turned(across, along, turn), _turned(along, across, turn)])
    reach[0] += stray
    return (centres - reach).min(axis=0), (centres + reach).max(axis=0)


def _turned(own: np.ndarray, other: np.ndarray, turn: float) -> np.ndarray:
    """[N]: the largest of own cos(t) + other sin(t), t from 0 to turn degrees."""
    widest = np.arctan2(other, own)
    return np.hypot(own, other) * np.cos(np.maximum(0, widest - np.deg2rad(turn)))


def _clip(first: float, last: float, length: int, fineness: float) -> tuple[int, int]:
    """Whole pixels of the picture, at least one: the first, and the first beyond."""
    start = min(max(math.floor(first), 0), length - 1)
    stop = max(min(math.ceil(last) + 1, length), start + 1)
    return (start - start % SQUARE if fineness == 1 else start), stop
