"""A table's rows as pictures with their boxes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException

from pipelines.serving.deadline import check_deadline
from pipelines.serving.pictures import read_image
from vitpose_plus.inference.estimate import whole_picture

LARGEST = 10  # times the picture's longer side: a box beyond is a mistake.


@dataclass(frozen=True, eq=False)
class Row:
    """One picture.

    Attributes:
        picture: [H, W, 3] uint8 RGB.
        boxes: [N, 4] x, y, width, height in pixels.
    """

    picture: np.ndarray
    boxes: np.ndarray


def read_rows(table: pd.DataFrame) -> Iterator[Row]:
    """Decode a table's rows one after another: `image`, and `boxes` where there are some.

    Raises:
        MlflowException: a row is refused (INVALID_PARAMETER_VALUE, which MLflow answers with 400),
            or nobody waits for the answer any more (DEADLINE_EXCEEDED).
    """
    given = table["boxes"] if "boxes" in table else [None] * len(table)
    for number, (image, boxes) in enumerate(zip(table["image"], given, strict=True)):
        check_deadline()
        try:
            picture = read_image(image)
            row = Row(picture, read_boxes(boxes, picture))
        except ValueError as error:
            raise MlflowException.invalid_parameter_value(f"row {number}: {error}") from error
        yield row


def read_boxes(boxes: object, picture: np.ndarray) -> np.ndarray:
    """The boxes to look at: [N, 4] x, y, width, height in pixels.

    Args:
        boxes: N lists of four numbers; none at all (None or NaN): the whole picture is the box.
        picture: [H, W, 3].

    Raises:
        ValueError: they are no boxes, or one is empty, far too large or beside the picture.
    """
    if boxes is None or boxes is pd.NA or (isinstance(boxes, float) and np.isnan(boxes)):
        return whole_picture(picture)
    found = _numbers(boxes)
    height, width = picture.shape[:2]
    for index, box in enumerate(found):
        if reason := _fault(box, width, height):
            raise ValueError(f"box {index} {reason}: {box.tolist()}")
    return found


def _numbers(boxes: object) -> np.ndarray:
    wanted = "boxes must be a list of [x, y, width, height]"
    if not isinstance(boxes, list | tuple | np.ndarray):
        raise ValueError(f"{wanted}, not {type(boxes).__name__}")
    try:
        found = np.asarray(list(boxes))  # A column read from Parquet holds arrays of arrays.
    except ValueError as error:
        raise ValueError(f"{wanted}, all of four numbers") from error
    if len(found) == 0:
        return np.zeros((0, 4))
    if found.dtype.kind not in "iuf" or found.shape[1:] != (4,):
        raise ValueError(f"{wanted}, all of four numbers")
    return found.astype(np.float64)


def _fault(box: np.ndarray, width: int, height: int) -> str | None:
    if not np.isfinite(box).all():
        return "has a coordinate that is no number"
    if (box[2:] < 1).any():
        return "is less than a pixel wide or high"
    if box[2:].max() > LARGEST * max(width, height):
        return f"is more than {LARGEST} times as large as the picture ({width} x {height})"
    far = box[:2] + box[2:]
    if (far <= 0).any() or (box[:2] >= (width, height)).any():
        return f"lies beside the picture ({width} x {height})"
    return None
