"""AI Challenger 2017: its own JSON list, people as human1, human2, … of a picture.

Layout: AIChallenger/AI_Challenger_2017, keypoint evaluation. Boxes are corners, v is 1 visible,
2 hidden, 3 absent, and a picture's size stands nowhere but in its JPEG.
"""

from collections.abc import Iterator

import numpy as np

from vitpose_plus.datasets.readers.annotation_json import read_json
from vitpose_plus.datasets.readers.coco import AREA_OF_BOX
from vitpose_plus.datasets.readers.triples import split_triples, without_unlabelled
from vitpose_plus.datasets.readers.values import Place, need, need_id, numbers
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.datasets.table import Instance, Reading
from vitpose_plus.errors import AnnotationError
from vitpose_plus.skeletons import Skeleton

VISIBILITY = {1: 2, 2: 1, 3: 0}
"""AIC's v to the table's."""


def read_aic(split: SplitSource, skeleton: Skeleton) -> Reading:
    """Read an official AIC split.

    Raises:
        AnnotationError: the file breaks its layout or does not fit the skeleton.
    """
    name = split.annotations.name
    reading = Reading(notes=[f"{name}: no areas; {AREA_OF_BOX} x box width x height stands in"])
    empty = 0
    for number, record in enumerate(read_json(split.annotations, list), start=1):
        image_id = str(need_id(record, "image_id", f"{name}, record {number} of the file"))
        where = f"{name}, image {image_id}"
        with Place(where):
            people = list(_people(record, len(skeleton), image_id, where))
        empty += not people
        for instance in people:
            reading.instances.append(instance)
    if empty:
        reading.notes.append(f"{name}: {empty} pictures without people are not looked at")
    return reading


def _people(record: dict, count: int, image_id: str, where: str) -> Iterator[Instance]:
    """A picture's people."""
    boxes = need(record, "human_annotations", where)
    for human, triples in need(record, "keypoint_annotations", where).items():
        source = f"{where}, {human}"
        corners = numbers(need(boxes, human, f"{source}, human_annotations"), 4, "box", source)
        yield _instance(image_id, human, corners, _points(triples, count, source), source)


def _points(triples: list, count: int, where: str) -> tuple[np.ndarray, np.ndarray]:
    points, flags = split_triples(triples, count, where)
    if unknown := sorted(set(flags.tolist()) - set(VISIBILITY)):
        raise AnnotationError(
            f"{where}: visibility {unknown[0]:g}; AIC knows 1 (visible), 2 (hidden), 3 (absent). "
            "A COCO-style conversion of AIC is read with layout: coco and skeleton: aic."
        )
    visibility = np.array([VISIBILITY[int(flag)] for flag in flags], dtype=np.uint8)
    return without_unlabelled(points, visibility), visibility


def _instance(
    image_id: str,
    human: str,
    corners: list[float],
    points: tuple[np.ndarray, np.ndarray],
    source: str,
) -> Instance:
    left, top, right, bottom = corners
    width, height = right - left, bottom - top
    return Instance(
        image_id=image_id,
        instance_id=f"{image_id}/{human}",
        file_name=f"{image_id}.jpg",
        bbox=(left, top, width, height),
        keypoints=points[0],
        visibility=points[1],
        source=source,
        area=AREA_OF_BOX * width * height,
    )
