from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.datasets.table import Instance, build_table
from vitpose_plus.skeletons import Skeleton
from vitpose_plus.validation import points
from vitpose_plus.validation.points import collect_point_facts, outside, outside_box

Person = Callable[..., Instance]


def one(person: Person, **changes: object) -> np.ndarray:
    return outside(build_table("d", "s", [person(0, **changes)]))[0]


def single(x: float, y: float, **changes: object) -> Instance:
    values = {
        "image_id": "i",
        "instance_id": "0",
        "file_name": "0.jpg",
        "bbox": (0, 0, 1, 1),
        "keypoints": np.array([[x, y]], np.float32),
        "visibility": np.array([2], np.uint8),
        "source": "f",
        "area": 1.0,
        "width": 64,
        "height": 48,
    }
    return Instance(**(values | changes))  # type: ignore[arg-type]


@given(st.floats(-99, 199, width=32), st.floats(-99, 199, width=32))
def test_a_point_is_outside_beyond_one_pixel_of_the_edge(x: float, y: float) -> None:
    inside = -1 <= x <= 65 and -1 <= y <= 49
    assert bool(outside(build_table("d", "s", [single(x, y)]))[0, 0]) is not inside


@given(st.floats(-99, 199, width=32), st.floats(-99, 199, width=32))
def test_a_point_is_outside_the_box_beyond_a_tenth_of_its_sides(x: float, y: float) -> None:
    inside = 8 <= x <= 32 and 16 <= y <= 64
    table = build_table("d", "s", [single(x, y, bbox=(10, 20, 20, 40))])
    assert bool(outside_box(table)[0, 0]) is not inside


@pytest.mark.parametrize(("visibility", "expected"), [(0, False), (1, True), (2, True)])
def test_only_labelled_points_can_be_outside(
    person: Person, visibility: int, expected: bool
) -> None:
    flags = np.array([visibility, 0, 0], np.uint8)
    places = np.array([[500, 6], [0, 0], [0, 0]], np.float32)
    assert one(person, keypoints=places, visibility=flags).tolist() == [expected, False, False]


def test_a_picture_of_unknown_size_has_no_outside(person: Person) -> None:
    assert not one(person, width=0, height=0).any()


def test_a_box_without_area_has_no_outside(person: Person) -> None:
    assert not outside_box(build_table("d", "s", [person(0, bbox=(40, 40, 0, 9))])).any()


def test_rows_with_another_number_of_keypoints_stand_aside(
    person: Person, skeleton: Skeleton
) -> None:
    two = {"keypoints": np.full((2, 2), -99.0), "visibility": np.array([2, 2])}
    uneven = {"keypoints": np.full((2, 2), -99.0), "visibility": np.array([2, 2, 2])}
    away = np.full((3, 2), -99.0)
    people = [person(0, **two), person(1, keypoints=away), person(2, **uneven), person(3)]
    facts, keypoints = collect_point_facts(build_table("d", "s", people), skeleton)
    assert facts["keypoint_count"].tolist() == [2, 3, -1, 3]
    assert facts["keypoints_outside_picture"].tolist() == [0, 3, 0, 0]
    assert facts["trainable"].tolist() == [False, True, False, True]
    assert keypoints["labelled"].tolist() == [2, 2, 2]


def test_slices_change_nothing(
    person: Person, skeleton: Skeleton, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    people = [
        person(
            i,
            keypoints=rng.uniform(-20, 80, (2 if i == 7 else 3, 2)),
            visibility=rng.integers(0, 3, 2 if i == 7 else 3),
        )
        for i in range(23)
    ]
    table = build_table("d", "s", people)
    whole = collect_point_facts(table, skeleton)
    monkeypatch.setattr(points, "SLICE", 5)
    for ours, theirs in zip(collect_point_facts(table, skeleton), whole, strict=True):
        pd.testing.assert_frame_equal(ours, theirs)


def test_a_digest_tells_labelled_keypoints_apart_and_nothing_else(
    person: Person, skeleton: Skeleton
) -> None:
    flags = np.array([2, 1, 0], np.uint8)
    base = np.array([[5, 6], [7, 8], [0, 0]], np.float32)
    unlabelled, moved = base.copy(), base.copy()
    unlabelled[2] = 9
    moved[0, 0] = np.nextafter(np.float32(5), np.float32(6))
    people = [
        person(0, keypoints=base, visibility=flags),
        person(1, keypoints=unlabelled, visibility=np.array([1, 2, 0])),
        person(2, keypoints=moved, visibility=flags),
        person(3, keypoints=base, visibility=np.array([2, 0, 0])),
        person(4, keypoints=base[:, ::-1], visibility=flags),
    ]
    facts, _ = collect_point_facts(build_table("d", "s", people), skeleton)
    digests = facts["digest"].tolist()
    assert digests[0] == digests[1]
    assert len(set(digests)) == 4


def test_keypoints_are_counted_over_the_rows_that_train(person: Person, skeleton: Skeleton) -> None:
    people = [
        person(0, visibility=np.array([2, 0, 0])),
        person(1, visibility=np.array([1, 2, 0])),
        person(2, visibility=np.array([2, 2, 2]), is_crowd=True),
    ]
    _, keypoints = collect_point_facts(build_table("d", "s", people), skeleton)
    assert dict(zip(keypoints["keypoint"], keypoints["labelled"], strict=True)) == {
        "head": 2,
        "left_hand": 1,
        "right_hand": 0,
    }
