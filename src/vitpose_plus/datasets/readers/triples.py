"""Flat x, y, v triples to points and visibility."""

from typing import Any

import numpy as np

from vitpose_plus.datasets.readers.values import numbers
from vitpose_plus.errors import AnnotationError


def split_triples(
    values: Any, count: int, where: str, what: str = "keypoints"
) -> tuple[np.ndarray, np.ndarray]:
    """Points [count, 2] and third values [count], both float64, of a flat list.

    Raises:
        AnnotationError: the list has another length than 3 x `count`, or holds no numbers.
    """
    if isinstance(values, list) and len(values) != 3 * count:
        raise AnnotationError(
            f"{where}: {what} holds {len(values)} numbers; {count} keypoints need {3 * count}. "
            "Set the skeleton that this file was labelled with, or mend the record."
        )
    triples = np.array(numbers(values, 3 * count, what, where)).reshape(count, 3)
    return triples[:, :2], triples[:, 2]


def visibility_codes(flags: np.ndarray, where: str) -> np.ndarray:
    """COCO's v [K] as uint8. Codes above 2 pass: the expectations reject and count them.

    Raises:
        AnnotationError: a flag is no whole number of a byte, such as a detector's confidence.
    """
    wrong = ~((flags >= 0) & (flags <= 255) & (flags == np.floor(flags)))
    if wrong.any():
        raise AnnotationError(
            f"{where}: visibility {flags[wrong][0]:g} is none of 0 (unlabelled), 1 (hidden), "
            "2 (visible). Are these predictions instead of annotations?"
        )
    return flags.astype(np.uint8)


def without_unlabelled(points: np.ndarray, visibility: np.ndarray) -> np.ndarray:
    """Points [K, 2] float32 with unlabelled ones at 0, 0: some files leave a leftover there."""
    return np.where((visibility > 0)[:, None], points, 0.0).astype(np.float32)
