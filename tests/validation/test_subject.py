from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from vitpose_plus.datasets.table import AnnotationTable, Instance, build_table
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.validation import Counts, Subject, count_read

Person = Callable[..., Instance]


def test_counts_are_of_what_was_read(person: Person) -> None:
    nothing = np.zeros(3, np.uint8)
    people = [
        person(0),
        person(1, file_name="0.jpg"),
        person(2, visibility=nothing),
        person(3, is_crowd=True),
    ]
    counts = count_read(build_table("d", "s", people), skipped=5)
    assert counts == Counts(images=3, instances=9, labelled=2)


def test_a_subject_refuses_a_flaw_that_it_does_not_know(subject: Callable[..., Subject]) -> None:
    with pytest.raises(ConfigurationError, match=r"data\.datasets\.d\.warn: there is no reason"):
        subject(counts=Counts(1, 1, 1), warn=frozenset({"nonsense"}))


@pytest.mark.parametrize(
    ("layout", "metrics", "expected"),
    [
        ("mpii", ("pckh",), True),
        ("mpii", ("oks",), False),
        ("mpii_json", ("pckh",), False),
    ],
)
def test_heads_are_needed_where_the_official_file_is_scored_by_them(
    subject: Callable[..., Subject], layout: str, metrics: tuple[str, ...], expected: bool
) -> None:
    found = subject(counts=Counts(1, 1, 1), layout=layout, metrics=metrics)
    assert found.scored_by_heads is expected


def test_counting_minds_neither_slices_nor_other_numbers_of_keypoints(person: Person) -> None:
    two = person(2, keypoints=np.ones((2, 2)), visibility=np.array([0, 1]))
    people = [person(0), person(1, visibility=np.zeros(3)), two, person(3), person(4)]
    whole = build_table("d", "s", people)
    parts = [whole.rows.slice(1, 3), whole.rows.slice(3, 2)]
    table = AnnotationTable(pa.concat_tables(parts))
    assert count_read(table) == Counts(images=4, instances=5, labelled=4)
