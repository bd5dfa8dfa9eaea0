import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vitpose_plus.datasets.readers.interhand import box_of, read_interhand
from vitpose_plus.datasets.reading import Reading
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.errors import AnnotationError, ConfigurationError
from vitpose_plus.skeletons import SKELETONS

HAND = SKELETONS["interhand"]


def annotation(content: dict[str, Any]) -> dict[str, Any]:
    return content["data"]["annotations"][0]


def flags(right: int, left: int, *, wrists: bool = True) -> list[list[int]]:
    """joint_valid with so many valid fingers' joints, and wrists."""

    def hand(count: int) -> list[list[int]]:
        return [[int(i < count)] for i in range(20)] + [[int(wrists and count > 0)]]

    return hand(right) + hand(left)


def reasons(reading: Reading) -> dict[str, str]:
    return {source.split(", ")[-1]: reason for source, reason in reading.skipped}


def test_real_pictures_give_a_row_a_hand(real_hands: SplitSource) -> None:
    reading = read_interhand(real_hands, HAND)
    found = [(i.file_name, i.category, i.hand_type) for i in reading.instances]
    assert found == [
        ("image69148.jpg", "right_hand", "interacting"),
        ("image69148.jpg", "left_hand", "interacting"),
        ("image44669.jpg", "right_hand", "interacting"),
        ("image44669.jpg", "left_hand", "interacting"),
        ("image29590.jpg", "left_hand", "left"),
        ("image2017.jpg", "right_hand", "right"),
    ]
    assert reading.skipped == []
    assert all((i.visibility == 2).all() for i in reading.instances)
    assert {(i.width, i.height) for i in reading.instances} == {(334, 512), (512, 334)}


def test_real_joints_project_as_plain_loops_do_and_fill_the_official_boxes(
    real_hands: SplitSource,
) -> None:
    """The official box is the labelled joints' extent, of both hands, times 1.2."""
    assert real_hands.cameras and real_hands.joints
    data, cameras, joints = (json.loads(path.read_text()) for path in real_hands.files())
    reading = read_interhand(real_hands, HAND)
    images = {image["id"]: image for image in data["images"]}
    for record in data["annotations"]:
        image = images[record["image_id"]]
        rows = [i for i in reading.instances if i.image_id == str(image["id"])]
        camera, name = cameras[str(image["capture"])], image["camera"]
        world = joints[str(image["capture"])][str(image["frame_idx"])]["world_coord"]
        for row in rows:
            start = 0 if row.category == "right_hand" else 21
            for found, joint in zip(row.keypoints, world[start : start + 21], strict=True):
                away = [joint[i] - camera["campos"][name][i] for i in range(3)]
                x, y, z = (
                    sum(axis[i] * away[i] for i in range(3)) for axis in camera["camrot"][name]
                )
                (fx, fy), (cx, cy) = camera["focal"][name], camera["princpt"][name]
                assert found == pytest.approx((x / z * fx + cx, y / z * fy + cy), abs=1e-4)
        points = np.concatenate([row.keypoints for row in rows])
        low, extent = points.min(axis=0), np.ptp(points, axis=0)
        expected = [*(low - 0.1 * extent), *(1.2 * extent)]
        assert record["bbox"] == pytest.approx(expected, abs=1e-3)


def test_a_lone_hands_box_is_the_official_one(hands_content, hands_split) -> None:
    annotation(hands_content).update(hand_type="left", joint_valid=flags(0, 20))
    (row,) = read_interhand(hands_split(hands_content), HAND).instances
    assert row.bbox == (10, 20, 100, 120)
    assert row.area == pytest.approx(0.53 * 100 * 120)
    assert (row.instance_id, row.category, row.hand_type) == ("5/left", "left_hand", "left")
    assert row.file_name == "Capture2/0390_dh/cam400/image17.jpg"


def test_two_hands_have_a_box_each(hands_content, hands_split) -> None:
    annotation(hands_content)["joint_valid"] = flags(20, 12)
    right, left = read_interhand(hands_split(hands_content), HAND).instances
    for row, labelled in ((right, 21), (left, 13)):
        points = row.keypoints[row.visibility > 0]
        assert len(points) == labelled
        x, y, width, height = row.bbox
        assert (width, height) == pytest.approx(1.2 * np.ptp(points, axis=0), rel=1e-5)
        assert (x + width / 2, y + height / 2) == pytest.approx(
            (points.min(axis=0) + points.max(axis=0)) / 2, rel=1e-5
        )
    assert (left.keypoints[left.visibility == 0] == 0).all()


@given(arrays(np.float64, (7, 2), elements=st.floats(-1e4, 1e4)))
def test_a_box_holds_its_points(points: np.ndarray) -> None:
    x, y, width, height = box_of(points)
    slack = 1e-9 * (1 + np.abs(points).max())
    assert (points >= np.array([x, y]) - slack).all()
    assert (points <= np.array([x + width, y + height]) + slack).all()


