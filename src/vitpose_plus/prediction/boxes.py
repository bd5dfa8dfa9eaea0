"""Where the boxes of a picture come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vitpose_plus.inference.estimate import whole_picture
from vitpose_plus.prediction.pictures import Picture


@dataclass(frozen=True, eq=False)
class Boxes:
    """A picture's boxes.

    Attributes:
        boxes: [N, 4] x, y, width, height in pixels, float64.
        scores: [N] how sure they are, 1 where nobody doubts.
    """

    boxes: np.ndarray
    scores: np.ndarray

    def __len__(self) -> int:
        return len(self.boxes)


class BoxFinder(Protocol):
    """Something that has boxes for pictures."""

    @property
    def detected(self) -> bool:
        """Whether they are a detector's, which may box one person twice."""

    def find(self, pictures: Sequence[Picture]) -> list[Boxes]:
        """The boxes of each picture."""


class WholePictures:
    """Each picture is one box: right where one person, animal or hand fills it."""

    detected = False

    def find(self, pictures: Sequence[Picture]) -> list[Boxes]:
        """One box a picture."""
        return [Boxes(whole_picture(picture.pixels), np.ones(1)) for picture in pictures]
