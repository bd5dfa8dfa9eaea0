"""A figure ready to be painted: parts, and keypoints that know which parts show them."""

from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.sample.paint import Part


@dataclass(slots=True)
class Points:
    """Keypoints of a figure.

    Attributes:
        names: N names.
        xy: [N, 2] pixels.
        homes: N sets of part names: the point shows where one of these owns the pixel.
        facing: [N] flags: the surface at the point is turned towards the camera.
    """

    names: tuple[str, ...]
    xy: np.ndarray
    homes: list[frozenset[str]]
    facing: np.ndarray


@dataclass(slots=True)
class Figure:
    """A person or an animal, projected into the picture.

    Attributes:
        kind: "person", or a species.
        parts: in painting order, far to near.
        points: its keypoints.
        unit: pixels a unit, the standing height of a person.
        distance: the larger, the farther away; figures are painted in falling distance.
    """

    kind: str
    parts: list[Part]
    points: Points
    unit: float
    distance: float = 0.0

    def __post_init__(self) -> None:
        """Bring the parts into painting order."""
        self.parts.sort(key=lambda part: -part.depth)

    def extent(self) -> np.ndarray:
        """[4] x0, y0, x1, y1 of all outlines in pixels."""
        every = np.concatenate([s.points for part in self.parts for s in part.outline])
        return np.concatenate([every.min(axis=0), every.max(axis=0)])
