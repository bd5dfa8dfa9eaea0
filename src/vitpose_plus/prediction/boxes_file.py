"""Boxes that a person has in a file: COCO's detections, or a table in CSV."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.record_file import read_records
from vitpose_plus.prediction.boxes import Boxes
from vitpose_plus.prediction.meant_picture import PictureIndex
from vitpose_plus.prediction.pictures import Picture
from vitpose_plus.prediction.sources import Source

LAYOUT = "a list of {bbox [x, y, width, height], image_id or file_name, score, category_id}"
PLACE = ("x", "y", "width", "height")
TABLE = f"a table whose first line is file_name,{','.join(PLACE)} or the same with ,score"


@dataclass(frozen=True, slots=True)
class _Record:
    bbox: tuple[float, float, float, float]
    image_id: int | str | None = None
    file_name: str | None = None
    score: float | None = None
    category_id: int | None = None

    def fault(self) -> str | None:
        """What is wrong with it, and the mend."""
        if self.file_name is None and self.image_id is None:
            return "names no picture: give it a file_name, or an image_id"
        if not np.isfinite((*self.bbox, self.score or 0.0)).all():
            return f"box {list(self.bbox)} and score {self.score} should be finite: mend or drop it"
        if not min(self.bbox[2:]) > 0:
            return f"box {list(self.bbox)} has no area: its last two numbers are width and height"
        return None


class FileBoxes:
    """The boxes of a file, by picture.

    Attributes:
        detected: whether any of them has a score, as a detector's have.
        other_categories: records that were left out because they are of another category.
    """

    def __init__(self, boxes: dict[str, Boxes], *, detected: bool, other_categories: int) -> None:
        self._boxes = boxes
        self.detected = detected
        self.other_categories = other_categories

    def find(self, pictures: Sequence[Picture]) -> list[Boxes]:
        """The boxes of each picture; of one that the file does not name, none."""
        nothing = Boxes(np.zeros((0, 4)), np.zeros(0))
        return [self._boxes.get(picture.name, nothing) for picture in pictures]


def read_boxes(path: Path, pictures: Sequence[Source], category: int | None = None) -> FileBoxes:
    """Read boxes, each of one of these pictures.

    Args:
        path: JSON in the layout of COCO's detections, or CSV by its ending.
        pictures: what may be meant; see `PictureIndex`.
        category: the one to take, where records have one; None: all.

    Raises:
        PredictionError: the file or a record of it is broken, a box has no area, or no picture, or
            more than one, is meant. Names the file and the record.
    """
    index = PictureIndex(pictures)
    records = _table(path) if path.suffix.lower() == ".csv" else _detections(path)
    taken: dict[str, list[_Record]] = {}
    others = 0
    for where, record in records:
        if category is not None and record.category_id not in (None, category):
            others += 1
            continue
        try:
            if fault := record.fault():
                raise PredictionError(fault)
            name = index.named(record.file_name, record.image_id)
        except PredictionError as error:
            raise PredictionError(f"{where}: {error}") from error
        taken.setdefault(name, []).append(record)
    scored = any(record.score is not None for own in taken.values() for record in own)
    boxes = {name: _boxes(own) for name, own in taken.items()}
    return FileBoxes(boxes, detected=scored, other_categories=others)


def _boxes(records: Sequence[_Record]) -> Boxes:
    places = np.array([record.bbox for record in records], np.float64)
    scores = [1.0 if record.score is None else record.score for record in records]
    return Boxes(places, np.array(scores, np.float64))


def _detections(path: Path) -> Iterator[tuple[str, _Record]]:
    for number, record in enumerate(read_records(path, _Record, LAYOUT)):
        yield f"{path}, record {number}", record


def _table(path: Path) -> Iterator[tuple[str, _Record]]:
    """Lines are counted as an editor counts them, the first one is the columns'."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            if missing := {"file_name", *PLACE} - set(rows.fieldnames or ()):
                raise PredictionError(
                    f"{path}: has no column {', '.join(sorted(missing))}. This should be {TABLE}."
                )
            for row in rows:
                where = f"{path}, line {rows.line_num}"
                yield where, _record(row, where)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PredictionError(f"{path}: cannot be read as CSV: {error}") from error


def _record(row: dict[str, str], where: str) -> _Record:
    """A line of the table; an empty score is none."""
    score = row.get("score")
    try:
        x, y, width, height = (float(row[name]) for name in PLACE)
        sure = float(score) if score else None
    except (TypeError, ValueError) as error:
        cells = [row[name] for name in PLACE] + [score]
        raise PredictionError(f"{where}: {cells} should be numbers. This should be {TABLE}.") from (
            error
        )
    return _Record((x, y, width, height), file_name=row["file_name"] or None, score=sure)
