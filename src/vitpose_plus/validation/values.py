"""What a broken expectation found, in words, for the report."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.validation.points import at_origin, outside, outside_box


def _box(record: AnnotationTable, picture: PictureFact) -> str:
    return "bbox [{:g}, {:g}, {:g}, {:g}]".format(*record.bbox[0])


def _box_in_picture(record: AnnotationTable, picture: PictureFact) -> str:
    return f"{_box(record, picture)}, picture {_claimed(record)}"


def _area(record: AnnotationTable, picture: PictureFact) -> str:
    return f"area {record.column('area')[0]:g}"


def _area_and_box(record: AnnotationTable, picture: PictureFact) -> str:
    return f"{_area(record, picture)}, {_box(record, picture)}"


def _area_and_box_in_picture(record: AnnotationTable, picture: PictureFact) -> str:
    return f"{_area_and_box(record, picture)}, picture {_claimed(record)}"


def _outside(record: AnnotationTable, picture: PictureFact) -> str:
    index = _first(outside(record))
    flag = record.visibility[0, index]
    return f"{_keypoint(record, index)}, visibility {flag}, picture {_claimed(record)}"


def _outside_box(record: AnnotationTable, picture: PictureFact) -> str:
    flags = outside_box(record)
    labelled = int((record.visibility > 0).sum())
    return (
        f"{int(flags.sum())} of {labelled} outside {_box(record, picture)}, "
        f"such as {_keypoint(record, _first(flags))}"
    )


def _at_origin(record: AnnotationTable, picture: PictureFact) -> str:
    index = _first(at_origin(record))
    return f"{_keypoint(record, index)}, visibility {record.visibility[0, index]}"


def _at_one_point(record: AnnotationTable, picture: PictureFact) -> str:
    labelled = record.visibility > 0
    x, y = record.keypoints[0, _first(labelled)]
    return f"{int(labelled.sum())} keypoints at ({x:g}, {y:g})"


def _keypoint_count(record: AnnotationTable, picture: PictureFact) -> str:
    numbers = len(record.rows.column("keypoints")[0])
    return f"{numbers} coordinates, {record.visibility.shape[1]} visibilities"


def _not_finite(record: AnnotationTable, picture: PictureFact) -> str:
    return _keypoint(record, _first(~np.isfinite(record.keypoints).all(axis=-1)))


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


def _head_size(record: AnnotationTable, picture: PictureFact) -> str:
    return f"head size {record.column('head_size')[0]}"


def _hand_type(record: AnnotationTable, picture: PictureFact) -> str:
    return f"hand type {record.column('hand_type')[0]!r}"


def _claimed(record: AnnotationTable) -> str:
    return f"{record.column('width')[0]} x {record.column('height')[0]}"


def _keypoint(record: AnnotationTable, index: int) -> str:
    x, y = record.keypoints[0, index]
    return f"keypoint {index} at ({x:g}, {y:g})"


def _first(flags: np.ndarray) -> int:
    return int(np.flatnonzero(flags[0])[0])


OF_RECORD: dict[str, Callable[[AnnotationTable, PictureFact], str]] = {
    "picture_missing": _picture,
    "picture_unreadable": _picture,
    "picture_size_differs": _size,
    "box_not_finite": _box,
    "box_absurd": _box_in_picture,
    "box_without_area": _box,
    "box_outside_picture": _box_in_picture,
    "box_tiny": _box,
    "box_elongated": _box,
    "area_not_positive": _area,
    "ignored_box_without_area": _area_and_box_in_picture,
    "area_beyond_box": _area_and_box,
    "keypoint_count_differs": _keypoint_count,
    "keypoint_not_finite": _not_finite,
    "keypoint_outside_picture": _outside,
    "keypoints_outside_box": _outside_box,
    "keypoint_at_origin": _at_origin,
    "keypoints_at_one_point": _at_one_point,
    "visibility_unknown": _visibility,
    "person_twice": _ids,
    "duplicate_instance": _ids,
    "image_id_missing": _ids,
    "instance_id_missing": _ids,
    "foreign_split": _split,
    "category_missing": _ids,
    "head_size_missing": _head_size,
    "hand_type_unknown": _hand_type,
    "video_missing": _ids,
}
"""A reason to the words for it; they take the record, as a table of one row, and its picture."""


def _never(keypoint: pd.Series) -> str:
    return "labelled in no record"


def _swapped(keypoint: pd.Series) -> str:
    return (
        f"left of its right twin in {keypoint['share_swapped']:.0%} of {keypoint['facing']:,} "
        "records that face the camera"
    )


OF_KEYPOINT: dict[str, Callable[[pd.Series], str]] = {
    "keypoint_never_labelled": _never,
    "left_and_right_swapped": _swapped,
}
"""Reasons of a keypoint in the whole split; they take its row of `Facts.keypoints`."""

OF_TABLE: dict[str, str] = {
    "empty_table": "{observed:,.0f} records",
    "too_many_categories": "{observed:,.0f} categories, {most:,.0f} published",
    "images_not_as_published": "{observed:,.0f} pictures in the files, {most:,.0f} published",
    "instances_not_as_published": "{observed:,.0f} records in the files, {most:,.0f} published",
    "labelled_not_as_published": "{observed:,.0f} labelled records, {most:,.0f} published",
}
"""Reasons of a whole split, with places for what was observed and what is the most expected."""
