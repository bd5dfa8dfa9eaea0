import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from vitpose_plus.datasets.readers.interhand import read_interhand
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.skeletons.interhand import INTERHAND

KINDS = ("data", "camera", "joint_3d")


def files(sample: Path, split: str) -> list[Path]:
    folder = sample / "interhand/annotations" / split
    return [folder / f"InterHand2.6M_{split}_{kind}.json" for kind in KINDS]


@pytest.fixture(scope="module", params=["train", "val", "test"])
def split(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def trio(sample: Path, split: str) -> list[dict]:
    return [json.loads(file.read_text()) for file in files(sample, split)]


def test_pictures_lie_where_the_file_says_and_have_its_size(
    sample: Path, split: str, trio: list[dict]
):
    folder = sample / "interhand/images" / split
    assert len(trio[0]["images"]) == len(list(folder.rglob("*.jpg")))
    for image in trio[0]["images"]:
        start = f"Capture{image['capture']}/{image['seq_name']}/cam{image['camera']}"
        assert image["file_name"] == f"{start}/image{image['frame_idx']}.jpg"
        picture = cv2.imread(str(folder / image["file_name"]))
        assert picture.shape == (image["height"], image["width"], 3)


def test_every_camera_sees_every_frame(trio: list[dict]):
    data, cameras, joints = trio
    assert cameras.keys() == joints.keys()
    views: dict[tuple, set[str]] = {}
    for image in data["images"]:
        frame = (str(image["capture"]), str(image["frame_idx"]))
        views.setdefault(frame, set()).add(image["camera"])
    assert views.keys() == {(c, f) for c, frames in joints.items() for f in frames}
    for (capture, _), names in views.items():
        assert len(names) == 3
        assert all(names == values.keys() for values in cameras[capture].values())


def test_valid_joints_project_into_the_box_and_the_picture(trio: list[dict]):
    data, cameras, joints = trio
    for image, annotation in zip(data["images"], data["annotations"], strict=True):
        capture, name = str(image["capture"]), image["camera"]
        frame = joints[capture][str(image["frame_idx"])]
        rig = {key: np.array(values[name]) for key, values in cameras[capture].items()}
        seen = (np.array(frame["world_coord"]) - rig["campos"]) @ rig["camrot"].T
        pixels = seen[:, :2] / seen[:, 2:] * rig["focal"] + rig["princpt"]
        valid = np.array(annotation["joint_valid"]).reshape(42) > 0
        found = np.array(frame["joint_valid"]).reshape(42)
        inside = (pixels >= 0) & (pixels <= [image["width"] - 1, image["height"] - 1])
        np.testing.assert_array_equal(valid, found & inside.all(axis=1))
        x, y, width, height = annotation["bbox"]
        shown = pixels[valid]
        np.testing.assert_allclose(np.ptp(shown, axis=0) * 1.2, [width, height], atol=1e-6)
        middle = (shown.min(axis=0) + shown.max(axis=0)) / 2
        np.testing.assert_allclose(middle, [x + width / 2, y + height / 2], atol=1e-6)


def test_a_hand_that_is_not_there_has_no_valid_joints_and_no_place(sample: Path):
    _, _, joints = (json.loads(file.read_text()) for file in files(sample, "train"))
    types, lost = set(), 0
    for frame in (frame for frames in joints.values() for frame in frames.values()):
        found = np.array(frame["joint_valid"]).reshape(2, 21)
        world = np.array(frame["world_coord"]).reshape(2, 21, 3)
        here = [frame["hand_type"] in ("right", "interacting"), frame["hand_type"] != "right"]
        here[1] = frame["hand_type"] in ("left", "interacting")
        assert [bool(hand.any()) for hand in found] == here
        assert (world[~found] == 1.0).all()
        lost += int((~found[here]).sum())
        types.add(frame["hand_type"])
    assert types == {"right", "left", "interacting"}
    assert lost > 0


def test_captures_of_a_split_have_rigs_and_frames_of_their_own(sample: Path):
    _, cameras, joints = (json.loads(file.read_text()) for file in files(sample, "train"))
    assert cameras.keys() == {"0", "1"}
    first, second = (list(cameras[c]["campos"].values()) for c in ("0", "1"))
    assert first != second
    assert not joints["0"].keys() & joints["1"].keys()


def test_the_skeleton_file_is_a_tree_of_two_hands(sample: Path):
    text = (sample / "interhand/annotations/skeleton.txt").read_text()
    rows = [line.split(" ") for line in text.splitlines() if not line.startswith("#")]
    parents = {int(number): int(parent) for _, number, parent in rows}
    names = {int(number): name for name, number, _ in rows}
    assert list(parents) == list(range(42))
    assert [number for number, parent in parents.items() if parent == -1] == [20, 41]
    assert names[0] == "r_thumb4" and parents[0] == 1 and parents[3] == 20
    assert names[24] == "l_thumb1" and parents[24] == 41 and names[37] == "l_pinky4"


def test_the_reader_reads_hands_of_both_sides(sample: Path, split: str, trio: list[dict]):
    data, cameras, joints = files(sample, split)
    images = sample / "interhand/images" / split
    source = SplitSource(annotations=data, images=images, cameras=cameras, joints=joints)
    reading = read_interhand(source, INTERHAND)
    hands = sum(1 + (a["hand_type"] == "interacting") for a in trio[0]["annotations"])
    assert 0.7 * hands < len(reading.instances) <= hands
    assert {row.category for row in reading.instances} == {"right_hand", "left_hand"}
