"""Facts of boxes and areas: what a row that trains needs, and what stops nothing in others."""

from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable

ROUNDING = 1.02
"""Share by which an area may exceed its box: both are rounded in the files."""
FARTHEST = 10
"""Longer sides of its picture that a box may be wide, high or away. Beyond, what is cut around it
outgrows memory, then whole numbers; those of COCO, AIC and CrowdPose reach 1.0 at most."""


@dataclass(frozen=True)
class _Boxes:
    """[N] flags of each row's box: at most one of absurd, flat and apart.

    Attributes:
        finite: it is four finite numbers.
        absurd: wider, higher or further away than `FARTHEST` allows.
        flat: without a width or a height above zero.
        apart: shares no pixel with its picture.
    """

    finite: np.ndarray
    absurd: np.ndarray
    flat: np.ndarray
    apart: np.ndarray

    @property
    def sane(self) -> np.ndarray:
        """[N] flags: one can calculate with its numbers."""
        return self.finite & ~self.absurd

    @property
    def whole(self) -> np.ndarray:
        """[N] flags: sane, with a width and a height."""
        return self.sane & ~self.flat


def collect_box_facts(
    table: AnnotationTable, sizes: np.ndarray, trainable: np.ndarray, ignored: np.ndarray
) -> dict[str, object]:
    """[N] columns, a row an instance.

    Args:
        table: the rows.
        sizes: [N, 2] width and height of each row's decoded picture; 0 where unknown.
        trainable: [N] flags: no crowds, with a labelled keypoint.
        ignored: [N] flags: the others, as far as it is known.
    """
    boxes = _judge(table, sizes)
    return _box_facts(table, boxes, trainable) | _area_facts(table, boxes, trainable, ignored)


def _judge(table: AnnotationTable, sizes: np.ndarray) -> _Boxes:
    box = table.bbox
    finite = np.isfinite(box).all(axis=1)
    claimed = np.stack([table.column("width"), table.column("height")], axis=1)
    # A size that the file claims can be wrong, and only be warned of.
    longer = np.where(sizes > 0, sizes, claimed).max(axis=1).astype(np.float64)
    absurd = finite & (longer > 0) & (np.abs(box).max(axis=1) > FARTHEST * longer)
    flat = finite & ~absurd & (box[:, 2:] <= 0).any(axis=1)
    with np.errstate(invalid="ignore", over="ignore"):
        apart = ((box[:, :2] >= claimed) | (box[:, :2] + box[:, 2:] <= 0)).any(axis=1)
    known = (claimed > 0).all(axis=1)
    return _Boxes(finite, absurd, flat, apart & finite & ~absurd & ~flat & known)


def _box_facts(table: AnnotationTable, boxes: _Boxes, trainable: np.ndarray) -> dict[str, object]:
    judged = trainable & boxes.whole
    sides = np.where(judged[:, None], table.bbox[:, 2:], np.nan)
    with np.errstate(over="ignore"):
        shorter = sides.min(axis=1).astype(np.float32)
        elongation = (sides.max(axis=1) / sides.min(axis=1)).astype(np.float32)
    return {
        "box_not_finite": ~boxes.finite,
        "box_absurd": boxes.absurd,
        "box_without_area": boxes.flat & trainable,
        "box_outside_picture": boxes.apart & trainable,
        "box_shorter_side": shorter,
        "box_elongation": elongation,
    }


def _area_facts(
    table: AnnotationTable, boxes: _Boxes, trainable: np.ndarray, ignored: np.ndarray
) -> dict[str, object]:
    area, (width, height) = table.column("area"), table.bbox[:, 2:].T
    # OKS copes with a zero in what it ignores; with less, or no number, any pose would match it
    # there, and go unpunished.
    wrong = ~np.isfinite(area) | (area < 0) | ((area == 0) & ~ignored)
    # Many an area is its box's: one that is wrong itself is told apart.
    judged = np.where(ignored, boxes.sane, boxes.whole)
    without = boxes.flat | boxes.apart | (boxes.whole & (area == 0))
    with np.errstate(invalid="ignore", over="ignore"):
        beyond = area > ROUNDING * width * height + 1
    return {
        "area_not_positive": wrong & judged,
        "area_beyond_box": beyond & trainable & boxes.whole,
        "ignored_box_without_area": without & ignored,
    }
