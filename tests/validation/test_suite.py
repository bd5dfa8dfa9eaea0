from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from vitpose_plus.datasets.source import Published
from vitpose_plus.datasets.table import Instance
from vitpose_plus.skeletons import SKELETONS
from vitpose_plus.validation import Counts, Subject, Verdict
from vitpose_plus.validation.quiet import quiet_great_expectations
from vitpose_plus.validation.reasons import REASONS
from vitpose_plus.validation.suite import Suites, build_suites
from vitpose_plus.validation.values import OF_KEYPOINT, OF_RECORD, OF_TABLE

Person = Callable[..., Instance]
Judge = Callable[..., Verdict]
Build = Callable[..., Suites]


@pytest.fixture
def build(subject: Callable[..., Subject]) -> Build:
    def make(**changes: Any) -> Suites:
        with quiet_great_expectations() as gx:
            return build_suites(gx, subject(counts=Counts(1, 1, 1), **changes))

    return make


def reasons(suite: Any) -> set[str]:
    return {expectation.meta["reason"] for expectation in suite.expectations}


def test_every_reason_is_asked_of_some_data_set_and_has_words(build: Build) -> None:
    published = Published(images=1, instances=1, labelled=1)
    asked: set[str] = set()
    for layout, metric in (("mpii", "pckh"), ("interhand", "oks"), ("apt36k", "oks")):
        suites = build(
            layout=layout, metrics=(metric,), published=published, skeleton=SKELETONS["coco"]
        )
        asked |= reasons(suites.records) | reasons(suites.keypoints) | reasons(suites.counts)
    assert asked == set(REASONS) == {*OF_RECORD, *OF_KEYPOINT, *OF_TABLE}


def test_nothing_is_asked_that_a_set_does_not_have(build: Build) -> None:
    suites = build()
    special = {"head_size_missing", "hand_type_unknown", "video_missing", "too_many_categories"}
    assert not reasons(suites.records) & special
    assert reasons(suites.keypoints) == {"keypoint_never_labelled"}
    assert suites.counts is None


def test_only_published_counts_are_compared(build: Build) -> None:
    suites = build(published=Published(images=7))
    (expectation,) = suites.counts.expectations
    assert expectation.meta == {"reason": "images_not_as_published", "level": "error"}
    assert (expectation.min_value, expectation.max_value) == (7, 7)


def test_the_number_of_keypoints_is_the_skeletons(build: Build) -> None:
    suites = build(skeleton=SKELETONS["coco_wholebody"])
    (count,) = [
        e for e in suites.records.expectations if e.meta["reason"] == "keypoint_count_differs"
    ]
    assert count.value_set == [133]


def test_a_lowered_reason_is_a_warning_to_great_expectations_too(build: Build) -> None:
    suites = build(warn=frozenset({"area_not_positive"}))
    found = {e.meta["reason"]: e for e in suites.records.expectations}
    assert found["area_not_positive"].severity == "warning"
    assert found["duplicate_instance"].severity == "critical"
    assert found["box_tiny"].meta["level"] == "warn"
    assert found["box_tiny"].description == REASONS["box_tiny"].says


@pytest.mark.parametrize(
    ("about", "good", "bad", "reason", "value"),
    [
        (
            {"layout": "mpii", "metrics": ("pckh",)},
            {"head_size": 9.0},
            {"head_size": 0.0},
            "head_size_missing",
            "head size 0.0",
        ),
        (
            {"layout": "mpii", "metrics": ("pckh",)},
            {"head_size": 9.0},
            {},
            "head_size_missing",
            "head size nan",
        ),
        (
            {"layout": "interhand"},
            {"hand_type": "interacting"},
            {"hand_type": "both"},
            "hand_type_unknown",
            "hand type 'both'",
        ),
        (
            {"layout": "interhand"},
            {"hand_type": "left"},
            {},
            "hand_type_unknown",
            "hand type None",
        ),
        (
            {"layout": "apt36k"},
            {"video_id": "4"},
            {},
            "video_missing",
            "image 'i1', instance '1'",
        ),
    ],
)
def test_what_one_official_set_must_have(
    person: Person,
    judge: Judge,
    about: dict[str, Any],
    good: dict[str, Any],
    bad: dict[str, Any],
    reason: str,
    value: str,
) -> None:
    (breach,) = judge([person(0, **good), person(1, **bad)], **about).findings.breaches
    assert (breach.reason, breach.level, breach.rows.tolist()) == (reason, "error", [1])
    assert breach.examples[0].value == value


def test_people_who_are_not_scored_need_no_head_size(person: Person, judge: Judge) -> None:
    unlabelled = person(1, visibility=np.zeros(3, np.uint8))
    people = [person(0, head_size=9.0), unlabelled]
    assert not judge(people, layout="mpii", metrics=("pckh",)).findings.breaches


@pytest.mark.parametrize(("crossed", "noticed"), [(24, False), (25, True)])
def test_sides_may_cross_in_six_of_ten_people(
    person: Person, judge: Judge, crossed: int, noticed: bool
) -> None:
    coco = SKELETONS["coco"]
    people = []
    for i in range(40):
        points = np.stack([np.full(17, 15.0), np.linspace(3, 20, 17)], axis=1)
        for left, right in coco.twins:
            points[[coco.index(left), coco.index(right)], 0] = 20, 10
        if i < crossed:
            points[[coco.index("left_wrist"), coco.index("right_wrist")], 0] = 10, 20
        people.append(person(i, keypoints=points, visibility=np.full(17, 2)))
    found = [breach.reason for breach in judge(people, skeleton=coco).findings.breaches]
    assert found == ["left_and_right_swapped"] * noticed
