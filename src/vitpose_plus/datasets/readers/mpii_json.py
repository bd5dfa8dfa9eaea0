"""MPII's common JSON conversion: a list of {image, center, scale, joints, joints_vis}.

Layout: HRNet's and mmpose's mpii_{train,val}.json. It has no head rectangle.
"""

from typing import Any

import numpy as np

from vitpose_plus.datasets.readers.annotation_json import read_json
from vitpose_plus.datasets.readers.coco import AREA_OF_BOX
from vitpose_plus.datasets.readers.mpii_person import from_matlab, person_box
from vitpose_plus.datasets.readers.values import Place, need, numbers
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.datasets.table import Instance, Reading
from vitpose_plus.errors import AnnotationError
from vitpose_plus.skeletons import Skeleton

HEAD = ("upper_neck", "head_top")


def read_mpii_json(split: SplitSource, skeleton: Skeleton) -> Reading:
    """Read a split of the JSON conversion.

    Raises:
        AnnotationError: the file breaks its layout or does not fit the skeleton.
    """
    name = split.annotations.name
    reading = Reading(
        notes=[
            f"{name}: no head rectangles; head_size is the distance from {HEAD[0]} to {HEAD[1]} "
            "where both are labelled, so PCKh is not the official figure",
            f"{name}: hidden and visible joints are not told apart; labelled ones are visible",
            f"{name}: no areas; {AREA_OF_BOX} x box width x height stands in",
        ]
    )
    for number, record in enumerate(read_json(split.annotations, list), start=1):
        where = f"{name}, record {number}"
        with Place(where):
            instance = _instance(record, skeleton, str(number), where)
        reading.instances.append(instance)
    return reading


def _instance(record: dict, skeleton: Skeleton, number: str, where: str) -> Instance:
    file_name = str(need(record, "image", where))
    centre = numbers(need(record, "center", where), 2, "center", where)
    (scale,) = numbers([need(record, "scale", where)], 1, "scale", where)
    flags = numbers(need(record, "joints_vis", where), len(skeleton), "joints_vis", where)
    labelled = np.array(flags) > 0
    joints = _joints(need(record, "joints", where), len(skeleton), where)
    points = from_matlab(joints, labelled)
    box = person_box((centre[0], centre[1]), scale)
    return Instance(
        image_id=file_name.rsplit(".", 1)[0],
        instance_id=number,
        file_name=file_name,
        bbox=box,
        keypoints=points,
        visibility=np.where(labelled, 2, 0).astype(np.uint8),
        source=where,
        area=AREA_OF_BOX * box[2] * box[3],
        head_size=_head_size(points, labelled, skeleton),
    )


def _joints(values: Any, count: int, where: str) -> np.ndarray:
    if not isinstance(values, list) or len(values) != count:
        found = len(values) if isinstance(values, list) else type(values).__name__
        raise AnnotationError(f"{where}: joints should be {count} pairs, found {found}")
    return np.array([numbers(pair, 2, "a joint", where) for pair in values])


def _head_size(points: np.ndarray, labelled: np.ndarray, skeleton: Skeleton) -> float | None:
    if not set(HEAD) <= set(skeleton.keypoints):
        return None
    neck, top = (skeleton.index(name) for name in HEAD)
    if not (labelled[neck] and labelled[top]):
        return None
    return float(np.linalg.norm(points[neck] - points[top]))
