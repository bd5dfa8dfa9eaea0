"""How crowded it is around an instance."""

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable


def crowding(rows: AnnotationTable, truth: AnnotationTable) -> tuple[np.ndarray, np.ndarray]:
    """Other instances whose boxes overlap an instance's.

    Args:
        rows: N instances, all of them in `truth`.
        truth: all rows of the split; its crowds, whose boxes cover half a picture, do not count.

    Returns:
        [N] how many boxes overlap; [N] the largest intersection over union with one of them.
    """
    single = truth.take(np.flatnonzero(~truth.column("is_crowd").astype(bool)))
    count, largest = np.zeros(len(single), int), np.zeros(len(single))
    _, picture = np.unique(single.column("image_id").astype(str), return_inverse=True)
    order = np.argsort(picture, kind="stable")
    for together in np.split(order, np.flatnonzero(np.diff(picture[order])) + 1):
        overlap = box_overlaps(single.bbox[together])
        np.fill_diagonal(overlap, 0.0)
        count[together] = (overlap > 0).sum(axis=1)
        largest[together] = overlap.max(axis=1)
    place = {name: i for i, name in enumerate(_names(single))}
    found = np.array([place[name] for name in _names(rows)], dtype=int)
    return count[found], largest[found]


def box_overlaps(boxes: np.ndarray) -> np.ndarray:
    """[n, 4] x, y, width, height -> [n, n] intersection over union; 0 for boxes without area."""
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    inner = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)
    shared = np.clip(inner, 0, None).prod(axis=2)
    area = boxes[:, 2:].prod(axis=1)
    union = area[:, None] + area - shared
    return np.where(union > 0, shared / np.where(union > 0, union, 1.0), 0.0)


def _names(table: AnnotationTable) -> list[tuple[str, str]]:
    return list(zip(table.column("image_id"), table.column("instance_id"), strict=True))
