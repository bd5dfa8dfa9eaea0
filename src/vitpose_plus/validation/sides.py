"""Whether left is left: how twins lie to each other in people who face the camera."""

from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.skeletons import Skeleton

EYES = ("left_eye", "right_eye")
VISIBLE = 2
ENOUGH = 30
"""Facing instances below which nothing is said of a pair of twins."""


def tells_sides(skeleton: Skeleton) -> bool:
    """Whether the skeleton shows who faces the camera: it has eyes."""
    return set(EYES) <= set(skeleton.keypoints)


@dataclass(frozen=True)
class Sides:
    """Counts over the instances of which both eyes are visible: they face the camera.

    A facing person's left lies on the right of the picture. Which eye is which is never asked,
    so that a skeleton whose sides are all swapped shows too.

    Attributes:
        eyes: indices of the eyes; empty where the skeleton has none.
        twins: [P, 2] indices of left and right keypoints.
        seen: [K] facing instances with both twins labelled, at the left one's index.
        swapped: [K] those whose left twin lies left of the right one.
    """

    eyes: tuple[int, ...]
    twins: np.ndarray
    seen: np.ndarray
    swapped: np.ndarray

    @classmethod
    def of(cls, skeleton: Skeleton) -> "Sides":
        """Nothing counted yet."""
        # Numbered points of a face are twins too, but no name says which of them is the left one.
        named = [pair for pair in skeleton.twins if pair[0].lower().startswith("l")]
        pairs = [(skeleton.index(left), skeleton.index(right)) for left, right in named]
        return cls(
            eyes=tuple(map(skeleton.index, EYES)) if tells_sides(skeleton) else (),
            twins=np.array(pairs, int).reshape(-1, 2),
            seen=np.zeros(len(skeleton), np.int64),
            swapped=np.zeros(len(skeleton), np.int64),
        )

    def add(self, table: AnnotationTable) -> None:
        """Count these rows in."""
        if not self.eyes:
            return
        faces = (table.visibility[:, list(self.eyes)] == VISIBLE).all(axis=1) & table.trainable
        x, labelled = table.keypoints[faces, :, 0], table.visibility[faces] > 0
        left, right = self.twins.T
        both = labelled[:, left] & labelled[:, right]
        self.seen[left] += both.sum(axis=0)
        self.swapped[left] += (both & (x[:, left] < x[:, right])).sum(axis=0)

    def shares(self) -> np.ndarray:
        """[K] share of swapped ones at the left twins; nan where too few were seen."""
        return np.where(self.seen >= ENOUGH, self.swapped / np.maximum(self.seen, 1), np.nan)
