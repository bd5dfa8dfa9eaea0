"""COCO-WholeBody v1.0: COCO's 17 points with feet, face and hands beside them, or all in one.

Layout: jin-s13/COCO-WholeBody, data format. Order: body 17, feet 6, face 68, hands 21 + 21.
"""

from typing import NamedTuple

import numpy as np

from vitpose_plus.datasets.readers.coco import Points, read_annotations
from vitpose_plus.datasets.readers.coco_file import check_categories, open_coco
from vitpose_plus.datasets.readers.triples import (
    split_triples,
    visibility_codes,
    without_unlabelled,
)
from vitpose_plus.datasets.readers.values import flag, need, need_list
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.datasets.table import Reading
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.skeletons import Skeleton


class _Part(NamedTuple):
    """One group of keypoints: its key, size, validity flag, and whether v is COCO's code."""

    key: str
    size: int
    valid: str | None
    coded: bool


PARTS = (
    _Part("keypoints", 17, None, coded=True),
    _Part("foot_kpts", 6, "foot_valid", coded=True),
    _Part("face_kpts", 68, "face_valid", coded=False),
    _Part("lefthand_kpts", 21, "lefthand_valid", coded=False),
    _Part("righthand_kpts", 21, "righthand_valid", coded=False),
)
COUNT = sum(part.size for part in PARTS)


def read_coco_wholebody(split: SplitSource, skeleton: Skeleton) -> Reading:
    """Read a COCO-WholeBody split. Face and hands carry a score: above zero means labelled.

    Raises:
        AnnotationError: the file breaks its layout.
        ConfigurationError: the skeleton has not the layout's 133 keypoints.
    """
    if len(skeleton) != COUNT:
        raise ConfigurationError(
            f"layout coco_wholebody has {COUNT} keypoints, skeleton {skeleton.name!r} "
            f"{len(skeleton)}. Set skeleton: coco_wholebody."
        )
    file = open_coco(split.annotations)
    notes = check_categories(file, skeleton, counts=(PARTS[0].size, COUNT))
    reading = read_annotations(file, _points)
    reading.notes = [*notes, *reading.notes]
    return reading


def _points(record: dict, where: str) -> Points:
    merged = len(need_list(record, "keypoints", where)) == 3 * COUNT
    groups = _cut(record["keypoints"]) if merged else [need(record, p.key, where) for p in PARTS]
    points, visibility = zip(
        *(
            _part_points(part, group, _is_valid(part, record, where), where)
            for part, group in zip(PARTS, groups, strict=True)
        ),
        strict=True,
    )
    return np.concatenate(points), np.concatenate(visibility)


def _cut(values: list) -> list[list]:
    ends = np.cumsum([3 * part.size for part in PARTS])
    return [values[end - 3 * part.size : end] for part, end in zip(PARTS, ends, strict=True)]


def _is_valid(part: _Part, record: dict, where: str) -> bool:
    return part.valid is None or flag(record.get(part.valid, True), part.valid, where)


def _part_points(part: _Part, values: list, valid: bool, where: str) -> Points:
    points, flags = split_triples(values, part.size, where, part.key)
    if part.coded:
        visibility = visibility_codes(flags, where)
    else:
        visibility = np.where(flags > 0, 2, 0).astype(np.uint8)
    if not valid:
        visibility = np.zeros_like(visibility)
    return without_unlabelled(points, visibility), visibility
