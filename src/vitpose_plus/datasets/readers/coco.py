"""COCO-style files: COCO itself, conversions of OCHuman and CrowdPose, and a user's own set.

Layout: cocodataset.org, data format, keypoint detection.
"""

from collections.abc import Callable, Sequence

import numpy as np

from vitpose_plus.datasets.readers.coco_file import (
    CocoFile,
    check_categories,
    open_coco,
    where_annotation,
)
from vitpose_plus.datasets.readers.triples import (
    split_triples,
    visibility_codes,
    without_unlabelled,
)
from vitpose_plus.datasets.readers.values import Place, flag, need, numbers, pixels
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.datasets.table import Instance, Reading
from vitpose_plus.skeletons import Skeleton

AREA_OF_BOX = 0.53
"""A person's share of its box, where a file has no area (mmpose, `CocoMetric(use_area=False)`)."""

Amend = Callable[[Instance, dict, dict], None]
"""Gives a row what only one layout has, from its annotation's and its picture's records."""

Points = tuple[np.ndarray, np.ndarray]
"""Keypoints [K, 2] and visibility [K]."""


def read_coco(split: SplitSource, skeleton: Skeleton) -> Reading:
    """Read a COCO-style split.

    Raises:
        AnnotationError: the file breaks its layout or does not fit the skeleton.
    """
    file = open_coco(split.annotations)
    notes = check_categories(file, skeleton, counts=(len(skeleton),))

    def points(record: dict, where: str) -> Points:
        return coco_points(record, len(skeleton), where)

    reading = read_annotations(file, points)
    reading.notes = [*notes, *reading.notes]
    return reading


def read_annotations(
    file: CocoFile,
    points: Callable[[dict, str], Points],
    *,
    chosen: Sequence[int] | None = None,
    amend: Amend | None = None,
) -> Reading:
    """Rows of an open COCO-style file.

    Args:
        file: the open file.
        points: (record, file and record) -> its keypoints and visibility.
        chosen: indices of the annotations to read, None: all.
        amend: fills in what only this layout has.
    """
    reading = Reading()
    without_area = 0
    used: set[str] = set()
    records = file.annotations if chosen is None else file.annotations.select(chosen)
    for index, record in enumerate(records):
        where = where_annotation(file.path, record, index if chosen is None else chosen[index])
        with Place(where):
            need(record, "id", where)
            without_area += record.get("area") is None
            image = file.image_of(record, where)
            instance = _instance(file, record, image, points(record, where), where)
            if amend is not None:
                amend(instance, record, image)
        used.add(instance.image_id)
        reading.instances.append(instance)
    if unused := len(file.images) - len(used):
        reading.notes.append(f"{file.path.name}: {unused} pictures without a row are not looked at")
    if without_area:
        reading.notes.append(
            f"{file.path.name}: {without_area} of {len(records)} annotations have no "
            f"area; {AREA_OF_BOX} x box width x height stands in"
        )
    return reading


def coco_points(record: dict, count: int, where: str) -> Points:
    """The record's `keypoints` as `count` points and visibility codes."""
    points, flags = split_triples(need(record, "keypoints", where), count, where)
    visibility = visibility_codes(flags, where)
    return without_unlabelled(points, visibility), visibility


def _instance(file: CocoFile, record: dict, image: dict, points: Points, where: str) -> Instance:
    image_where = f"{file.path.name}, image {image['id']}"
    x, y, width, height = numbers(need(record, "bbox", where), 4, "bbox", where)
    area = record.get("area")
    return Instance(
        image_id=str(image["id"]),
        instance_id=str(record["id"]),
        file_name=str(need(image, "file_name", image_where)).replace("\\", "/"),
        bbox=(x, y, width, height),
        keypoints=points[0],
        visibility=points[1],
        source=where,
        area=AREA_OF_BOX * width * height if area is None else numbers([area], 1, "area", where)[0],
        width=_pixels(image, "width", image_where),
        height=_pixels(image, "height", image_where),
        is_crowd=flag(record.get("iscrowd"), "iscrowd", where),
        category=file.category_of(record, where),
    )


def _pixels(image: dict, key: str, where: str) -> int | None:
    value = image.get(key)
    return None if value is None else pixels(value, key, where)
