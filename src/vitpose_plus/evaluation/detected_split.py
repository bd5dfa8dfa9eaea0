"""Detected boxes as a split, so that what predicts rows predicts them too."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from vitpose_plus.datasets.readers.annotation_json import read_json
from vitpose_plus.datasets.readers.values import need, need_id, need_records
from vitpose_plus.datasets.split import Split
from vitpose_plus.datasets.table import AnnotationTable, Instance, build_table
from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.detections import Detections


def pictures_of(table: AnnotationTable) -> dict[str, str]:
    """Picture id to file name, of the pictures that somebody is annotated in."""
    return dict(zip(table.column("image_id"), table.column("file_name"), strict=True))


def listed_pictures(path: Path) -> dict[str, str]:
    """Picture id to file name, of every picture that a COCO-style file lists.

    It may be the split's annotation file, or one without annotations such as
    `image_info_test-dev2017.json`. Poses found where nobody is annotated are mistakes that count.

    Raises:
        AnnotationError: broken JSON, or a picture without id or name.
    """
    records = enumerate(need_records(read_json(path, dict), "images", path.name))
    places = ((record, f"{path.name}, image number {i + 1} of the file") for i, record in records)
    return {
        str(need_id(record, "id", where)): str(need(record, "file_name", where))
        for record, where in places
    }


def split_of_detections(split: Split, detections: Detections, pictures: Mapping[str, str]) -> Split:
    """A split whose rows are the detected boxes; their keypoints say nothing.

    Args:
        split: gives data set, skeleton and image folder.
        detections: M boxes.
        pictures: picture id to file name.

    Raises:
        PredictionError: a detection's picture is not named.
    """
    if strange := sorted(set(detections.image_id) - pictures.keys()):
        raise PredictionError(
            f"{len(strange)} pictures of the detections are not among the split's, first "
            f"{strange[0]}: are they of another split? If nobody is annotated there, name "
            "the file that lists all pictures"
        )
    points = len(split.skeleton)
    nowhere, labelled = np.zeros((points, 2), np.float32), np.ones(points, np.uint8)
    rows = [
        Instance(
            image_id=image_id,
            instance_id=str(i),
            file_name=pictures[image_id],
            bbox=(x, y, width, height),
            keypoints=nowhere,
            visibility=labelled,  # Only labelled rows are predicted.
            source=f"detection {i}",
            area=width * height,
        )
        for i, (image_id, (x, y, width, height)) in enumerate(
            zip(detections.image_id, detections.boxes.tolist(), strict=True)
        )
    ]
    return replace(split, table=build_table(split.name, "detections", rows))
