"""The expectations of a data set, written with Great Expectations.

Every expectation's `meta` names the reason that a breach is counted under and its level; its
description is the sentence that Data Docs show.
"""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from vitpose_plus.datasets.source import Layout
from vitpose_plus.validation.reasons import REASONS
from vitpose_plus.validation.sides import tells_sides
from vitpose_plus.validation.subject import Subject

MOST_OUTSIDE_BOX = 0.5
SMALLEST_SIDE = 3.0
LONGEST_BOX = 10.0
MOST_SWAPPED = 0.6
"""A facing person's arms can cross; those of most people do not."""
CATEGORIES: dict[Layout, int] = {"ap10k": 54, "apt36k": 30, "coco_wholebody": 1, "crowdpose": 1}
"""Published numbers of categories, of layouts that list them in their files."""
HAND_TYPES = ("right", "left", "interacting")
SEVERITY = {"error": "critical", "warn": "warning"}


@dataclass(frozen=True)
class Suites:
    """`great_expectations.ExpectationSuite`s over the frames of `Facts`; None: nothing to ask."""

    records: Any
    keypoints: Any
    counts: Any | None


def build_suites(gx: ModuleType, subject: Subject) -> Suites:
    """What is expected of one split of one data set.

    Args:
        gx: the package, imported.
        subject: which split of which data set.
    """
    write = _Writer(gx, subject)
    records = [*_of_pictures_and_boxes(write), *_of_keypoints(write), *_of_ids(write)]
    counts = _of_counts(write)
    return Suites(
        records=write.suite("records", [*records, *_of_layout(write)]),
        keypoints=write.suite("keypoints", _of_the_skeleton(write)),
        counts=write.suite("counts", counts) if counts else None,
    )


@dataclass(frozen=True)
class _Writer:
    """Expectations in the words of this room: a reason, a column and what it may hold."""

    gx: ModuleType
    subject: Subject

    def suite(self, frame: str, expectations: list[Any]) -> Any:
        name = f"{self.subject.dataset}, {self.subject.split}: {frame}"
        return self.gx.ExpectationSuite(name, expectations=expectations)

    def one_of(self, reason: str, column: str, *values: object) -> Any:
        return self.gx.expectations.ExpectColumnValuesToBeInSet(
            column=column, value_set=list(values), **self._about(reason)
        )

    def never(self, reason: str, column: str) -> Any:
        return self.one_of(reason, column, False)

    def none_of(self, reason: str, column: str, *values: object) -> Any:
        return self.gx.expectations.ExpectColumnValuesToNotBeInSet(
            column=column, value_set=list(values), **self._about(reason)
        )

    def above_zero(self, reason: str, column: str) -> Any:
        return self.gx.expectations.ExpectColumnValuesToBeBetween(
            column=column, min_value=0, strict_min=True, **self._about(reason)
        )

    def between(self, reason: str, column: str, **limits: float) -> Any:
        return self.gx.expectations.ExpectColumnValuesToBeBetween(
            column=column, **limits, **self._about(reason)
        )

    def present(self, reason: str, column: str) -> Any:
        return self.gx.expectations.ExpectColumnValuesToNotBeNull(
            column=column, **self._about(reason)
        )

    def kinds(self, reason: str, column: str, most: int) -> Any:
        return self.gx.expectations.ExpectColumnUniqueValueCountToBeBetween(
            column=column, max_value=most, **self._about(reason, f": {most}")
        )

    def total(self, reason: str, column: str, value: int) -> Any:
        return self.gx.expectations.ExpectColumnSumToBeBetween(
            column=column, min_value=value, max_value=value, **self._about(reason, f": {value:,}")
        )

    def rows(self, reason: str, least: int) -> Any:
        return self.gx.expectations.ExpectTableRowCountToBeBetween(
            min_value=least, **self._about(reason)
        )

    def _about(self, reason: str, value: str = "") -> dict[str, Any]:
        level = self.subject.level(reason)
        return {
            "meta": {"reason": reason, "level": level},
            "severity": SEVERITY[level],
            "description": REASONS[reason].says + value,
        }


def _of_pictures_and_boxes(write: _Writer) -> list[Any]:
    return [
        write.none_of("picture_missing", "picture_problem", "missing"),
        write.none_of("picture_unreadable", "picture_problem", "unreadable"),
        write.never("picture_size_differs", "picture_size_differs"),
        write.never("box_not_finite", "box_not_finite"),
        write.never("box_absurd", "box_absurd"),
        write.never("box_without_area", "box_without_area"),
        write.never("box_outside_picture", "box_outside_picture"),
        write.between("box_tiny", "box_shorter_side", min_value=SMALLEST_SIDE),
        write.between("box_elongated", "box_elongation", max_value=LONGEST_BOX),
        write.never("area_not_positive", "area_not_positive"),
        write.never("area_beyond_box", "area_beyond_box"),
        write.never("ignored_box_without_area", "ignored_box_without_area"),
    ]


def _of_keypoints(write: _Writer) -> list[Any]:
    count = len(write.subject.skeleton)
    return [
        write.one_of("keypoint_count_differs", "keypoint_count", count),
        write.never("keypoint_not_finite", "keypoint_not_finite"),
        write.one_of("visibility_unknown", "highest_visibility", 0, 1, 2),
        write.one_of("keypoint_outside_picture", "keypoints_outside_picture", 0),
        write.between("keypoints_outside_box", "share_outside_box", max_value=MOST_OUTSIDE_BOX),
        write.one_of("keypoint_at_origin", "keypoints_at_origin", 0),
        write.never("keypoints_at_one_point", "keypoints_at_one_point"),
        write.never("person_twice", "person_twice"),
    ]


def _of_ids(write: _Writer) -> list[Any]:
    return [
        write.never("duplicate_instance", "duplicate_instance"),
        write.never("image_id_missing", "image_id_missing"),
        write.never("instance_id_missing", "instance_id_missing"),
        write.one_of("foreign_split", "split", write.subject.split),
        write.present("category_missing", "category"),
        write.rows("empty_table", 1),
    ]


def _of_layout(write: _Writer) -> list[Any]:
    """What holds of one official set and not of others."""
    subject = write.subject
    expectations = []
    if subject.scored_by_heads:
        expectations.append(write.above_zero("head_size_missing", "head_size"))
    if subject.layout == "interhand":
        # A set of values lets nulls pass.
        expectations.append(write.present("hand_type_unknown", "hand_type"))
        expectations.append(write.one_of("hand_type_unknown", "hand_type", *HAND_TYPES))
    if subject.layout == "apt36k":
        expectations.append(write.never("video_missing", "video_missing"))
    if subject.layout in CATEGORIES:
        most = CATEGORIES[subject.layout]
        expectations.append(write.kinds("too_many_categories", "category", most))
    return expectations


def _of_the_skeleton(write: _Writer) -> list[Any]:
    expectations = [write.above_zero("keypoint_never_labelled", "labelled")]
    if tells_sides(write.subject.skeleton):
        swapped = write.between("left_and_right_swapped", "share_swapped", max_value=MOST_SWAPPED)
        expectations.append(swapped)
    return expectations


def _of_counts(write: _Writer) -> list[Any]:
    published = write.subject.published
    if published is None:
        return []
    given = {
        "images": published.images,
        "instances": published.instances,
        "labelled": published.labelled,
    }
    return [
        write.total(f"{name}_not_as_published", name, value)
        for name, value in given.items()
        if value is not None
    ]
