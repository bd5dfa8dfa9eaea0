"""Curves to draw: precision over recall, and the share of keypoints that are near enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vitpose_plus.evaluation.average_precision import RECALLS, THRESHOLDS, AveragePrecision
from vitpose_plus.evaluation.hand import AUC_PIXELS
from vitpose_plus.evaluation.keypoint_figures import KeypointFigures

TICKS = tuple((value, f"{value:g}") for value in (0, 0.25, 0.5, 0.75, 1))
HIGHLIGHTED = (0.5, 0.75, 0.95)
STEPS = 60
BEYOND = 2
"""Times the threshold that the distance's axis ends at."""


@dataclass(frozen=True)
class Curve:
    """A line.

    Attributes:
        name: in the key; empty: it is drawn thinly and has none.
        figure: what the key says of it.
        points: (x, y) each in 0..1 of the axes.
        colour: which of the page's five colours.
        dashed: tells a second model's from the first one's.
    """

    name: str
    figure: str
    points: tuple[tuple[float, float], ...]
    colour: int
    dashed: bool = False


@dataclass(frozen=True)
class Plot:
    """A chart of curves.

    Attributes:
        title: what is drawn.
        reading: how to read it: what is good, units, how many.
        x, y: the axes' names.
        x_ticks: (place in 0..1, text); the y axis shows shares.
        curves: in the order to draw them.
        mark: where on the x axis a dashed line stands.
    """

    title: str
    reading: str
    x: str
    y: str
    x_ticks: tuple[tuple[float, str], ...]
    curves: tuple[Curve, ...]
    mark: float | None = None


def precision_recall_plot(models: Mapping[str, AveragePrecision], reading: str) -> Plot:
    """Precision over recall at OKS thresholds; of one model at all ten, of two at three.

    Args:
        models: curves by the model's name; solid lines for the first, dashed for the second.
        reading: is told below the title.
    """
    curves: list[Curve] = []
    if len(models) == 1:
        (only,) = models.values()
        curves += [
            Curve("", "", _points(only, row), colour=0)
            for row, threshold in enumerate(THRESHOLDS)
            if not np.isclose(threshold, HIGHLIGHTED).any()
        ]
    for place, (name, model) in enumerate(models.items()):
        for colour, threshold in enumerate(HIGHLIGHTED):
            row = int(np.flatnonzero(np.isclose(THRESHOLDS, threshold))[0])
            figure = f"AP {model.precision[row, :, 0].mean():.3f}"
            label = f"OKS {threshold:g}" if len(models) == 1 else f"{name}, OKS {threshold:g}"
            curves.append(Curve(label, figure, _points(model, row), colour, place > 0))
    return Plot("Precision and recall", reading, "recall", "precision", TICKS, tuple(curves))


def nearness_plot(models: Mapping[str, KeypointFigures], reading: str) -> Plot:
    """The share of keypoints nearer to the truth than a distance.

    Args:
        models: figures by the model's name.
        reading: is told below the title.
    """
    figures = next(iter(models.values()))
    enough = figures.enough
    farthest = AUC_PIXELS if enough is None else BEYOND * enough
    distances = np.linspace(0, farthest, STEPS + 1)
    curves = []
    for place, (name, model) in enumerate(models.items()):
        shares = _shares_within(model.distance, distances)
        points = tuple(zip((distances / farthest).tolist(), shares, strict=True))
        figure = shares[STEPS // BEYOND] if enough else float(np.nanmean(model.value))
        label = ", ".join(part for part in (name, figures.name) if part)
        curves.append(Curve(label, f"{figure:.3f}", points, place, place > 0))
    return Plot(
        "Keypoints near enough",
        reading,
        f"distance from the truth, {figures.unit}",
        "share of keypoints",
        tuple((place, f"{place * farthest:g}") for place, _ in TICKS),
        tuple(curves),
        mark=enough / farthest if enough else None,
    )


def _points(curves: AveragePrecision, row: int) -> tuple[tuple[float, float], ...]:
    """The curve at one threshold, up to where it falls to nothing."""
    precision = np.nan_to_num(curves.precision[row, :, 0])
    reached = min(int((precision > 0).sum()) + 1, len(RECALLS))
    return tuple(zip(RECALLS[:reached].tolist(), precision[:reached].tolist(), strict=True))


def _shares_within(distance: np.ndarray, limits: Sequence[float] | np.ndarray) -> list[float]:
    measured = np.sort(distance[np.isfinite(distance)])
    near = np.searchsorted(measured, limits, side="left")  # Strictly nearer.
    return (near / max(len(measured), 1)).tolist()
