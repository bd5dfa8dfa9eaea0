from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.table import AnnotationTable, Instance, build_table
from vitpose_plus.validation import Counts, Subject
from vitpose_plus.validation.facts import collect_facts

Person = Callable[..., Instance]
Collect = Callable[[list[Instance]], pd.DataFrame]


@pytest.fixture
def collect(subject: Callable[..., Subject], pictures: Mapping[str, PictureFact]) -> Collect:
    def facts(people: list[Instance]) -> pd.DataFrame:
        table = build_table("d", "s", people)
        return collect_facts(table, pictures, subject(table)).records

    return facts


def test_columns_tell_each_row_its_own_facts(
    person: Person, pictures: dict[str, PictureFact], collect: Collect
) -> None:
    pictures["2.jpg"] = PictureFact(problem="unreadable", message="cut")
    pictures["3.jpg"] = PictureFact(width=48, height=64)
    del pictures["4.jpg"]
    facts = collect([person(i) for i in range(5)] + [person(1)])
    assert facts["picture_problem"].tolist() == [
        "none",
        "none",
        "unreadable",
        "none",
        "missing",
        "none",
    ]
    assert facts["picture_size_differs"].tolist() == [False, False, False, True, False, False]
    assert facts["duplicate_instance"].tolist() == [False] * 5 + [True]


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
    ],
)
def test_a_box_shares_pixels_with_its_picture(
    person: Person, collect: Collect, box: tuple[float, ...], apart: bool
) -> None:
    assert collect([person(0, bbox=box)])["box_outside_picture"].tolist() == [apart]


def test_missing_ids_are_not_duplicates(person: Person, collect: Collect) -> None:
    facts = collect([person(0, instance_id=None), person(1, instance_id=None)])
    assert facts["instance_id_missing"].tolist() == [True, True]
    assert not facts["duplicate_instance"].any()


def test_a_person_twice_is_three_equal_keypoints_in_one_picture(
    person: Person, collect: Collect
) -> None:
    two = {"visibility": np.array([2, 2, 0]), "file_name": "9.jpg"}
    people = [
        person(0),
        person(1, file_name="0.jpg"),
        person(2),
        person(3, file_name="0.jpg", is_crowd=True),
        person(4, **two),
        person(5, **two),
    ]
    assert collect(people)["person_twice"].tolist() == [False, True] + [False] * 4


def test_rows_that_do_not_train_have_no_box_to_judge(person: Person, collect: Collect) -> None:
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


def test_counts_are_passed_on(
    person: Person, subject: Callable[..., Subject], pictures: dict[str, PictureFact]
) -> None:
    table = build_table("d", "s", [person(0)])
    facts = collect_facts(table, pictures, subject(counts=Counts(4, 9, 7)))
    assert facts.counts.to_dict("records") == [{"images": 4, "instances": 9, "labelled": 7}]


def test_a_table_of_several_chunks_keeps_its_texts(
    person: Person, subject: Callable[..., Subject], pictures: dict[str, PictureFact]
) -> None:
    people = [person(0, category="cat"), person(1, category="dog"), person(2, category="cat")]
    parts = [build_table("d", "s", [one]).rows for one in people]
    table = AnnotationTable(pa.concat_tables(parts))
    assert collect_facts(table, pictures, subject(table)).records["category"].tolist() == [
        "cat",
        "dog",
        "cat",
    ]
