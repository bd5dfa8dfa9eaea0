"""Which charts a data page has, from the splits' figures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vitpose_plus.data_pages.figures import (
    ASPECT_EDGES,
    MOST_IN_A_PICTURE,
    PICTURE_EDGES,
    SIZE_EDGES,
    SplitFigures,
)
from vitpose_plus.data_pages.histogram import Histogram, histogram, place
from vitpose_plus.inference.keypoint_groups import keypoint_groups
from vitpose_plus.skeletons import Skeleton

Splits = Mapping[str, SplitFigures]

COCO_SMALL, COCO_LARGE = 32, 96
"""Roots of the areas in pixels that COCO's medium objects lie between."""
MOST_CATEGORIES = 20
MOST_BARS = 45
"""Beyond this many keypoints their counts are joined in bins."""


@dataclass(frozen=True)
class Share:
    """One split's count of a named thing and what share of the split it is."""

    split: str
    count: int
    share: float


@dataclass(frozen=True)
class Naming:
    """Counts by name, the most first.

    Attributes:
        title: what is counted.
        rows: (name, a share each split).
        others: how many names are left out, and their records.
    """

    title: str
    rows: tuple[tuple[str, tuple[Share, ...]], ...]
    others: tuple[int, int]


@dataclass(frozen=True)
class Labelling:
    """How a keypoint is labelled in one split: counts of instances."""

    split: str
    visible: int
    hidden: int
    unlabelled: int


@dataclass(frozen=True)
class KeypointLabelling:
    """How a keypoint, or a group of them, is labelled, by split."""

    name: str
    splits: tuple[Labelling, ...]


def histograms(splits: Splits) -> list[Histogram]:
    """The page's bar charts."""
    charts = (_labelled, _sizes, _aspects, _in_a_picture, _picture_sizes)
    return [chart(splits) for chart in charts]


def namings(splits: Splits) -> list[Naming]:
    """Categories, and hand types where the set has them."""
    found = [_naming("Categories", splits, lambda split: split.categories)]
    if any(split.hands for split in splits.values()):
        found.append(_naming("Hands", splits, lambda split: split.hands))
    return found


def keypoint_labelling(splits: Splits, skeleton: Skeleton) -> list[KeypointLabelling]:
    """Keypoints' visibility by split; a large set's finger and face points are counted together."""
    return [
        KeypointLabelling(
            name,
            tuple(
                Labelling(split, *figures.visibility[chosen].sum(axis=0)[::-1].tolist())
                for split, figures in splits.items()
            ),
        )
        for name, chosen in keypoint_groups(skeleton)
    ]


def positions(splits: Splits) -> list[list[float]]:
    """Where boxes' centres lie in their pictures: rows of cells, 1 the fullest."""
    total = np.sum([split.positions for split in splits.values()], axis=0)
    return (total / max(total.max(), 1)).tolist()


def _labelled(splits: Splits) -> Histogram:
    keypoints = len(next(iter(splits.values())).labelled) - 1
    step = -(-(keypoints + 1) // MOST_BARS)
    starts = np.arange(0, keypoints + 1, step)
    counts = {name: np.add.reduceat(split.labelled, starts) for name, split in splits.items()}
    ends = np.minimum(starts + step - 1, keypoints)
    bins = [str(a) if a == b else f"{a} to {b}" for a, b in zip(starts, ends, strict=True)]
    every = max(len(bins) // 9, 1)
    ticks = [(i + 0.5, str(starts[i])) for i in range(0, len(bins), every)]
    return histogram("Labelled keypoints of an instance", counts, bins, ticks)


def _in_a_picture(splits: Splits) -> Histogram:
    counts = {name: split.in_a_picture for name, split in splits.items()}
    bins = [str(n) for n in range(1, MOST_IN_A_PICTURE)] + [f"{MOST_IN_A_PICTURE} or more"]
    ticks = [(n - 0.5, f"{n}") for n in range(1, MOST_IN_A_PICTURE, 2)]
    ticks.append((MOST_IN_A_PICTURE - 0.5, f"{MOST_IN_A_PICTURE}+"))
    return histogram("Instances in a picture", counts, bins, ticks)


def _picture_sizes(splits: Splits) -> Histogram:
    counts = {name: split.picture_sizes for name, split in splits.items()}
    bins = [f"{a:.0f} to {b:.0f} px" for a, b in pairwise(PICTURE_EDGES)]
    ticks = [(place(px, PICTURE_EDGES), str(px)) for px in (64, 256, 1024, 4096)]
    return histogram("Longer side of a picture, in pixels", counts, bins, ticks)


def _sizes(splits: Splits) -> Histogram:
    counts = {name: split.sizes for name, split in splits.items()}
    bins = [f"{a:.0f} to {b:.0f} px" for a, b in pairwise(SIZE_EDGES)]
    ticks = [(place(px, SIZE_EDGES), str(px)) for px in (4, 16, 64, 256, 1024)]
    lines = [
        (place(COCO_SMALL, SIZE_EDGES), "medium from 32"),
        (place(COCO_LARGE, SIZE_EDGES), "large from 96"),
    ]
    return histogram("Size: root of the area, in pixels", counts, bins, ticks, lines)


def _aspects(splits: Splits) -> Histogram:
    counts = {name: split.aspects for name, split in splits.items()}
    bins = [f"{a:.2f} to {b:.2f}" for a, b in pairwise(ASPECT_EDGES)]
    named = ((1 / 8, "1:8"), (1 / 4, "1:4"), (1 / 2, "1:2"), (1, "1:1"), (2, "2:1"), (4, "4:1"))
    ticks = [(place(aspect, ASPECT_EDGES), text) for aspect, text in (*named, (8, "8:1"))]
    lines = [(place(3 / 4, ASPECT_EDGES), "3:4")]
    return histogram("Box: width to height", counts, bins, ticks, lines)


def _naming(title: str, splits: Splits, of: Callable[[SplitFigures], Mapping[str, int]]) -> Naming:
    totals: dict[str, int] = {}
    for split in splits.values():
        for name, count in of(split).items():
            totals[name] = totals.get(name, 0) + count
    names = sorted(totals, key=lambda name: (-totals[name], name))
    rest = names[MOST_CATEGORIES:]
    sums = {name: max(sum(of(split).values()), 1) for name, split in splits.items()}
    rows = tuple(
        (
            name,
            tuple(
                Share(split, of(figures).get(name, 0), of(figures).get(name, 0) / sums[split])
                for split, figures in splits.items()
            ),
        )
        for name in names[:MOST_CATEGORIES]
    )
    return Naming(title, rows, (len(rest), sum(totals[name] for name in rest)))