def test_hands_that_become_no_row_are_counted_with_the_reason(hands_content, hands_split) -> None:
    cases = {
        "without a valid joint": flags(20, 0),
        "without a valid wrist": [*flags(20, 20)[:-1], [0]],
        "fewer than 12 valid joints": flags(20, 10),
    }
    for reason, valid in cases.items():
        annotation(hands_content)["joint_valid"] = valid
        reading = read_interhand(hands_split(hands_content), HAND)
        assert [row.category for row in reading.instances] == ["right_hand"]
        assert reason in reasons(reading)["left hand"]


def test_the_recipe_takes_hands_of_more_than_eleven_joints(hands_content, hands_split) -> None:
    annotation(hands_content)["joint_valid"] = flags(11, 10)
    reading = read_interhand(hands_split(hands_content), HAND)
    assert [int((row.visibility > 0).sum()) for row in reading.instances] == [12]


def test_a_hand_that_the_hand_type_does_not_name_is_counted(hands_content, hands_split) -> None:
    annotation(hands_content)["hand_type"] = "right"
    reading = read_interhand(hands_split(hands_content), HAND)
    assert [row.category for row in reading.instances] == ["right_hand"]
    assert "does not name" in reasons(reading)["left hand"]


def test_an_invalid_hand_type_is_skipped_and_counted(hands_content, hands_split) -> None:
    annotation(hands_content)["hand_type_valid"] = 0
    reading = read_interhand(hands_split(hands_content), HAND)
    assert len(reading.instances) == 0
    assert reading.skipped == [("data.json, annotation 5", "hand_type is not valid")]


def test_a_joint_behind_the_camera_leaves_its_hand_out(hands_content, hands_split) -> None:
    hands_content["joints"]["2"]["17"]["world_coord"][30] = [-1000, 0, 0]
    reading = read_interhand(hands_split(hands_content), HAND)
    assert "behind the camera" in reasons(reading)["left hand"]


def test_joints_without_a_position_are_noted(hands_content, hands_split) -> None:
    hands_content["joints"]["2"]["17"]["joint_valid"] = [[False]] * 3 + [[True]] * 39
    reading = read_interhand(hands_split(hands_content), HAND)
    assert reading.notes[-1].startswith("data.json: 3 joints without a position")


def test_an_unknown_hand_type_is_an_error(hands_content, hands_split) -> None:
    annotation(hands_content)["hand_type"] = "both"
    with pytest.raises(AnnotationError, match="annotation 5: hand_type 'both' is none of right, "):
        read_interhand(hands_split(hands_content), HAND)


@pytest.mark.parametrize("key", ["id", "image_id", "joint_valid", "hand_type", "hand_type_valid"])
def test_a_missing_key_is_named_with_the_record(hands_content, hands_split, key: str) -> None:
    del annotation(hands_content)[key]
    with pytest.raises(AnnotationError, match=f"data.json, annotation .*'{key}' is missing"):
        read_interhand(hands_split(hands_content), HAND)


def test_pictures_must_be_there_once(hands_content, hands_split) -> None:
    images = hands_content["data"]["images"]
    images.append(images[0])
    with pytest.raises(AnnotationError, match=r"data.json: image id 8 stands twice"):
        read_interhand(hands_split(hands_content), HAND)
    images.clear()
    with pytest.raises(AnnotationError, match="annotation 5: image_id 8 is not among"):
        read_interhand(hands_split(hands_content), HAND)


def test_cameras_joints_and_a_hands_skeleton_are_needed(hands_content, hands_split) -> None:
    split = hands_split(hands_content)
    with pytest.raises(ConfigurationError, match=r"needs joints, .*joint_3d.json"):
        read_interhand(
            SplitSource(annotations=split.annotations, images=split.images, cameras=split.cameras),
            HAND,
        )
    with pytest.raises(ConfigurationError, match="21 keypoints a hand, skeleton 'coco' 17"):
        read_interhand(split, SKELETONS["coco"])


@pytest.mark.parametrize(
    ("key", "value"),
    [("hand_type", ["right"]), ("hand_type_valid", "0"), ("bbox", 5), ("image_id", [8])],
)
def test_a_value_of_a_wrong_kind_is_told_with_its_record(
    hands_content, hands_split, key: str, value: object
) -> None:
    annotation(hands_content).update({"hand_type": "right", key: value})
    with pytest.raises(AnnotationError, match=r"data.json, annotation 5.*: "):
        read_interhand(hands_split(hands_content), HAND)


def test_something_else_than_lists_of_records_is_told(hands_content, hands_split) -> None:
    hands_content["data"]["annotations"] = 5
    with pytest.raises(AnnotationError, match=r"data.json: 'annotations' should be a list"):
        read_interhand(hands_split(hands_content), HAND)
