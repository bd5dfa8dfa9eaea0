from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.table import Instance


@pytest.fixture
def person() -> Callable[..., Instance]:
    """A good instance; the arguments change it."""

    def make(number: int = 0, **changes: Any) -> Instance:
        values: dict[str, Any] = {
            "image_id": f"i{number}",
            "instance_id": str(number),
            "file_name": f"{number}.jpg",
            "bbox": (1.0, 2.0, 30.0, 20.0),
            "keypoints": np.array([[5, 6], [7, 8], [0, 0]], np.float32),
            "visibility": np.array([2, 1, 0], np.uint8),
            "source": f"f.json, annotation {number}",
            "area": 123.5,
            "width": 64,
            "height": 48,
        }
        return Instance(**(values | changes))

    return make


@pytest.fixture
def pictures() -> dict[str, PictureFact]:
    return {f"{i}.jpg": PictureFact(width=64, height=48) for i in range(100)}
