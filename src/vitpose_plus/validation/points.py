"""Facts of keypoints, gathered in slices: what is held beside the table stays small."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.skeletons import Skeleton
from vitpose_plus.validation.sides import Sides

OVERSHOOT = 1.0
"""Pixels by which a labelled keypoint may leave its picture: annotation tools clamp to the
picture's edge, which lies at `width` or at `width - 1` by their convention. COCO has none."""
BOX_MARGIN = 0.1
"""Share of a box's sides by which a keypoint may leave it and still count as inside."""
SLICE = 16_384
"""Rows that are looked at together."""

COLUMNS: dict[str, type] = {
    "labelled": np.int32,
    "trainable": np.bool_,
    "keypoint_not_finite": np.bool_,
    "highest_visibility": np.uint8,
    "keypoints_outside_picture": np.int32,
    "share_outside_box": np.float32,
    "keypoints_at_origin": np.int32,
    "keypoints_at_one_point": np.bool_,
    "digest": np.uint64,
}
"""What is known of every row; zero breaks nothing, and is what a row with a wrong number of
keypoints gets. `digest` is equal for equal labelled keypoints."""


def collect_point_facts(
    table: AnnotationTable, skeleton: Skeleton
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row an instance with `COLUMNS` and `keypoint_count`, and a row a keypoint.

    The latter has the keypoint's name, how many trainable rows it is `labelled` in, and
    `share_swapped` as in `Sides.shares`.

    Args:
        table: the rows.
        skeleton: the keypoints that each should have.
    """
    counts = keypoint_counts(table)
    columns: dict[str, np.ndarray] = {
        name: np.zeros(len(table), kind) for name, kind in COLUMNS.items()
    }
    labelled = np.zeros(len(skeleton), np.int64)
    sides = Sides.of(skeleton)
    for rows, part in _slices(table, counts == len(skeleton)):
        for name, values in _facts_of(part).items():
            columns[name][rows] = values
        labelled += (part.visibility[part.trainable] > 0).sum(axis=0)
        sides.add(part)
    keypoints = {
        "keypoint": list(skeleton.keypoints),
        "labelled": labelled,
        "facing": sides.seen,
        "share_swapped": sides.shares(),
    }
    return pd.DataFrame({"keypoint_count": counts} | columns), pd.DataFrame(keypoints)


def keypoint_counts(table: AnnotationTable) -> np.ndarray:
    """[N] keypoints of every row; -1 where coordinates and visibility disagree."""
    flags = pc.list_value_length(table.rows.column("visibility")).to_numpy()
    numbers = pc.list_value_length(table.rows.column("keypoints")).to_numpy()
    return np.where(numbers == 2 * flags, flags, -1).astype(np.int32)


def outside(table: AnnotationTable) -> np.ndarray:
    """Flags [N, K]: labelled keypoints further than `OVERSHOOT` beyond their picture's edge.

    A picture of unknown size (0 x 0: it is missing or unreadable) has no outside.
    """
    size = np.stack([table.column("width"), table.column("height")], axis=1)[:, None]
    beyond = (table.keypoints < -OVERSHOOT) | (table.keypoints > size + OVERSHOOT)
    return beyond.any(axis=-1) & (table.visibility > 0) & (size > 0).all(axis=-1)


def outside_box(table: AnnotationTable) -> np.ndarray:
    """Flags [N, K]: labelled keypoints further than `BOX_MARGIN` beyond their box.

    A box without area has no outside; it is told apart.
    """
    corner, size = table.bbox[:, None, :2], table.bbox[:, None, 2:]
    margin = BOX_MARGIN * size
    with np.errstate(invalid="ignore", over="ignore"):
        low, high = corner - margin, corner + size + margin
        beyond = (table.keypoints < low) | (table.keypoints > high)
    return beyond.any(axis=-1) & (table.visibility > 0) & (size > 0).all(axis=-1)


def at_origin(table: AnnotationTable) -> np.ndarray:
    """Flags [N, K]: labelled keypoints at exactly (0, 0), where unlabelled ones are kept."""
    return (table.keypoints == 0).all(axis=-1) & (table.visibility > 0)


def _slices(
    table: AnnotationTable, usable: np.ndarray
) -> Iterator[tuple[np.ndarray, AnnotationTable]]:
    """Indices and rows, a slice at a time, of the rows that are usable."""
    for start in range(0, len(table), SLICE):
        part = AnnotationTable(table.rows.slice(start, SLICE))
        good = np.flatnonzero(usable[start : start + SLICE])
        if len(good):
            yield start + good, part if len(good) == len(part) else part.take(good)


def _facts_of(part: AnnotationTable) -> dict[str, np.ndarray]:
    flags = part.visibility > 0
    labelled = flags.sum(axis=1)
    beyond = outside_box(part).sum(axis=1)
    return {
        "labelled": labelled,
        "trainable": part.trainable,
        "keypoint_not_finite": ~np.isfinite(part.keypoints).all(axis=(1, 2)),
        "highest_visibility": part.visibility.max(axis=1, initial=0),
        "keypoints_outside_picture": outside(part).sum(axis=1),
        "share_outside_box": part.trainable * beyond / np.maximum(labelled, 1),
        "keypoints_at_origin": at_origin(part).sum(axis=1),
        "keypoints_at_one_point": (labelled >= 3) & _coincide(part.keypoints, flags),
        "digest": _digest(part.keypoints, flags),
    }


def _coincide(keypoints: np.ndarray, flags: np.ndarray) -> np.ndarray:
    """[N] flags: all of the labelled keypoints are one point."""
    chosen = flags[..., None]
    low = keypoints.min(axis=1, where=chosen, initial=np.inf)
    high = keypoints.max(axis=1, where=chosen, initial=-np.inf)
    return (low == high).all(axis=1)


def _digest(keypoints: np.ndarray, flags: np.ndarray) -> np.ndarray:
    """[N] 64-bit hashes of the labelled keypoints."""
    labelled = np.where(flags[..., None], keypoints, np.float32(np.nan)).reshape(len(flags), -1)
    columns = pd.DataFrame(np.ascontiguousarray(labelled).view(np.uint32))
    return pd.util.hash_pandas_object(columns, index=False).to_numpy()
