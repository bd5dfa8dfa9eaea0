"""What a broken expectation found, in words, for the report.

Each function takes the record, as a table of one row, and its picture.
"""

from collections.abc import Callable

import numpy as np

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.validation.facts import outside


def _box(record: AnnotationTable, picture: PictureFact) -> str:
    return "bbox [{:g}, {:g}, {:g}, {:g}]".format(*record.bbox[0])


def _area(record: AnnotationTable, picture: PictureFact) -> str:
    return f"area {record.column('area')[0]:g}"


def _outside(record: AnnotationTable, picture: PictureFact) -> str:
    index = int(np.flatnonzero(outside(record)[0])[0])
    (x, y), flag = record.keypoints[0, index], record.visibility[0, index]
    return f"keypoint {index} at ({x:g}, {y:g}), visibility {flag}, picture {_claimed(record)}"


def _not_finite(record: AnnotationTable, picture: PictureFact) -> str:
    index = int(np.flatnonzero(~np.isfinite(record.keypoints[0]).all(axis=-1))[0])
    x, y = record.keypoints[0, index]
    return f"keypoint {index} at ({x:g}, {y:g})"


def _visibility(record: AnnotationTable, picture: PictureFact) -> str:
    return f"visibility {record.visibility.max()}; the table knows 0, 1 and 2"


def _ids(record: AnnotationTable, picture: PictureFact) -> str:
    return f"image {record.column('image_id')[0]!r}, instance {record.column('instance_id')[0]!r}"


def _picture(record: AnnotationTable, picture: PictureFact) -> str:
    return picture.message


def _size(record: AnnotationTable, picture: PictureFact) -> str:
    name = record.column("file_name")[0]
    return f"picture {name} is {picture.width} x {picture.height}, not {_claimed(record)}"


def _split(record: AnnotationTable, picture: PictureFact) -> str:
    return f"split {record.column('split')[0]!r}"


def _claimed(record: AnnotationTable) -> str:
    return f"{record.column('width')[0]} x {record.column('height')[0]}"


DESCRIBE: dict[str, Callable[[AnnotationTable, PictureFact], str]] = {
    "picture_missing": _picture,
    "picture_unreadable": _picture,
    "picture_size_differs": _size,
    "box_not_finite": _box,
    "box_without_area": _box,
    "area_not_positive": _area,
    "keypoint_not_finite": _not_finite,
    "keypoint_outside_picture": _outside,
    "visibility_unknown": _visibility,
    "duplicate_instance": _ids,
    "image_id_missing": _ids,
    "instance_id_missing": _ids,
    "foreign_split": _split,
}
"""A reason of the suite to the words for it."""
