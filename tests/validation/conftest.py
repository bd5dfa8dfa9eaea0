from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.table import AnnotationTable, Instance, build_table
from vitpose_plus.skeletons import Skeleton
from vitpose_plus.validation import Subject, Verdict, count_read, validate

Person = Callable[..., Instance]
Pictures = dict[str, PictureFact]


@pytest.fixture
def skeleton() -> Skeleton:
    return Skeleton(
        name="three",
        keypoints=("head", "left_hand", "right_hand"),
        twins=(("left_hand", "right_hand"),),
        limbs=(),
        sigmas=(0.1, 0.1, 0.1),
    )


@pytest.fixture
def person() -> Person:
    """A good instance of three keypoints; the arguments change it."""

    def make(number: int = 0, **changes: Any) -> Instance:
        values: dict[str, Any] = {
            "image_id": f"i{number}",
            "instance_id": str(number),
            "file_name": f"{number}.jpg",
            "bbox": (1.0, 2.0, 30.0, 20.0),
            "keypoints": np.array([[5, 6], [7, 8], [9, 9]], np.float32),
            "visibility": np.array([2, 1, 2], np.uint8),
            "source": f"f.json, annotation {number}",
            "area": 123.5,
            "width": 64,
            "height": 48,
        }
        return Instance(**(values | changes))

    return make


@pytest.fixture
def pictures() -> Pictures:
    return {f"{i}.jpg": PictureFact(width=64, height=48) for i in range(100)}


@pytest.fixture
def subject(skeleton: Skeleton) -> Callable[..., Subject]:
    """A subject of three keypoints for a table; the arguments change it."""

    def make(table: AnnotationTable | None = None, **changes: Any) -> Subject:
        values: dict[str, Any] = {
            "dataset": "d",
            "split": "s",
            "layout": "coco",
            "skeleton": skeleton,
            "metrics": ("oks",),
        }
        if "counts" not in changes:
            assert table is not None
            values["counts"] = count_read(table)
        return Subject(**(values | changes))

    return make


@pytest.fixture
def judge(subject: Callable[..., Subject], pictures: Pictures) -> Callable[..., Verdict]:
    """The verdict on these people; the arguments change the subject."""

    def make(people: Sequence[Instance], **changes: Any) -> Verdict:
        table = build_table("d", "s", people)
        return validate(table, pictures, subject(table, **changes))

    return make
