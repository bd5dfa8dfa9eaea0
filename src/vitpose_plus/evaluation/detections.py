"""Detected boxes, in the layout of COCO's published person detections."""

from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.record_file import read_records

PERSON = 1
LAYOUT = "a list of {bbox [x, y, width, height], category_id, image_id, score}"


@dataclass(frozen=True, slots=True)
class _Record:
    """What is read of a record."""

    bbox: tuple[float, float, float, float]
    category_id: int
    image_id: int | str
    score: float

    def fault(self, pictures: Container[str] | None) -> str | None:
        """What is wrong with it, and the mend."""
        if not np.isfinite((*self.bbox, self.score)).all():
            return (
                f"box {list(self.bbox)} and score {self.score:g} should be finite: mend or drop it"
            )
        if not min(self.bbox[2:]) > 0:
            return (
                f"box {list(self.bbox)} has no area: drop the record, or mend its width and height"
            )
        if pictures is not None and str(self.image_id) not in pictures:
            return (
                f"picture {self.image_id} is not among the split's: are the detections of another "
                "split? If nobody is annotated in it, name the split's whole list of pictures"
            )
        return None


@dataclass(frozen=True, eq=False)
class Detections:
    """Boxes that a detector found in a split's pictures.

    Attributes:
        image_id: [M] the table's ids, text.
        boxes: [M, 4] x, y, width, height in pixels, float64.
        scores: [M] the detector's confidence, float64.
        other_categories: how many records were left out because they are of another category.
        unsure: how many were left out because their score is too low.
    """

    image_id: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray
    other_categories: int = 0
    unsure: int = 0

    def __len__(self) -> int:
        return len(self.boxes)


def read_detections(
    path: Path,
    pictures: Container[str] | None = None,
    *,
    category: int | None = PERSON,
    min_score: float = 0.0,
) -> Detections:
    """Read detections, in the file's order.

    Args:
        path: the file.
        pictures: the split's picture ids; None: any are taken.
        category: the category to read; None: all, as where they are species.
        min_score: the least score to take; official: 0.

    Raises:
        PredictionError: the file or one of its records is broken, a box has no area, or a picture
            is not among the split's. Names the file and the record, counted from 0.
    """
    records = read_records(path, _Record, LAYOUT)
    chosen = {
        i: record for i, record in enumerate(records) if category in (None, record.category_id)
    }
    first: dict[_Record, int] = {}
    for index, record in chosen.items():
        if fault := record.fault(pictures):
            raise PredictionError(f"{path}, record {index}: {fault}")
        if (earlier := first.setdefault(record, index)) != index:
            raise PredictionError(
                f"{path}, record {index}: repeats record {earlier}. Was a file joined with itself? "
                "Keep one of the two"
            )
    taken = [record for record in chosen.values() if record.score >= min_score]
    return Detections(
        np.array([str(record.image_id) for record in taken], object),
        np.array([record.bbox for record in taken], np.float64).reshape(-1, 4),
        np.array([record.score for record in taken], np.float64),
        other_categories=len(records) - len(chosen),
        unsure=len(chosen) - len(taken),
    )
