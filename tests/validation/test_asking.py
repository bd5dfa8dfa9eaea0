from collections.abc import Callable
from dataclasses import replace

import pytest

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.source import Published
from vitpose_plus.datasets.table import Instance, build_table
from vitpose_plus.errors import ValidationError
from vitpose_plus.validation import Counts, Subject
from vitpose_plus.validation.asking import ask
from vitpose_plus.validation.facts import Facts, collect_facts

Person = Callable[..., Instance]


@pytest.fixture
def whole(
    person: Person, pictures: dict[str, PictureFact], subject: Callable[..., Subject]
) -> tuple[Facts, Subject]:
    people = [person(i, area=float(i % 2)) for i in range(90)]
    table = build_table("d", "s", people)
    about = subject(counts=Counts(90, 91, 90), published=Published(instances=90))
    return collect_facts(table, pictures, about), about


def test_answers_are_of_rows_or_of_the_whole(whole: tuple[Facts, Subject]) -> None:
    answers = {answer.reason: answer for answer in ask(*whole)}
    area, count = answers["area_not_positive"], answers["instances_not_as_published"]
    assert (area.frame, area.success, area.evaluated, area.observed) == (
        "records",
        False,
        90,
        None,
    )
    # All of them, not the first twenty.
    assert area.rows.tolist() == list(range(0, 90, 2))
    assert (count.frame, count.success, count.evaluated, count.observed) == (
        "counts",
        False,
        0,
        91,
    )
    assert not len(count.rows)
    assert answers["box_not_finite"].success


def test_an_expectation_that_cannot_run_is_an_error_and_not_a_pass(
    whole: tuple[Facts, Subject],
) -> None:
    facts, subject = whole
    cut = replace(facts, records=facts.records.drop(columns="keypoints_outside_picture"))
    with pytest.raises(ValidationError, match=r"keypoint_outside_picture.* could not judge"):
        ask(cut, subject)
