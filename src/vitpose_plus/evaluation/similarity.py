"""Object keypoint similarity of many pairs of poses at once, by COCOeval's arithmetic."""

from typing import NamedTuple

import numpy as np

from vitpose_plus.evaluation.comparison import Comparison
from vitpose_plus.evaluation.poses import TruePoses

SMALLEST_STEP = np.spacing(1)
"""Added to areas, so that none is 0."""


class Pairs(NamedTuple):
    """Pairs of a found and a true pose.

    Attributes:
        found: [P] indices.
        true: [P] indices.
    """

    found: np.ndarray
    true: np.ndarray

    def take(self, indices: np.ndarray) -> "Pairs":
        """The pairs at these indices (or flags)."""
        return Pairs(self.found[indices], self.true[indices])


def pairs_by_picture(comparison: Comparison) -> Pairs:
    """All pairs that share a picture, by found pose; its true ones ascend."""
    truth, found = comparison.truth.picture, comparison.found.picture
    order = np.argsort(truth, kind="stable")
    people = np.bincount(truth, minlength=1 + max(truth.max(initial=-1), found.max(initial=-1)))
    first = (np.cumsum(people) - people)[found]
    count = people[found]
    before = np.cumsum(count) - count
    place = np.arange(count.sum()) + np.repeat(first - before, count)
    return Pairs(np.repeat(np.arange(len(found)), count), order[place])


def near_pairs(comparison: Comparison, pairs: Pairs, least: float) -> Pairs:
    """Leave out pairs that stand too far apart to be as similar as `least`.

    A mean of at least `least` has a term of at least `least`: a keypoint within `reach` of its
    true place.
    """
    truth, sigma = comparison.truth, comparison.sigmas.max(initial=0.0)
    reach = 2 * sigma * np.sqrt(-2 * np.log(least) * (truth.area + SMALLEST_STEP))
    reach += 1e-3  # More than rounding can take.
    near = np.ones(len(pairs.found), bool)
    for axis, (low, high) in enumerate(zip(*_bounds(truth), strict=True)):
        places = comparison.found.planes[axis]
        near &= places.max(axis=0)[pairs.found] >= (low - reach)[pairs.true]
        near &= places.min(axis=0)[pairs.found] <= (high + reach)[pairs.true]
    return pairs.take(near)


def similarities(comparison: Comparison, pairs: Pairs) -> np.ndarray:
    """[P] object keypoint similarity of each pair, float64.

    An instance without a labelled keypoint is compared by its box, grown to three times its
    sides: all K keypoints count, by how far outside they lie.
    """
    boxed = ~comparison.truth.measurable[pairs.true]
    result = np.empty(len(boxed))
    result[~boxed] = _by_keypoints(comparison, pairs.take(~boxed))
    result[boxed] = _by_box(comparison, pairs.take(boxed))
    return result


def _by_keypoints(comparison: Comparison, pairs: Pairs) -> np.ndarray:
    truth, found = comparison.truth, comparison.found
    labelled = np.ascontiguousarray(truth.labelled.T)
    area = truth.area[pairs.true] + SMALLEST_STEP
    total = np.zeros(len(area))
    for k, sigma in enumerate(comparison.sigmas):
        dx, dy = (
            np.subtract(here[k][pairs.found], there[k][pairs.true], dtype=np.float64)
            for here, there in zip(found.planes, truth.planes, strict=True)
        )
        total += _falloff(dx, dy, sigma, area) * labelled[k][pairs.true]
    return total / truth.labelled.sum(axis=1)[pairs.true]


def _by_box(comparison: Comparison, pairs: Pairs) -> np.ndarray:
    sides = [side[:, pairs.true] for side in _grown(comparison.truth.bbox)]
    area = comparison.truth.area[pairs.true] + SMALLEST_STEP
    total = np.zeros(len(area))
    for k, sigma in enumerate(comparison.sigmas):
        dx, dy = (
            np.maximum(0, low - here[k][pairs.found]) + np.maximum(0, here[k][pairs.found] - high)
            for here, low, high in zip(comparison.found.planes, *sides, strict=True)
        )
        total += _falloff(dx, dy, sigma, area)
    return total / len(comparison.sigmas)


def _falloff(dx: np.ndarray, dy: np.ndarray, sigma: float, area: np.ndarray) -> np.ndarray:
    """[P] exp(-d^2 / (8 sigma^2 area)), in place: dx and dy are used up."""
    dx *= dx
    dy *= dy
    dx += dy
    # Divided one by one, as there: another order rounds otherwise, and a tie may break.
    dx /= (2 * sigma) ** 2
    dx /= area
    dx /= -2
    return np.exp(dx, out=dx)


def _grown(bbox: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[G, 4] boxes -> the corners, [2, G] each, of boxes three times as wide and high."""
    corner, sides = bbox[:, :2].T, bbox[:, 2:].T
    return corner - sides, corner + 2 * sides


def _bounds(truth: TruePoses) -> tuple[np.ndarray, np.ndarray]:
    """The corners, [2, G] each, of what a pose is compared with."""
    hidden = ~truth.labelled.T
    low, high = _grown(truth.bbox)
    least = np.where(hidden, np.inf, truth.planes).min(axis=1)
    most = np.where(hidden, -np.inf, truth.planes).max(axis=1)
    return np.where(truth.measurable, least, low), np.where(truth.measurable, most, high)
