"""A way to write small annotation tables by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from vitpose_plus.datasets.table import AnnotationTable, Instance, build_table

TableOf = Callable[..., AnnotationTable]


@pytest.fixture
def table_of() -> TableOf:
    """Keypoints [N, K, 2] and columns of N values each -> a table with sensible other columns."""

    def build(keypoints: Any, visibility: Any = None, **columns: Any) -> AnnotationTable:
        keypoints = np.asarray(keypoints, np.float32)
        count, points = keypoints.shape[:2]
        if visibility is None:
            visibility = np.full((count, points), 2, np.uint8)
        defaults = {
            "image_id": [f"picture-{i}" for i in range(count)],
            "instance_id": [f"instance-{i}" for i in range(count)],
            "file_name": [f"{i}.png" for i in range(count)],
            "bbox": [(0.0, 0.0, 100.0, 100.0)] * count,
            "area": [5000.0] * count,
        }
        columns = defaults | columns
        instances = [
            Instance(
                keypoints=keypoints[i],
                visibility=np.asarray(visibility)[i],
                source=f"test, row {i}",
                width=640,
                height=480,
                **{name: values[i] for name, values in columns.items()},
            )
            for i in range(count)
        ]
        return build_table("test", "val", instances)

    return build
