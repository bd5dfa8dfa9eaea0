"""Average precision and recall over any draw of pictures, matched once."""

from dataclasses import dataclass, replace

import numpy as np

from vitpose_plus.evaluation.average_precision import (
    COCO_SIZES,
    RECALLS,
    THRESHOLDS,
    AveragePrecision,
    Choice,
    choose,
    flags,
    precision_at_recalls,
)
from vitpose_plus.evaluation.comparison import Comparison


@dataclass(frozen=True, eq=False)
class Level:
    """The matches at one threshold and size of instance.

    Attributes:
        judged: [M] flags: the found pose is right or wrong, the surest pose first.
        hits: [H] indices of the right ones.
        wanted: [U] how many instances there are to find, by unit.
    """

    judged: np.ndarray
    hits: np.ndarray
    wanted: np.ndarray

    def curve(self, times: np.ndarray, of_found: np.ndarray) -> tuple[np.ndarray, float]:
        """Precision [R] at COCO's recalls and the recall of all; nan if there is nothing to find.

        Args:
            times: [U] how often each unit counts.
            of_found: [M] the same for each pose's unit.
        """
        wanted = self.wanted @ times
        if not wanted:
            return np.full(len(RECALLS), np.nan), np.nan
        right = np.cumsum(of_found[self.hits])
        judged = np.cumsum(of_found * self.judged)[self.hits]
        reached = float(right[-1] / wanted) if len(right) else 0.0
        return precision_at_recalls(right, judged, wanted), reached


@dataclass(frozen=True, eq=False)
class DrawnPrecision:
    """COCO's ten figures over any draw of pictures.

    A picture that is drawn twice counts as two pictures; the poses of the two are neighbours in
    the order of scores.

    Attributes:
        names: of the figures.
        units: U, how many pictures there are to draw, or videos.
        unit: [M] each found pose's, the surest pose first.
        levels: thresholds x sizes, thresholds running first.
    """

    names: tuple[str, ...]
    units: int
    unit: np.ndarray
    levels: tuple[Level, ...]

    def of_draw(self, times: np.ndarray) -> np.ndarray:
        """[10] figures where each unit counts as many times as `times` [U] says."""
        return np.array(list(self.curves(times).figures().values()))

    def curves(self, times: np.ndarray) -> AveragePrecision:
        """The curves behind the figures."""
        of_found = np.asarray(times, np.float64)[self.unit]
        found = [level.curve(times, of_found) for level in self.levels]
        shape = len(COCO_SIZES), len(THRESHOLDS)
        precision = np.array([curve for curve, _ in found]).reshape(*shape, -1)
        recall = np.array([reached for _, reached in found]).reshape(shape)
        matches = np.empty((len(THRESHOLDS), 0), int)
        return AveragePrecision(precision.transpose(1, 2, 0), recall.T, COCO_SIZES, matches)


def drawn_precision(comparison: Comparison, unit: np.ndarray) -> DrawnPrecision:
    """Match once, for any number of draws.

    Args:
        comparison: true and found poses.
        unit: [P] of each of the split's pictures, the unit that it is drawn with.
    """
    choice = choose(comparison)
    units = int(unit.max(initial=-1)) + 1
    of_true = unit[comparison.truth.picture]
    of_found = unit[comparison.found.picture[choice.chosen][choice.order]]
    levels = tuple(_level(choice, bit, of_true, units) for bit in range(len(choice.levels)))
    unnamed = DrawnPrecision((), units, of_found, levels)
    names = tuple(unnamed.curves(np.ones(units)).figures())
    return replace(unnamed, names=names)


def _level(choice: Choice, bit: int, unit: np.ndarray, units: int) -> Level:
    matching, order = choice.matching, choice.order
    hit, ignored, counted = (
        flags(bits, bit)
        for bits in (matching.hit[order], matching.ignored[order], matching.counted)
    )
    wanted = np.bincount(unit[counted], minlength=units)
    return Level(~ignored, np.flatnonzero(hit), wanted)
