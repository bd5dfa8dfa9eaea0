"""How close together figures stand: apart from each other, or in a crowd."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Company:
    """What a newcomer on a stage looks for among those who are there.

    Attributes:
        overlap: least and most that a newcomer's box may share with the fullest of the others'.
        spread: how far to the side of somebody a newcomer stands, against that one's width.
        tries: places that a newcomer tries before they stay away.
    """

    overlap: tuple[float, float]
    spread: float = 0.5
    tries: int = 40

    @property
    def crowded(self) -> bool:
        """Whether newcomers stand before or behind somebody."""
        return self.overlap[0] > 0


APART = Company(overlap=(0.0, 0.2), tries=5)


def fits(box: np.ndarray, others: list[np.ndarray], company: Company) -> bool:
    """Whether a box [4] (corners) shares what the company wants with the others'."""
    shares = [overlap(box, other) for other in others]
    least, most = company.overlap
    return not shares or least <= max(shares) < most


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection of two boxes (corners) against the smaller one."""
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    if (sides <= 0).any():
        return 0.0
    return float(sides.prod() / min((a[2:] - a[:2]).prod(), (b[2:] - b[:2]).prod()))


def beside(
    rng: np.random.Generator, extent: np.ndarray, others: list[np.ndarray], spread: float
) -> tuple[float, float]:
    """Where the root goes so that the extent [4] is about where one of the others' boxes is."""
    other = others[rng.integers(len(others))]
    width, height = other[2:] - other[:2]
    x = (other[0] + other[2]) / 2 + rng.normal(0, spread) * width
    # Feet on the same ground, the nearer somebody the lower.
    floor = other[3] + rng.normal(0, 0.05) * height
    return float(x - (extent[0] + extent[2]) / 2), float(floor - extent[3])
