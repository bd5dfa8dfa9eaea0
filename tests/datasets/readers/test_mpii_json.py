from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vitpose_plus.datasets.readers.mpii_json import read_mpii_json
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.errors import AnnotationError
from vitpose_plus.skeletons import SKELETONS

MPII = SKELETONS["mpii"]
Write = Callable[..., SplitSource]


@pytest.fixture
def record() -> dict[str, Any]:
    joints = [[-1.0, -1.0]] * 16
    joints[MPII.index("upper_neck")] = [51.0, 61.0]
    joints[MPII.index("head_top")] = [51.0, 31.0]
    flags = [int(x > 0) for x, _ in joints]
    return {"image": "1.jpg", "center": [11, 21], "scale": 2, "joints": joints, "joints_vis": flags}


def test_real_joints_are_counted_from_zero(real: Path) -> None:
    path = real / "real_mini/mpii/test_mpii.json"
    reading = read_mpii_json(SplitSource(annotations=path, images=path.parent), MPII)
    first = reading.instances[0]
    assert len(reading.instances) == 5
    assert first.keypoints[0].tolist() == [803, 710]
    # centre (966, 340), scale 4.718488: mmpose's loader gives centre_y 340 + 15 x scale, then -1.
    x, y, width, height = first.bbox
    assert (width, height) == (pytest.approx(943.6976), pytest.approx(943.6976))
    assert (x + width / 2, y + height / 2) == pytest.approx((965, 340 + 15 * 4.718488 - 1))


def test_head_size_is_the_distance_of_neck_and_top(record: dict[str, Any], split: Write) -> None:
    reading = read_mpii_json(split([record]), MPII)
    assert reading.instances[0].head_size == pytest.approx(30)
    assert "head_size is the distance" in reading.notes[0]


def test_without_a_labelled_head_there_is_no_head_size(
    record: dict[str, Any], split: Write
) -> None:
    record["joints_vis"][MPII.index("head_top")] = 0
    (instance,) = read_mpii_json(split([record]), MPII).instances
    assert instance.head_size is None
    assert np.flatnonzero(instance.visibility).tolist() == [MPII.index("upper_neck")]
    assert not instance.keypoints[MPII.index("head_top")].any()


@pytest.mark.parametrize("key", ["image", "center", "scale", "joints", "joints_vis"])
def test_a_missing_key_names_the_record(record: dict[str, Any], split: Write, key: str) -> None:
    broken = {name: value for name, value in record.items() if name != key}
    with pytest.raises(AnnotationError, match=rf"people\.json, record 2: key '{key}' is missing"):
        read_mpii_json(split([record, broken]), MPII)


def test_another_number_of_joints_names_the_record(record: dict[str, Any], split: Write) -> None:
    record["joints"] = record["joints"][:15]
    with pytest.raises(AnnotationError, match="record 1: joints should be 16 pairs, found 15"):
        read_mpii_json(split([record]), MPII)


@pytest.mark.parametrize("change", [{"joints": 5}, {"center": {}}, {"image": "/a.jpg"}])
def test_a_value_of_a_wrong_kind_is_told_with_its_record(split: Write, change: dict) -> None:
    good = {
        "image": "a.jpg",
        "center": [5, 6],
        "scale": 1.0,
        "joints": [[1, 2]] * 16,
        "joints_vis": [1] * 16,
    }
    with pytest.raises(AnnotationError, match=r"people.json, record 2: "):
        read_mpii_json(split([good, good | change]), SKELETONS["mpii"])
