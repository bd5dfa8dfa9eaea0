from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.table import Instance, build_table
from vitpose_plus.validation.facts import collect_facts, outside

Person = Callable[..., Instance]


def one(person: Person, **changes: object) -> np.ndarray:
    return outside(build_table("d", "s", [person(0, **changes)]))[0]


@given(st.floats(-99, 199, width=32), st.floats(-99, 199, width=32))
def test_a_point_is_outside_beyond_one_pixel_of_the_edge(x: float, y: float) -> None:
    row = Instance(
        image_id="i",
        instance_id="0",
        file_name="0.jpg",
        bbox=(0, 0, 1, 1),
        keypoints=np.array([[x, y]], np.float32),
        visibility=np.array([2], np.uint8),
        source="f",
        area=1.0,
        width=64,
        height=48,
    )
    inside = -1 <= x <= 65 and -1 <= y <= 49
    assert bool(outside(build_table("d", "s", [row]))[0, 0]) is not inside


@pytest.mark.parametrize(("visibility", "expected"), [(0, False), (1, True), (2, True)])
def test_only_labelled_points_can_be_outside(
    person: Person, visibility: int, expected: bool
) -> None:
    flags = np.array([visibility, 0, 0], np.uint8)
    points = np.array([[500, 6], [0, 0], [0, 0]], np.float32)
    assert one(person, keypoints=points, visibility=flags).tolist() == [expected, False, False]


def test_a_picture_of_unknown_size_has_no_outside(person: Person) -> None:
    assert not one(person, width=0, height=0).any()


def test_columns_tell_each_row_its_own_facts(
    person: Person, pictures: dict[str, PictureFact]
) -> None:
    pictures["2.jpg"] = PictureFact(problem="unreadable", message="cut")
    pictures["3.jpg"] = PictureFact(width=48, height=64)
    del pictures["4.jpg"]
    table = build_table("d", "s", [person(i) for i in range(5)] + [person(1)])
    facts = collect_facts(table, pictures)
    assert facts["row"].tolist() == list(range(6))
    assert facts["picture_problem"].tolist() == [
        "none",
        "none",
        "unreadable",
        "none",
        "missing",
        "none",
    ]
    assert facts["size_differs"].tolist() == [False, False, False, True, False, False]
    assert facts["repeats_an_instance"].tolist() == [False] * 5 + [True]
