import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from vitpose_plus.datasets.table import Instance, build_table
from vitpose_plus.validation.boxes import collect_box_facts

Person = Callable[..., Instance]
UNLABELLED: dict[str, Any] = {"visibility": np.zeros(3, np.uint8)}
CROWD: dict[str, Any] = {"is_crowd": True}


def collect(people: list[Instance], size: tuple[int, int] = (64, 48)) -> pd.DataFrame:
    table = build_table("d", "s", people)
    sizes = np.tile(size, (len(table), 1))
    facts = collect_box_facts(table, sizes, table.trainable, ~table.trainable)
    return pd.DataFrame(facts)


def flagged(person: Instance, **about: Any) -> set[str]:
    """The facts that tell a flaw of this person."""
    row = collect([person], **about).iloc[0]
    return {str(name) for name, value in row.items() if value is np.True_ or value is True}


@pytest.mark.parametrize(
    ("box", "apart"),
    [
        ((63.5, 0, 10, 10), False),
        ((64, 0, 10, 10), True),
        ((0, 48, 10, 10), True),
        ((-10, 0, 10, 10), True),
        ((-10, 0, 10.5, 10), False),
        ((-99, -99, 300, 300), False),
        # Told apart under their own reasons.
        ((99, 0, 0, 10), False),
        ((np.inf, 0, 5, 10), False),
        ((-641, 0, 9, 9), False),
    ],
)
def test_a_box_shares_pixels_with_its_picture(
    person: Person, box: tuple[float, ...], apart: bool
) -> None:
    assert collect([person(0, bbox=box)])["box_outside_picture"].tolist() == [apart]


def test_rows_that_do_not_train_have_no_box_to_judge(person: Person) -> None:
    thin: dict[str, Any] = {"bbox": (1, 2, 2, 40), "area": 1e6}
    unlabelled = np.zeros(3, np.uint8)
    facts = collect(
        [
            person(0, **thin),
            person(1, **thin, is_crowd=True),
            person(2, **thin, visibility=unlabelled),
        ]
    )
    assert facts["box_shorter_side"].fillna(-1).tolist() == [2, -1, -1]
    assert facts["box_elongation"].fillna(-1).tolist() == [20, -1, -1]
    assert facts["area_beyond_box"].tolist() == [True, False, False]


@pytest.mark.parametrize("ignored", [UNLABELLED, CROWD])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        # Annotation 2206849 of COCO's person_keypoints_train2017, in a picture of our size.
        ({"bbox": (9.98, 18.56, 5.54, 0.0), "area": 0.0}, "box_without_area"),
        ({"bbox": (1, 2, -3, 4)}, "box_without_area"),
        ({"bbox": (70, 2, 9, 20)}, "box_outside_picture"),
        ({"area": 0.0}, "area_not_positive"),
    ],
)
def test_what_harms_a_row_that_trains_is_told_apart_in_others(
    person: Person, ignored: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    assert flagged(person(0, **changes)) == {reason}
    assert flagged(person(0, **changes, **ignored)) == {"ignored_box_without_area"}


@pytest.mark.parametrize("ignored", [{}, UNLABELLED, CROWD])
@pytest.mark.parametrize("area", [-5.0, np.nan, np.inf])
def test_an_area_that_any_pose_would_match_is_wrong_in_every_row(
    person: Person, ignored: dict[str, Any], area: float
) -> None:
    found = flagged(person(0, area=area, **ignored))
    assert found - {"area_beyond_box"} == {"area_not_positive"}


@pytest.mark.parametrize("ignored", [{}, UNLABELLED, CROWD])
def test_a_flawed_area_shows_in_an_ignored_row_whatever_its_box(
    person: Person, ignored: dict[str, Any]
) -> None:
    found = flagged(person(0, bbox=(1, 2, 30, -1), area=-30.0, **ignored))
    if ignored:
        assert found == {"area_not_positive", "ignored_box_without_area"}
    else:
        assert found == {"box_without_area"}


@pytest.mark.parametrize("ignored", [{}, UNLABELLED, CROWD])
@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize(
    ("value", "absurd"), [(640, False), (640.5, True), (2e9, True), (1e308, True)]
)
def test_ten_longer_sides_of_the_picture_are_the_farthest(
    person: Person, ignored: dict[str, Any], place: int, value: float, absurd: bool
) -> None:
    for sign in (1, -1):
        box = [1.0, 2.0, 30.0, 20.0]
        box[place] = sign * value
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = flagged(person(0, bbox=tuple(box), **ignored))
        assert (found == {"box_absurd"}) == absurd
        assert ("box_absurd" in found) == absurd


def test_a_box_is_measured_by_the_decoded_picture_before_the_claimed_size(person: Person) -> None:
    box = {"bbox": (1, 2, 700, 20)}
    assert "box_absurd" in flagged(person(0, **box, width=10_000))
    assert "box_absurd" not in flagged(person(0, **box), size=(100, 48))
    assert "box_absurd" in flagged(person(0, **box), size=(0, 0))


def test_without_any_size_no_box_is_absurd(person: Person) -> None:
    box = {"bbox": (1, 2, 1e308, 1e308), "width": 0, "height": 0}
    assert flagged(person(0, **box), size=(0, 0)) == set()
