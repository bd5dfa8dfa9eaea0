"""Average precision and recall of poses, as COCOeval draws them, from arrays."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vitpose_plus.evaluation.comparison import Comparison
from vitpose_plus.evaluation.matching import Levels, Matching, Size, match
from vitpose_plus.evaluation.similarity import near_pairs, pairs_by_picture, similarities

ALL = Size("all", 0**2, 1e5**2)
COCO_SIZES = (ALL, Size("M", 32**2, 96**2), Size("L", 96**2, 1e5**2))
THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0, 1, 101)
MOST_A_PICTURE = 20
ALMOST_ONE = 1 - 1e-10
"""The highest similarity that is asked for, so that rounding cannot spoil a perfect pose."""


@dataclass(frozen=True, eq=False)
class AveragePrecision:
    """Curves at T OKS thresholds for A sizes of instance.

    Attributes:
        precision: [T, R, A] at recalls 0, 0.01 .. 1: the best at that recall or above, 0 where the
            recall is not reached; nan where there is nothing to find.
        recall: [T, A] of all found poses; nan where there is nothing to find.
        sizes: A of them, the first one holding all.
        matches: [T, M] of each found pose the true one that it was matched with at the first size,
            ignored ones too; -1: none.
    """

    precision: np.ndarray
    recall: np.ndarray
    sizes: tuple[Size, ...]
    matches: np.ndarray

    def figures(self) -> dict[str, float]:
        """AP, AP50, AP75, AP_M, AP_L, AR, AR50, AR75, AR_M, AR_L, as far as there are sizes.

        All but those at 50 and 75 are means over the thresholds. nan: there is nothing to find.
        """
        figures: dict[str, float] = {}
        for name, curve in (("AP", self.precision), ("AR", self.recall)):
            figures[name] = float(curve[..., 0].mean())
            for threshold in (50, 75):
                row = np.flatnonzero(np.isclose(THRESHOLDS, threshold / 100))
                figures[f"{name}{threshold}"] = float(curve[row, ..., 0].mean())
            for place, size in enumerate(self.sizes[1:], start=1):
                figures[f"{name}_{size.name}"] = float(curve[..., place].mean())
        return figures


class Choice(NamedTuple):
    """The poses that count, and what they were matched with.

    Attributes:
        chosen: [C] their indices among all found.
        order: [C] the surest of all pictures first, as indices of `chosen`.
        levels: thresholds and sizes.
        matching: of the C.
    """

    chosen: np.ndarray
    order: np.ndarray
    levels: Levels
    matching: Matching


def average_precision(
    comparison: Comparison, sizes: tuple[Size, ...] = COCO_SIZES
) -> AveragePrecision:
    """Evaluate as COCOeval does: 20 poses a picture at most, the surest first.

    Args:
        comparison: true and found poses; ties of scores keep their order, and that of the pictures.
        sizes: the first one is to hold all.
    """
    choice = choose(comparison, sizes)
    precision, recall = _curves(choice)
    matches = np.full((len(THRESHOLDS), len(comparison.found)), -1, np.int32)
    matches[:, choice.chosen] = choice.matching.true
    return AveragePrecision(precision, recall, sizes, matches)


def choose(comparison: Comparison, sizes: tuple[Size, ...] = COCO_SIZES) -> Choice:
    """Match the surest poses of every picture with its instances."""
    order, rank = ranking(comparison.found.picture, comparison.found.score)
    counts = rank < MOST_A_PICTURE
    levels = Levels(np.minimum(THRESHOLDS, ALMOST_ONE), sizes)
    pairs = pairs_by_picture(comparison)
    pairs = near_pairs(comparison, pairs.take(counts[pairs.found]), THRESHOLDS[0])
    similarity = similarities(comparison, pairs)
    alike = similarity >= levels.thresholds[0]
    matching = match(comparison, rank, pairs.take(alike), similarity[alike], levels)
    chosen, place = np.flatnonzero(counts), np.cumsum(counts) - 1
    return Choice(chosen, place[order[counts[order]]], levels, matching.of_found(chosen))


def ranking(picture: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Who comes first: [M] all poses, the surest first, and [M] each pose's rank in its picture.

    Equally sure ones stay in the order of their pictures' numbers, and then in their own.
    """
    by_picture = _stable_order(picture)
    # A stable sort of floats is slow: their places among the different ones are sorted instead.
    _, place = np.unique(-score[by_picture], return_inverse=True)
    order = by_picture[np.argsort(place * len(place) + np.arange(len(place)))]
    by_rank = order[_stable_order(picture[order])]
    ordered, rank = picture[by_rank], np.empty(len(order), np.int64)
    rank[by_rank] = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    return order, rank


def _stable_order(picture: np.ndarray) -> np.ndarray:
    # numpy has a faster sort for short integers.
    short = picture.max(initial=0) < 2**16
    return np.argsort(picture.astype(np.uint16) if short else picture, kind="stable")


def _curves(choice: Choice) -> tuple[np.ndarray, np.ndarray]:
    """Precision [T, R, A] and recall [T, A]."""
    _, order, levels, matching = choice
    shape = len(levels.sizes), len(levels.thresholds)
    precision = np.full((len(levels), len(RECALLS)), np.nan)
    recall = np.full(len(levels), np.nan)
    hit, ignored = matching.hit[order], matching.ignored[order]
    for bit in range(len(levels)):
        wanted = int(flags(matching.counted, bit).sum())
        if wanted:
            hits = np.flatnonzero(flags(hit, bit))
            judged = np.cumsum(~flags(ignored, bit))[hits]
            right = np.arange(1, len(hits) + 1)
            precision[bit] = precision_at_recalls(right, judged, wanted)
            recall[bit] = len(hits) / wanted
    return precision.reshape(*shape, -1).transpose(1, 2, 0), recall.reshape(shape).T


def precision_at_recalls(right: np.ndarray, judged: np.ndarray, wanted: float) -> np.ndarray:
    """[R] the best precision at each recall or above, 0 where it is not reached.

    It is enough to look at the hits: between two of them precision falls.

    Args:
        right: [H] how many poses were right up to each hit, itself too.
        judged: [H] how many were right or wrong.
        wanted: how many instances there are.
    """
    best = np.maximum.accumulate((right / (judged + np.spacing(1)))[::-1])[::-1]
    first = np.searchsorted(right / wanted, RECALLS, side="left")
    return np.append(best, 0.0)[first]


def flags(bits: np.ndarray, bit: int) -> np.ndarray:
    """[M] of one choice of threshold and size, from the bits [M] of all."""
    return (bits >> np.uint64(bit)) & np.uint64(1) > 0
