from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vitpose_plus.datasets.readers.aic import read_aic
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.errors import AnnotationError
from vitpose_plus.skeletons import SKELETONS

AIC = SKELETONS["aic"]
Write = Callable[..., SplitSource]


@pytest.fixture
def record() -> dict[str, Any]:
    return {
        "image_id": "f00d",
        "human_annotations": {"human3": [10, 20, 110, 220]},
        "keypoint_annotations": {"human3": [5, 6, 1, 7, 8, 2, 9, 9, 3, *([0, 0, 3] * 11)]},
    }


def test_the_official_file_reads_whole(real: Path) -> None:
    path = real / "aic_official/keypoint_annotations_example.json"
    reading = read_aic(SplitSource(annotations=path, images=real), AIC)
    flags = Counter(np.concatenate([i.visibility for i in reading.instances]).tolist())
    # formats.md counts 5918 absent points among 2761 people.
    assert len(reading.instances) == 2761
    assert flags[0] == 5918
    assert sum(flags.values()) == 2761 * 14
    assert len({i.instance_id for i in reading.instances}) == 2761
    assert reading.instances[0].instance_id.endswith("/human3")


def test_corners_and_codes_become_the_tables(record: dict[str, Any], split: Write) -> None:
    (instance,) = read_aic(split([record]), AIC).instances
    assert instance.bbox == (10, 20, 100, 200)
    assert instance.area == pytest.approx(0.53 * 100 * 200)
    assert instance.visibility.tolist() == [2, 1] + [0] * 12
    assert instance.keypoints[:3].tolist() == [[5, 6], [7, 8], [0, 0]]
    assert instance.file_name == "f00d.jpg"
    assert (instance.width, instance.height) == (None, None)
    assert instance.source == "people.json, image f00d, human3"


def test_a_person_without_a_box_is_told(record: dict[str, Any], split: Write) -> None:
    record["human_annotations"] = {"human1": [0, 0, 1, 1]}
    with pytest.raises(
        AnnotationError, match="image f00d, human3, human_annotations: key 'human3'"
    ):
        read_aic(split([record]), AIC)


def test_an_unknown_visibility_points_at_the_conversion(
    record: dict[str, Any], split: Write
) -> None:
    record["keypoint_annotations"]["human3"][2] = 0
    with pytest.raises(AnnotationError, match=r"visibility 0; AIC knows 1 .*layout: coco"):
        read_aic(split([record]), AIC)


def test_a_picture_without_people_is_noted(record: dict[str, Any], split: Write) -> None:
    empty = {"image_id": "e", "human_annotations": {}, "keypoint_annotations": {}}
    reading = read_aic(split([empty, record]), AIC)
    assert len(reading.instances) == 1
    assert "1 pictures without people" in reading.notes[-1]


def test_a_coco_file_is_refused(split: Write) -> None:
    with pytest.raises(AnnotationError, match="holds a dict, this layout a list"):
        read_aic(split({"images": []}), AIC)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("keypoint_annotations", [[0, 0, 3] * 14]),
        ("human_annotations", 5),
        ("keypoint_annotations", {"human3": 5}),
        ("image_id", "../f00d"),
    ],
)
def test_a_value_of_a_wrong_kind_is_told_with_its_picture(
    record: dict[str, Any], split: Write, key: str, value: object
) -> None:
    with pytest.raises(AnnotationError, match=r"people.json, image .*f00d.*: "):
        read_aic(split([record | {key: value}]), AIC)


def test_an_image_id_that_is_a_list_is_told_with_its_place(
    record: dict[str, Any], split: Write
) -> None:
    with pytest.raises(AnnotationError, match="record 2 of the file: image_id should be"):
        read_aic(split([record, record | {"image_id": ["f00d"]}]), AIC)
