import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vitpose_plus.datasets.readers.interhand_frames import Frames, joint_flags
from vitpose_plus.errors import AnnotationError


def written(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "joint_3d.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_frame_is_read_by_capture_and_index(tmp_path: Path, hands_content: dict) -> None:
    hands_content["joints"]["2"]["17"]["joint_valid"][4] = [False]
    frame = Frames(written(tmp_path, hands_content["joints"])).at("2", "17", "x")
    assert np.array_equal(frame.joints, hands_content["joints"]["2"]["17"]["world_coord"])
    assert np.flatnonzero(~frame.valid).tolist() == [4]


def test_flags_need_not_be_wrapped() -> None:
    assert joint_flags({"joint_valid": [1] * 41 + [0]}, "x").sum() == 41


def test_pythons_nan_is_read(tmp_path: Path, hands_content: dict) -> None:
    hands_content["joints"]["2"]["17"]["world_coord"][3] = [float("nan")] * 3
    frame = Frames(written(tmp_path, hands_content["joints"])).at("2", "17", "x")
    assert np.isnan(frame.joints[3]).all()


@pytest.mark.parametrize(("capture", "frame"), [("2", "18"), ("3", "17")])
def test_a_frame_that_is_not_there_is_named(
    tmp_path: Path, hands_content: dict, capture: str, frame: str
) -> None:
    frames = Frames(written(tmp_path, hands_content["joints"]))
    with pytest.raises(AnnotationError, match=f"a 1: frame {frame} of capture {capture} is not in"):
        frames.at(capture, frame, "a 1")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"2": {"17": {"world_co', "broken JSON at line 1"),
        ("", "broken JSON at line 1"),
        ([1], "holds a list, this layout a dict"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(AnnotationError, match=message):
        Frames(written(tmp_path, content))
    with pytest.raises(AnnotationError, match="cannot be read"):
        Frames(tmp_path / "other.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"world_coord": [[1, 2, 3]] * 21}, r"world_coord: .*\(42, 3\), found \(21, 3\)"),
        ({"world_coord": None}, "key 'world_coord' is missing"),
        ({"joint_valid": [1] * 21}, r"\(42,\), found \(21,\)"),
    ],
)
def test_a_frame_of_another_form_is_named(
    tmp_path: Path, hands_content: dict, change: dict, message: str
) -> None:
    hands_content["joints"]["2"]["17"] |= change
    frames = Frames(written(tmp_path, hands_content["joints"]))
    with pytest.raises(AnnotationError, match=f"capture 2, frame 17.*{message}"):
        frames.at("2", "17", "x")


@pytest.mark.parametrize("closed", [True, False])
def test_a_frame_of_endless_depth_is_told(tmp_path: Path, closed: bool) -> None:
    path = tmp_path / "joints.json"
    path.write_text('{"2": {"17": ' + "[" * 100_000 + ("]" * 100_000 + "}}" if closed else ""))
    with pytest.raises(AnnotationError, match=r"joints.json"):
        Frames(path).at("2", "17", "data.json, annotation 5")
