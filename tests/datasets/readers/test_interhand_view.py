from pathlib import Path

import numpy as np
import pytest

from vitpose_plus.datasets.readers.interhand_view import Scenes, View
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.errors import AnnotationError


def view(split: SplitSource, content: dict) -> View:
    assert split.cameras and split.joints
    (image,), (record,) = content["data"]["images"], content["data"]["annotations"]
    return Scenes(split.cameras, split.joints).view(image, record, "data.json, annotation 5")


def test_valid_joints_have_pixels_and_the_others_none(hands_content: dict, hands_split) -> None:
    hands_content["data"]["annotations"][0]["joint_valid"] = [[0]] + [[1]] * 41
    found = view(hands_split(hands_content), hands_content)
    # The camera stands at (0, 50, 0) and looks along x: its right is -z, and y is its down.
    x, y, z = np.transpose(hands_content["joints"]["2"]["17"]["world_coord"])
    expected = np.stack([-z / x * 1200 + 167, (y - 50) / x * 1250 + 256], axis=1)
    assert np.abs(found.points[1:] - expected[1:]).max() < 1e-9
    assert found.points[0].tolist() == [0, 0]
    assert found.valid.tolist() == [False] + [True] * 41
    assert found.ahead.all()
    assert found.not_found == 0


def test_a_joint_that_was_not_found_is_not_valid_and_counted(
    hands_content: dict, hands_split
) -> None:
    hands_content["joints"]["2"]["17"]["joint_valid"] = [[True]] * 40 + [[False]] * 2
    hands_content["data"]["annotations"][0]["joint_valid"] = [[1]] * 41 + [[0]]
    found = view(hands_split(hands_content), hands_content)
    assert found.valid.sum() == 40
    assert found.not_found == 1


def test_a_joint_behind_the_camera_is_told(hands_content: dict, hands_split) -> None:
    hands_content["joints"]["2"]["17"]["world_coord"][7] = [-1000, 0, 0]
    found = view(hands_split(hands_content), hands_content)
    assert np.flatnonzero(~found.ahead).tolist() == [7]


@pytest.mark.parametrize("key", ["capture", "camera", "frame_idx"])
def test_a_picture_without_a_key_is_named(hands_content: dict, hands_split, key: str) -> None:
    del hands_content["data"]["images"][0][key]
    with pytest.raises(AnnotationError, match=f"annotation 5: key '{key}' is missing"):
        view(hands_split(hands_content), hands_content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"camera.json: cannot be read"):
        Scenes(tmp_path / "camera.json", tmp_path / "joint_3d.json")
