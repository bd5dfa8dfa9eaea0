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


def test_a_row_with_too_few_keypoints_is_not_taken_for_an_ignored_one(
    person: Person, collect: Collect
) -> None:
    few: dict[str, Any] = {"keypoints": np.ones((2, 2)), "visibility": np.zeros(2, np.uint8)}
    flat: dict[str, Any] = {"bbox": (1, 2, 0, 20)}
    facts = collect([person(0, **flat, **few)])
    assert facts["ignored_box_without_area"].tolist() == [False]
    facts = collect([person(0, **flat, visibility=np.zeros(3, np.uint8))])
    assert facts["ignored_box_without_area"].tolist() == [True]


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
