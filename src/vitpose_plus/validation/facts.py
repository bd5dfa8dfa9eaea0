"""Facts that need several columns or the pictures, as plain columns: one row an instance.

Great Expectations judges single columns well; what a keypoint has to do with its picture's size
is worked out here and judged there.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.table import AnnotationTable

OVERSHOOT = 1.0
"""Pixels by which a labelled keypoint may leave its picture: annotation tools clamp to the
picture's edge, which lies at `width` or at `width - 1` by their convention. COCO has none."""

NOT_DECODED = PictureFact(problem="missing", message="the picture was never looked for")


def collect_facts(table: AnnotationTable, pictures: Mapping[str, PictureFact]) -> pd.DataFrame:
    """One row an instance, in the table's order; `row` is its index.

    Args:
        table: the rows.
        pictures: what decoding found, by file name.
    """
    names = table.column("file_name")
    found = [pictures.get(name, NOT_DECODED) for name in names]
    sizes = np.array([(p.width or 0, p.height or 0) for p in found]).reshape(-1, 2)
    problems = np.array([p.problem or "none" for p in found], dtype=object)
    claimed = np.stack([table.column("width"), table.column("height")], axis=1)
    box = table.bbox
    return pd.DataFrame(
        {
            "row": np.arange(len(table)),
            "split": table.column("split"),
            "image_id": table.column("image_id"),
            "instance_id": table.column("instance_id"),
            "box_width": box[:, 2],
            "box_height": box[:, 3],
            "box_is_finite": np.isfinite(box).all(axis=1),
            "area_is_usable": _area_is_usable(table),
            "keypoints_are_finite": np.isfinite(table.keypoints).all(axis=(1, 2)),
            "highest_visibility": table.visibility.max(axis=1, initial=0).astype(int),
            "keypoints_outside": outside(table).sum(axis=1),
            "repeats_an_instance": pd.Series(table.column("instance_id")).duplicated().to_numpy(),
            "picture_problem": problems,
            "size_differs": (problems == "none") & (sizes != claimed).any(axis=1),
        }
    )


def outside(table: AnnotationTable) -> np.ndarray:
    """Flags [N, K]: labelled keypoints further than `OVERSHOOT` beyond their picture's edge.

    A picture of unknown size (0 x 0: it is missing or unreadable) has no outside.
    """
    size = np.stack([table.column("width"), table.column("height")], axis=1)[:, None]
    beyond = (table.keypoints < -OVERSHOOT) | (table.keypoints > size + OVERSHOOT)
    return beyond.any(axis=-1) & (table.visibility > 0) & (size > 0).all(axis=-1)


def _area_is_usable(table: AnnotationTable) -> np.ndarray:
    """OKS divides by the area; a box without area is told apart, under its own reason."""
    area = table.column("area")
    has_box = (table.bbox[:, 2:] > 0).all(axis=1)
    return (np.isfinite(area) & (area > 0)) | ~has_box
