"""A skeleton with its keypoints' names, as lines and texts to draw."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitpose_plus.inference.drawing import fine_keypoints, keypoint_colours, limb_colours
from vitpose_plus.skeletons import Skeleton

WIDTH = 460
POSE = (200, 320)  # Width and height at most.
LINE = 16
EDGE = 112
"""How far from the figure's side the names end."""


@dataclass(frozen=True)
class Stroke:
    """A limb: its ends in pixels and its colour."""

    start: tuple[float, float]
    end: tuple[float, float]
    colour: str
    width: float


@dataclass(frozen=True)
class Dot:
    """A keypoint: its place in pixels, its colour and its name."""

    place: tuple[float, float]
    colour: str
    name: str
    radius: float


@dataclass(frozen=True)
class Label:
    """A name beside the figure, and the keypoint that a thin line ties it to."""

    name: str
    side: str
    place: tuple[float, float]
    keypoint: tuple[float, float]


@dataclass(frozen=True)
class SkeletonFigure:
    """A drawing of `WIDTH` x `height` pixels.

    Attributes:
        height: in pixels.
        strokes: limbs.
        dots: keypoints.
        labels: names; fingers and face points have none.
        missing: keypoints that no instance has labelled.
    """

    height: float
    strokes: tuple[Stroke, ...]
    dots: tuple[Dot, ...]
    labels: tuple[Label, ...]
    missing: tuple[str, ...]


def skeleton_figure(pose: np.ndarray, skeleton: Skeleton) -> SkeletonFigure:
    """Lay out a pose with its names in two columns beside it.

    Args:
        pose: [K, 2] of any scale; nan: not known.
        skeleton: names and limbs.
    """
    known = np.isfinite(pose).all(axis=1)
    fine = np.array(fine_keypoints(skeleton))
    named = np.flatnonzero(known & ~fine)
    left, right = _columns(pose, named)
    points, height = _fit(pose, LINE * max(len(left), len(right)))
    labels = [
        Label(skeleton.keypoints[k].replace("_", " "), side, (x, y), _pair(points[k]))
        for side, x, column in (("left", EDGE, left), ("right", WIDTH - EDGE, right))
        for k, y in zip(column, _spread(points[column, 1], height), strict=True)
    ]
    return SkeletonFigure(
        height,
        _strokes(points, known, skeleton, fine),
        tuple(
            Dot(_pair(points[k]), _hex(colour), skeleton.keypoints[k], 2.0 if fine[k] else 5.0)
            for k, colour in enumerate(keypoint_colours(skeleton))
            if known[k]
        ),
        tuple(labels),
        tuple(name for k, name in enumerate(skeleton.keypoints) if not known[k]),
    )


def _strokes(
    points: np.ndarray, known: np.ndarray, skeleton: Skeleton, fine: np.ndarray
) -> tuple[Stroke, ...]:
    limbs = zip(skeleton.limb_index(), limb_colours(skeleton), strict=True)
    return tuple(
        Stroke(_pair(points[a]), _pair(points[b]), _hex(c), 1.5 if fine[a] or fine[b] else 4.5)
        for (a, b), c in limbs
        if known[a] and known[b]
    )


def _columns(pose: np.ndarray, named: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The named keypoints' indices, half on either side, each from top to bottom."""
    across = named[np.argsort(pose[named, 0], kind="stable")]
    halves = across[: len(across) // 2], across[len(across) // 2 :]
    left, right = (half[np.argsort(pose[half, 1], kind="stable")] for half in halves)
    return left, right


def _fit(pose: np.ndarray, text_height: float) -> tuple[np.ndarray, float]:
    """The pose in the middle of the drawing [K, 2], and the drawing's height."""
    low, high = np.nanmin(pose, axis=0), np.nanmax(pose, axis=0)
    scale = float((np.array(POSE) / np.maximum(high - low, 1e-6)).min())
    height = max(float((high - low)[1] * scale), text_height) + 2 * LINE
    return (pose - (low + high) / 2) * scale + (WIDTH / 2, height / 2), height


def _spread(wanted: np.ndarray, height: float) -> list[float]:
    """Places from top to bottom, near the wanted ones, a line apart and inside the drawing."""
    places = np.array(wanted, dtype=float)
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + LINE)
    lowest = height - LINE / 2
    for i in reversed(range(len(places))):
        places[i] = min(places[i], lowest)
        lowest = places[i] - LINE
    return [float(place) for place in places]


def _pair(point: Sequence[float] | np.ndarray) -> tuple[float, float]:
    return float(point[0]), float(point[1])


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
