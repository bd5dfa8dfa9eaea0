"""Stripes, spots and patches, laid on the surface of a trunk or a neck."""

from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.sample.paint import Colour, Shape
from vitpose_plus.datasets.sample.space import View

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: along the tube 0..1, angle from its top, sizes along and around in radii."""

    along: float
    angle: float
    length: float
    width: float


class Tube:
    """A tapered tube in the figure's axes, addressed by position along it and angle from its top.

    Args:
        start, end: [3] the axis. first, last: radii there.
        root: [3, 3] rows of the figure's turn: its first column points left.
    """

    def __init__(self, start: np.ndarray, end: np.ndarray, first: float, last: float, root: object):
        turn = np.asarray(root, dtype=float)
        self.start, self.axis = start, end - start
        self.first, self.last = first, last
        forward = self.axis / (np.linalg.norm(self.axis) + 1e-9)
        left = turn[:, 0] - (turn[:, 0] @ forward) * forward
        self.left = left / (np.linalg.norm(left) + 1e-9)
        self.top = np.cross(forward, self.left)

    def on(self, along: float, angle: float) -> np.ndarray:
        """[3] on the surface; the angle grows from the top to the left."""
        radius = self.first + (self.last - self.first) * along
        return self.start + along * self.axis + radius * self.normal(angle)

    def normal(self, angle: float) -> np.ndarray:
        """[3] outwards."""
        return np.sin(angle) * self.left + np.cos(angle) * self.top


def draw_marks(rng: Rng, pattern: str) -> tuple[Mark, ...]:
    """Marks of one individual."""
    if pattern == "stripes":
        places = np.linspace(0.04, 0.96, 9) + rng.uniform(-0.03, 0.03, 9)
        return tuple(
            Mark(float(p), rng.uniform(1.3, 2.1), 0, rng.uniform(0.16, 0.3)) for p in places
        )
    if pattern == "spots":
        return tuple(
            Mark(rng.uniform(0, 1), rng.uniform(-2.2, 2.2), u, u)
            for u in rng.uniform(0.12, 0.24, 34)
        )
    count = 12 if pattern == "patches" else 0
    return tuple(
        Mark(
            rng.uniform(0, 1), rng.uniform(-1.9, 1.9), rng.uniform(0.3, 0.6), rng.uniform(0.3, 0.6)
        )
        for _ in range(count)
    )


def coat_marks(
    tube: Tube, marks: tuple[Mark, ...], colour: Colour, pattern: str, view: View
) -> list[Shape]:
    """The marks that the camera sees on a tube."""
    camera = view.rotation[2]
    if pattern == "stripes":
        side = 1.0 if tube.left @ camera > 0 else -1.0
        return [_stripe(tube, mark, side, colour, view) for mark in marks]
    return [
        _spot(tube, mark, colour, view) for mark in marks if tube.normal(mark.angle) @ camera > 0.35
    ]


def _stripe(tube: Tube, mark: Mark, side: float, colour: Colour, view: View) -> Shape:
    angles = np.linspace(0.0, side * mark.angle, 6)
    radius = max(tube.first, tube.last)
    half = float(0.5 * mark.width * radius / (np.linalg.norm(tube.axis) + 1e-9))
    there = [tube.on(mark.along - half * (1 - i / 6), float(a)) for i, a in enumerate(angles)]
    back = [tube.on(mark.along + half * (1 - i / 6), float(a)) for i, a in enumerate(angles)]
    return Shape(view.project(np.array(there + back[::-1]))[0], colour)


def _spot(tube: Tube, mark: Mark, colour: Colour, view: View) -> Shape:
    turn = np.linspace(0, 2 * np.pi, 7, endpoint=False)
    radius = max(tube.first, tube.last)
    long = mark.length * radius / (np.linalg.norm(tube.axis) + 1e-9)
    rim = [
        tube.on(mark.along + 0.7 * long * np.cos(a), mark.angle + 0.7 * mark.width * np.sin(a))
        for a in turn
    ]
    return Shape(view.project(np.array(rim))[0], colour)
