import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.skeletons import Skeleton

SHARED = Path(__file__).resolve().parents[3] / "../shared/data"


@pytest.fixture
def real() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the real samples are not here")
    return SHARED


@pytest.fixture
def three() -> Skeleton:
    return Skeleton(
        name="three",
        keypoints=("nose", "left_hand", "right_hand"),
        twins=(("left_hand", "right_hand"),),
        limbs=(),
        sigmas=(0.05, 0.05, 0.05),
    )


@pytest.fixture
def split(tmp_path: Path) -> Callable[..., SplitSource]:
    """Writes content as an annotation file and returns its split."""

    def write(content: Any, name: str = "people.json", **settings: Any) -> SplitSource:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return SplitSource(annotations=path, images=tmp_path, **settings)

    return write


@pytest.fixture
def coco_content() -> dict[str, Any]:
    """A COCO-style file of one picture and one person with three keypoints."""
    return {
        "images": [{"id": 7, "file_name": "a.jpg", "width": 100, "height": 80}],
        "categories": [
            {"id": 1, "name": "person", "keypoints": ["nose", "left_hand", "right_hand"]}
        ],
        "annotations": [
            {
                "id": 31,
                "image_id": 7,
                "category_id": 1,
                "bbox": [10, 20, 40, 50],
                "area": 900.5,
                "iscrowd": 0,
                "keypoints": [15, 25, 2, 20, 60, 1, 3, 4, 0],
            }
        ],
    }


@pytest.fixture
def hands_content() -> dict[str, Any]:
    """InterHand2.6M's three files for one picture of both hands, 1 m before a turned camera."""
    rng = np.random.default_rng(3)
    turn = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])  # looks along x
    joints = rng.uniform((900, -100, -100), (1100, 100, 100), (42, 3))
    return {
        "data": {
            "images": [
                {
                    "id": 8,
                    "file_name": "Capture2/0390_dh/cam400/image17.jpg",
                    "width": 334,
                    "height": 512,
                    "capture": 2,
                    "seq_name": "0390_dh",
                    "camera": "400",
                    "frame_idx": 17,
                }
            ],
            "annotations": [
                {
                    "id": 5,
                    "image_id": 8,
                    "bbox": [10.0, 20.0, 100.0, 120.0],
                    "joint_valid": [[1]] * 42,
                    "hand_type": "interacting",
                    "hand_type_valid": 1,
                }
            ],
        },
        "cameras": {
            "2": {
                "campos": {"400": [0.0, 50.0, 0.0]},
                "camrot": {"400": turn.tolist()},
                "focal": {"400": [1200.0, 1250.0]},
                "princpt": {"400": [167.0, 256.0]},
            }
        },
        "joints": {"2": {"17": {"world_coord": joints.tolist(), "joint_valid": [[True]] * 42}}},
    }


@pytest.fixture
def hands_split(tmp_path: Path) -> Callable[[dict[str, Any]], SplitSource]:
    """Writes InterHand2.6M's three files and returns their split."""

    def write(content: dict[str, Any]) -> SplitSource:
        for name, part in content.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(part))
        return SplitSource(
            annotations=tmp_path / "data.json",
            images=tmp_path,
            cameras=tmp_path / "cameras.json",
            joints=tmp_path / "joints.json",
        )

    return write


@pytest.fixture
def real_hands(real: Path) -> SplitSource:
    """The real sample of InterHand2.6M: four pictures."""
    folder = real / "real_mini/interhand26m"
    parts = {name: folder / f"test_interhand2.6m_{name}.json" for name in _HAND_FILES}
    data, camera, joints = (parts[name] for name in _HAND_FILES)
    return SplitSource(annotations=data, images=folder, cameras=camera, joints=joints)


_HAND_FILES = ("data", "camera", "joint_3d")
