"""Where a model errs: its figure by size, occlusion, crowding, labels and category."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.evaluation.crowding import crowding
from vitpose_plus.evaluation.keypoint_figures import KeypointFigures

SIZES = (0, 32, 64, 96, 128, 192, 256, 384, np.inf)
"""Roots of the area in pixels; COCO's medium instances lie between 32 and 96."""
HIDDEN_SHARES = (0.25, 0.5)
OVERLAPS = (0.1, 0.3, 0.5, 0.75)
"""Of boxes; OCHuman calls 0.5 moderate and 0.75 hard."""
MOST_NEIGHBOURS = 3
CROWD_INDICES = (0.2, 0.8)
"""CrowdPose's official evaluation: easy, medium, hard."""
LABEL_BINS = 5


@dataclass(frozen=True)
class Bin:
    """Some of the instances.

    Attributes:
        name: which.
        instances: how many of them were measured.
        keypoints: how many of their keypoints were.
        figure: mean of the instances' figures; of keypoints where those are what is told apart.
    """

    name: str
    instances: int
    keypoints: int
    figure: float


@dataclass(frozen=True)
class Breakdown:
    """The instances by one property.

    Attributes:
        title: the property, with its unit.
        bins: in its order; empty ones are left out.
    """

    title: str
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class KeypointRow:
    """One keypoint, or a group of fine ones.

    Attributes:
        name: which.
        keypoints: how many were measured.
        figure: their mean figure, nan where none was measured.
        distance: their median distance from the truth, in the figures' unit.
    """

    name: str
    keypoints: int
    figure: float
    distance: float


def break_down(
    rows: AnnotationTable, truth: AnnotationTable, figures: KeypointFigures
) -> list[Breakdown]:
    """Every breakdown that tells something apart: at least two bins are not empty.

    Args:
        rows: the N instances that were predicted.
        truth: all rows of the split, for the neighbours.
        figures: of the predictions.
    """
    parts = [
        _by_size(rows, figures),
        _by_visibility(rows, figures),
        _by_hidden_share(rows, figures),
        *_by_crowding(rows, truth, figures),
        _by_labels(rows, figures),
        _by_name("Category", rows, "category", figures),
        _by_name("Hand", rows, "hand_type", figures),
    ]
    return [part for part in parts if len(part.bins) > 1]


def by_keypoint(
    figures: KeypointFigures, groups: Sequence[tuple[str, Sequence[int]]]
) -> list[KeypointRow]:
    """Figures of keypoints, or of groups of them: (name, indices) each."""
    rows = []
    for name, chosen in groups:
        value, distance = figures.value[:, chosen], figures.distance[:, chosen]
        measured = np.isfinite(value)
        count = int(measured.sum())
        mean, median = (
            (float(value[measured].mean()), float(np.median(distance[measured])))
            if count
            else (np.nan, np.nan)
        )
        rows.append(KeypointRow(name, count, mean, median))
    return rows


def _by_size(rows: AnnotationTable, figures: KeypointFigures) -> Breakdown:
    names = [f"under {SIZES[1]}", *(f"{a} to {b}" for a, b in pairwise(SIZES[1:-1]))]
    size = np.sqrt(rows.column("area"))
    bins = np.digitize(size, SIZES[1:-1])
    return _breakdown(
        "Size: root of the area, pixels", bins, [*names, f"{SIZES[-2]} or more"], figures
    )


def _by_visibility(rows: AnnotationTable, figures: KeypointFigures) -> Breakdown:
    """Keypoints, not instances: seen ones against hidden ones."""
    bins = []
    for name, value in (("visible", 2), ("hidden", 1)):
        chosen = (rows.visibility == value) & np.isfinite(figures.value)
        if chosen.any():
            mean = float(figures.value[chosen].mean())
            bins.append(Bin(name, int(chosen.any(axis=1).sum()), int(chosen.sum()), mean))
    return Breakdown("Keypoints: visible or hidden", tuple(bins))


def _by_hidden_share(rows: AnnotationTable, figures: KeypointFigures) -> Breakdown:
    labelled = (rows.visibility > 0).sum(axis=1)
    share = (rows.visibility == 1).sum(axis=1) / np.maximum(labelled, 1)
    bins = np.where(share > 0, 1 + np.digitize(share, HIDDEN_SHARES, right=True), 0)
    quarter, half = (f"{share:.0%}" for share in HIDDEN_SHARES)
    names = ["none", f"up to {quarter}", f"{quarter} to {half}", f"more than {half}"]
    return _breakdown("Occlusion: hidden keypoints of the instance", bins, names, figures)


def _by_crowding(
    rows: AnnotationTable, truth: AnnotationTable, figures: KeypointFigures
) -> list[Breakdown]:
    neighbours, overlap = crowding(rows, truth)
    numbers = [*map(str, range(MOST_NEIGHBOURS)), f"{MOST_NEIGHBOURS} or more"]
    steps = [f"{a} to {b}" for a, b in pairwise((0, *OVERLAPS))]
    parts = [
        _breakdown(
            "Crowding: boxes that overlap the instance's",
            np.minimum(neighbours, MOST_NEIGHBOURS),
            numbers,
            figures,
        ),
        _breakdown(
            "Crowding: largest overlap of boxes (IoU)",
            np.where(overlap > 0, 1 + np.digitize(overlap, OVERLAPS), 0),
            ["none", *steps, f"{OVERLAPS[-1]} or more"],
            figures,
        ),
    ]
    index = rows.column("crowd_index").astype(float)
    given = np.where(np.isfinite(index), np.digitize(index, CROWD_INDICES), -1)
    easy, hard = CROWD_INDICES
    names = [f"easy: under {easy}", f"medium: {easy} to {hard}", f"hard: {hard} or more"]
    return [*parts, _breakdown("Crowding: the picture's crowd index", given, names, figures)]


def _by_labels(rows: AnnotationTable, figures: KeypointFigures) -> Breakdown:
    labelled = (rows.visibility > 0).sum(axis=1)
    keypoints = rows.visibility.shape[1]
    starts = np.unique(np.linspace(1, keypoints + 1, LABEL_BINS + 1).round().astype(int))
    names = [f"{a}" if b - a == 1 else f"{a} to {b - 1}" for a, b in pairwise(starts)]
    bins = np.digitize(labelled, starts) - 1
    return _breakdown("Labelled keypoints of the instance", bins, names, figures)


def _by_name(title: str, rows: AnnotationTable, column: str, figures: KeypointFigures) -> Breakdown:
    values = rows.column(column)
    names = sorted({value for value in values if value is not None})
    places = {name: place for place, name in enumerate(names)}
    bins = np.array([places.get(value, -1) for value in values])
    return _breakdown(title, bins, names, figures)


def _breakdown(
    title: str, bins: np.ndarray, names: Sequence[str], figures: KeypointFigures
) -> Breakdown:
    """Means by bin [N]; instances with -1, or without a figure, are in none."""
    measured, of_instances = np.isfinite(figures.value), figures.of_instances
    found = []
    for place, name in enumerate(names):
        chosen = (bins == place) & measured.any(axis=1)
        if chosen.any():
            mean = float(of_instances[chosen].mean())
            found.append(Bin(name, int(chosen.sum()), int(measured[chosen].sum()), mean))
    return Breakdown(title, tuple(found))
