import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vitpose_plus.datasets.readers.coco_wholebody import read_coco_wholebody
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.errors import AnnotationError, ConfigurationError
from vitpose_plus.skeletons import SKELETONS

WHOLE = SKELETONS["coco_wholebody"]


@pytest.fixture
def content(coco_content: dict[str, Any]) -> dict[str, Any]:
    """One person: part k's point i stands at (100 k + i, k); faces carry scores."""

    def part(k: int, count: int, flag: float) -> list[float]:
        return [value for i in range(count) for value in (100 * k + i, k, flag)]

    coco_content["categories"][0]["keypoints"] = list(SKELETONS["coco"].keypoints)
    coco_content["annotations"][0] |= {
        "keypoints": part(1, 17, 1),
        "foot_kpts": part(2, 6, 2),
        "face_kpts": part(3, 68, 0.3),
        "lefthand_kpts": part(4, 21, 1.0),
        "righthand_kpts": part(5, 21, 0.0),
        "foot_valid": True,
        "face_valid": True,
        "lefthand_valid": True,
        "righthand_valid": True,
    }
    return coco_content


def test_real_parts_and_the_merged_form_are_the_same_people(real: Path) -> None:
    files = ("test_coco_wholebody.json", "test_keypoint_partition_metric.json")
    apart, merged = (
        read_coco_wholebody(
            SplitSource(annotations=real / "real_mini/coco" / f, images=real), WHOLE
        )
        for f in files
    )
    assert len(apart.instances) == len(merged.instances) == 14
    for a, b in zip(apart.instances, merged.instances, strict=True):
        assert np.array_equal(a.visibility, b.visibility)
        assert np.array_equal(a.keypoints, b.keypoints)


def test_real_hands_stand_at_the_skeletons_hands(real: Path) -> None:
    path = real / "real_mini/coco/test_coco_wholebody.json"
    record = next(a for a in json.loads(path.read_text())["annotations"] if a["lefthand_valid"])
    reading = read_coco_wholebody(SplitSource(annotations=path, images=real), WHOLE)
    instance = next(i for i in reading.instances if i.instance_id == str(record["id"]))
    root = WHOLE.index("left_hand_root")
    assert instance.keypoints[root] == pytest.approx(record["lefthand_kpts"][:2], abs=1e-4)


def test_parts_stand_in_the_order_body_feet_face_hands(
    content: dict[str, Any], split: Callable[..., SplitSource]
) -> None:
    (instance,) = read_coco_wholebody(split(content), WHOLE).instances
    assert instance.visibility.tolist() == [1] * 17 + [2] * 6 + [2] * 68 + [2] * 21 + [0] * 21
    for name, place in {
        "nose": (100, 1),
        "left_big_toe": (200, 2),
        "face-67": (367, 3),
        "left_hand_root": (400, 4),
        "right_hand_root": (0, 0),
    }.items():
        assert tuple(instance.keypoints[WHOLE.index(name)]) == place


@pytest.mark.parametrize(
    ("flag", "where"),
    [
        ("foot_valid", slice(17, 23)),
        ("face_valid", slice(23, 91)),
        ("lefthand_valid", slice(91, 112)),
    ],
)
def test_an_invalid_part_is_unlabelled(
    content: dict[str, Any], split: Callable[..., SplitSource], flag: str, where: slice
) -> None:
    content["annotations"][0][flag] = False
    (instance,) = read_coco_wholebody(split(content), WHOLE).instances
    assert not instance.visibility[where].any()
    assert not instance.keypoints[where].any()
    assert instance.visibility[:17].all()


def test_a_missing_part_names_its_key(
    content: dict[str, Any], split: Callable[..., SplitSource]
) -> None:
    del content["annotations"][0]["face_kpts"]
    with pytest.raises(AnnotationError, match="annotation 31: key 'face_kpts' is missing"):
        read_coco_wholebody(split(content), WHOLE)


def test_another_skeleton_is_refused(
    content: dict[str, Any], split: Callable[..., SplitSource]
) -> None:
    with pytest.raises(ConfigurationError, match="133 keypoints, skeleton 'coco' 17"):
        read_coco_wholebody(split(content), SKELETONS["coco"])


@pytest.mark.parametrize(
    ("key", "value"), [("keypoints", 5), ("face_kpts", 5), ("foot_valid", "0")]
)
def test_a_value_of_a_wrong_kind_is_told_with_its_record(
    content: dict[str, Any], split: Callable[..., SplitSource], key: str, value: object
) -> None:
    content["annotations"][0][key] = value
    with pytest.raises(AnnotationError, match=f"people.json, annotation 31: .*{key}"):
        read_coco_wholebody(split(content), WHOLE)
