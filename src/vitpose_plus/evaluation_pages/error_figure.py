"""A skeleton whose dots show how well each keypoint is found."""

import colorsys
from dataclasses import replace

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.evaluation.keypoint_figures import KeypointFigures
from vitpose_plus.geometry.typical_pose import typical_pose
from vitpose_plus.inference.drawing import fine_keypoints
from vitpose_plus.inference.skeleton_figure import SkeletonFigure, skeleton_figure
from vitpose_plus.skeletons import Skeleton

WORST_HUE, BEST_HUE = 12.0, 172.0
"""Degrees: red to teal."""
LIMB = "var(--none)"
SMALLEST, LARGEST = 4.0, 11.0
FINE = 0.35
"""How much smaller the dots of fingers and face are."""


def error_figure(
    rows: AnnotationTable, skeleton: Skeleton, figures: KeypointFigures
) -> SkeletonFigure | None:
    """The split's typical pose, each keypoint with its mean figure; the worse the larger.

    Returns:
        None where no instance has two labelled keypoints, so none has a shape.
    """
    if (rows.visibility > 0).sum(axis=1).max(initial=0) < 2:
        return None
    pose = typical_pose(rows.keypoints, rows.visibility, np.random.default_rng(0))
    drawn = skeleton_figure(pose, skeleton)
    means = mean_by_keypoint(figures)
    by_name = dict(zip(skeleton.keypoints, means, strict=True))
    shown = {name.replace("_", " "): value for name, value in by_name.items()}
    fine = dict(zip(skeleton.keypoints, fine_keypoints(skeleton), strict=True))
    return replace(
        drawn,
        strokes=tuple(replace(stroke, colour=LIMB) for stroke in drawn.strokes),
        dots=tuple(
            replace(
                dot,
                colour=figure_colour(by_name[dot.name]),
                radius=_radius(by_name[dot.name]) * (FINE if fine[dot.name] else 1),
                name=f"{dot.name.replace('_', ' ')}: {_text(by_name[dot.name])}",
            )
            for dot in drawn.dots
        ),
        labels=tuple(
            replace(label, name=f"{label.name} {_text(shown[label.name])}")
            for label in drawn.labels
        ),
    )


def mean_by_keypoint(figures: KeypointFigures) -> np.ndarray:
    """[K] mean figures; nan where a keypoint is never measured."""
    measured = np.isfinite(figures.value)
    total = np.where(measured, figures.value, 0.0).sum(axis=0)
    count = measured.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def figure_colour(value: float) -> str:
    """From red (0) over amber to teal (1); grey: not measured."""
    if not np.isfinite(value):
        return "#9a9a9a"
    # Squared: most figures are high, and should still differ in colour.
    hue = WORST_HUE + (BEST_HUE - WORST_HUE) * float(np.clip(value, 0, 1)) ** 2
    red, green, blue = colorsys.hls_to_rgb(hue / 360, 0.46, 0.62)
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"


def _radius(value: float) -> float:
    worse = 1 - float(np.clip(np.nan_to_num(value, nan=1.0), 0, 1))
    return SMALLEST + (LARGEST - SMALLEST) * worse


def _text(value: float) -> str:
    return f"{value:.2f}" if np.isfinite(value) else "n/a"
