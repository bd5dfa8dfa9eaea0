import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
