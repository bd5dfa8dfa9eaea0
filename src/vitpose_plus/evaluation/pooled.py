"""Figures that are shares or means over all keypoints of some pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Pool:
    """One figure: the mean of G parts, each a total divided by a count.

    Attributes:
        totals: [G, U] what is summed, by unit: picture or video.
        counts: [G, U] how many keypoints were counted.
    """

    totals: np.ndarray
    counts: np.ndarray

    def of_draw(self, times: np.ndarray) -> float:
        """The figure where each unit counts as many times as `times` [U] says."""
        total, count = self.totals @ times, self.counts @ times
        seen = count > 0
        return float((total[seen] / count[seen]).mean()) if seen.any() else float("nan")


@dataclass(frozen=True, eq=False)
class PooledFigures:
    """PCK, PCKh, AUC, EPE: F figures over any draw of U units."""

    names: tuple[str, ...]
    pools: Sequence[Pool]
    units: int

    def of_draw(self, times: np.ndarray) -> np.ndarray:
        """[F] figures where each unit counts as many times as `times` [U] says."""
        return np.array([pool.of_draw(times) for pool in self.pools])


def pool(value: np.ndarray, unit: np.ndarray, units: int) -> Pool:
    """A mean over all keypoints alike.

    Args:
        value: [N, K] of keypoints; nan where one does not count.
        unit: [N] numbers of the instances' pictures, or videos.
        units: how many there are.
    """
    each = pool_by_keypoint(value, unit, units)
    return Pool(each.totals.sum(axis=0, keepdims=True), each.counts.sum(axis=0, keepdims=True))


def pool_by_keypoint(value: np.ndarray, unit: np.ndarray, units: int) -> Pool:
    """A mean over the K keypoints' own means; arguments as of `pool`."""
    keypoints = value.shape[1]
    totals, counts = np.zeros((2, units, keypoints))
    np.add.at(totals, unit, np.nan_to_num(value))
    np.add.at(counts, unit, np.isfinite(value))
    return Pool(totals.T, counts.T)
