from collections.abc import Callable
from typing import Any

import pytest

from vitpose_plus.datasets.source import Published
from vitpose_plus.skeletons import SKELETONS
from vitpose_plus.validation import Counts, Subject
from vitpose_plus.validation.quiet import quiet_great_expectations
from vitpose_plus.validation.reasons import REASONS
from vitpose_plus.validation.suite import Suites, build_suites
from vitpose_plus.validation.values import OF_KEYPOINT, OF_RECORD, OF_TABLE

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
