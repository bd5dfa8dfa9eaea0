import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.source import Published
from vitpose_plus.datasets.table import AnnotationTable, Instance, build_table
from vitpose_plus.errors import ValidationError
from vitpose_plus.skeletons import SKELETONS
from vitpose_plus.validation import Breach, Counts, Subject, Verdict
from vitpose_plus.validation.judge import validate

Person = Callable[..., Instance]
Pictures = dict[str, PictureFact]
Judge = Callable[..., Verdict]
HEAD = np.array([2, 0, 0], np.uint8)


def broken(verdict: Verdict) -> list[tuple[str, list[int]]]:
    return [(b.reason, b.rows.tolist()) for b in verdict.findings.breaches]


def only(verdict: Verdict) -> Breach:
    (breach,) = verdict.findings.breaches
    return breach


def test_good_records_break_nothing(person: Person, judge: Judge) -> None:
    people = [
        person(0),
        person(1, is_crowd=True, visibility=np.zeros(3, np.uint8)),
        person(2, bbox=(-50.0, -20.0, 300.0, 300.0)),
        person(3, keypoints=np.array([[1.1, 21.9], [31.9, 3], [0.5, 4]], np.float32)),
    ]
    assert broken(judge(people)) == []


@pytest.mark.parametrize(
    ("changes", "reason", "value"),
    [
        ({"bbox": (1, 2, 0, 20)}, "box_without_area", "bbox [1, 2, 0, 20]"),
        ({"bbox": (1, 2, 0, 0)}, "box_without_area", "bbox [1, 2, 0, 0]"),
        ({"bbox": (1, 2, 30, -1)}, "box_without_area", "bbox [1, 2, 30, -1]"),
        ({"bbox": (np.nan, 2, 30, 20)}, "box_not_finite", "bbox [nan, 2, 30, 20]"),
        ({"bbox": (1, 2, np.inf, 20)}, "box_not_finite", "bbox [1, 2, inf, 20]"),
        (
            {
                "bbox": (64.5, 2, 9, 20),
                "keypoints": np.tile([64.0, 20.0], (3, 1)),
                "visibility": HEAD,
            },
            "box_outside_picture",
            "bbox [64.5, 2, 9, 20], picture 64 x 48",
        ),
        (
            {"bbox": (1, 2, 2e9, 20), "area": 9.0},
            "box_absurd",
            "bbox [1, 2, 2e+09, 20], picture 64 x 48",
        ),
        (
            {"bbox": (1, 2, 1e308, 1e308), "area": np.inf, "is_crowd": True},
            "box_absurd",
            "bbox [1, 2, 1e+308, 1e+308], picture 64 x 48",
        ),
        ({"area": 0.0}, "area_not_positive", "area 0"),
        ({"area": float("nan")}, "area_not_positive", "area nan"),
        (
            {
                "keypoints": np.array([[5, 6], [7, 50], [0, 0]], np.float32),
                "visibility": np.array([2, 1, 0]),
            },
            "keypoint_outside_picture",
            "keypoint 1 at (7, 50), visibility 1, picture 64 x 48",
        ),
        (
            {"keypoints": np.array([[5, np.nan], [7, 8], [9, 9]], np.float32)},
            "keypoint_not_finite",
            "keypoint 0 at (5, nan)",
        ),
        (
            {"keypoints": np.ones((2, 2)), "visibility": np.array([2, 2])},
            "keypoint_count_differs",
            "4 coordinates, 2 visibilities",
        ),
        (
            {"visibility": np.array([2, 3, 0], np.uint8)},
            "visibility_unknown",
            "visibility 3; the table knows 0, 1 and 2",
        ),
        ({"file_name": "x.jpg"}, "picture_missing", "the picture was never looked for"),
        ({"width": 63}, "picture_size_differs", "picture 7.jpg is 64 x 48, not 63 x 48"),
        ({"instance_id": "6"}, "duplicate_instance", "image 'i7', instance '6'"),
        ({"image_id": None}, "image_id_missing", "image None, instance '7'"),
        ({"instance_id": None}, "instance_id_missing", "image 'i7', instance None"),
    ],
)
def test_each_error_names_its_one_record(
    person: Person, judge: Judge, changes: dict[str, Any], reason: str, value: str
) -> None:
    verdict = judge([person(6), person(7, **changes), person(8)])
    breach = only(verdict)
    assert (breach.reason, breach.level, breach.rows.tolist()) == (reason, "error", [1])
    (example,) = breach.examples
    assert (example.source, example.value) == ("f.json, annotation 7", value)
    assert verdict.findings.rows.tolist() == [1]


@pytest.mark.parametrize(
    ("changes", "reason", "value"),
    [
        ({"bbox": (5, 6, 2, 4), "area": 4, "visibility": HEAD}, "box_tiny", "bbox [5, 6, 2, 4]"),
        ({"bbox": (4, 2, 4, 44)}, "box_elongated", "bbox [4, 2, 4, 44]"),
        ({"area": 5000}, "area_beyond_box", "area 5000, bbox [1, 2, 30, 20]"),
        (
            {"bbox": (5, 5, 3, 4), "area": 5, "keypoints": np.array([[5, 6], [30, 8], [30, 9]])},
            "keypoints_outside_box",
            "2 of 3 outside bbox [5, 5, 3, 4], such as keypoint 1 at (30, 8)",
        ),
        (
            {"keypoints": np.array([[5, 6], [0, 0], [9, 9]]), "bbox": (0, 0, 30, 20)},
            "keypoint_at_origin",
            "keypoint 1 at (0, 0), visibility 1",
        ),
        (
            {"keypoints": np.full((3, 2), 6.0)},
            "keypoints_at_one_point",
            "3 keypoints at (6, 6)",
        ),
        ({"file_name": "6.jpg", "width": 64}, "person_twice", "image 'i7', instance '7'"),
        (
            {"bbox": (9.98, 18.56, 5.54, 0), "area": 0, "visibility": np.zeros(3, np.uint8)},
            "ignored_box_without_area",
            "area 0, bbox [9.98, 18.56, 5.54, 0], picture 64 x 48",
        ),
        (
            {"bbox": (70, 2, 9, 20), "is_crowd": True},
            "ignored_box_without_area",
            "area 123.5, bbox [70, 2, 9, 20], picture 64 x 48",
        ),
        ({"category": None}, "category_missing", "image 'i7', instance '7'"),
    ],
)
def test_each_warning_names_its_one_record_and_rejects_none(
    person: Person, judge: Judge, changes: dict[str, Any], reason: str, value: str
) -> None:
    verdict = judge([person(6), person(7, **changes), person(8)])
    breach = only(verdict)
    assert (breach.reason, breach.level, breach.rows.tolist()) == (reason, "warn", [1])
    assert breach.examples[0].value == value
    assert not len(verdict.findings.rows)


def test_published_counts_are_compared_with_what_was_read(person: Person, judge: Judge) -> None:
    verdict = judge(
        [person(0)],
        counts=Counts(images=1, instances=1499, labelled=1),
        published=Published(images=1, instances=262465, labelled=1),
    )
    breach = only(verdict)
    assert (breach.reason, breach.level) == ("instances_not_as_published", "error")
    assert breach.examples[0].source == "split s"
    assert breach.examples[0].value == "1,499 records in the files, 262,465 published"
    assert verdict.findings.of_table == (breach,)
    assert not len(verdict.findings.rows)


def test_a_known_flaw_is_only_warned_of(person: Person, judge: Judge) -> None:
    people = [person(0, area=0.0), person(1, instance_id="0")]
    verdict = judge(people, warn=frozenset({"area_not_positive"}))
    assert [(b.reason, b.level) for b in verdict.findings.breaches] == [
        ("area_not_positive", "warn"),
        ("duplicate_instance", "error"),
    ]
    assert verdict.findings.rows.tolist() == [1]


def test_a_keypoint_that_is_never_labelled_is_named(person: Person, judge: Judge) -> None:
    people = [person(i, visibility=np.array([2, 2, 0])) for i in range(3)]
    breach = only(judge(people))
    assert (breach.reason, breach.level, breach.count) == ("keypoint_never_labelled", "warn", 1)
    assert breach.examples[0].source == "split s, right_hand"
    assert not len(breach.rows)


def test_swapped_sides_are_named(person: Person, judge: Judge) -> None:
    coco = SKELETONS["coco"]
    x = np.full(17, 15.0)
    for left, right in coco.twins:
        x[coco.index(left)], x[coco.index(right)] = 20, 10
    # One pair of names exchanged: what a skeleton file written by hand gets wrong.
    x[[coco.index("left_knee"), coco.index("right_knee")]] = 10, 20
    points = np.stack([x, np.linspace(3, 20, 17)], axis=1)
    people = [person(i, keypoints=points, visibility=np.full(17, 2)) for i in range(40)]
    breach = only(judge(people, skeleton=coco))
    assert (breach.reason, breach.level, breach.count) == ("left_and_right_swapped", "warn", 1)
    assert breach.examples[0].source == "split s, left_knee"
    assert breach.examples[0].value == (
        "left of its right twin in 100% of 40 records that face the camera"
    )


def test_more_categories_than_published_are_noticed(person: Person, judge: Judge) -> None:
    people = [person(0), person(1, category="dog")]
    breach = only(judge(people, layout="crowdpose"))
    assert (breach.reason, breach.level) == ("too_many_categories", "warn")
    assert breach.examples[0].value == "2 categories, 1 published"


def test_a_picture_with_a_problem_passes_on_the_decoders_words(
    person: Person, pictures: Pictures, judge: Judge
) -> None:
    pictures["0.jpg"] = PictureFact(problem="unreadable", message="/p/0.jpg: truncated")
    breach = only(judge([person(0)]))
    assert (breach.reason, breach.examples[0].value) == (
        "picture_unreadable",
        "/p/0.jpg: truncated",
    )


def test_all_failing_records_are_known_and_twenty_described(person: Person, judge: Judge) -> None:
    breach = only(judge([person(i, bbox=(0, 0, (i % 2) * 20, 20)) for i in range(90)]))
    assert breach.rows.tolist() == list(range(0, 90, 2))
    assert (breach.count, len(breach.examples)) == (45, 20)


def test_one_record_can_break_several(person: Person, judge: Judge) -> None:
    points = np.array([[-9, 6], [7, 8], [9, 9]], np.float32)
    verdict = judge([person(0, bbox=(0, 0, 0, 5), keypoints=points)])
    assert broken(verdict) == [("box_without_area", [0]), ("keypoint_outside_picture", [0])]


def test_rows_of_another_split_are_found(person: Person, judge: Judge) -> None:
    breach = only(judge([person(0)], split="val"))
    assert (breach.reason, breach.examples[0].value) == ("foreign_split", "split 's'")


def test_an_empty_table_is_an_error(
    person: Person, pictures: Pictures, subject: Callable[..., Subject]
) -> None:
    empty = AnnotationTable(build_table("d", "s", [person(0)]).rows.slice(0, 0))
    with pytest.raises(ValidationError, match="d, split s: the annotation table is empty"):
        validate(empty, pictures, subject(counts=Counts(0, 0, 0)))


def test_validation_is_silent_and_leaves_the_environment(
    person: Person, judge: Judge, capfd: pytest.CaptureFixture[str]
) -> None:
    before = dict(os.environ)
    judge([person(0, area=0.0)])
    assert capfd.readouterr() == ("", "")
    assert dict(os.environ) == before


def test_a_table_of_several_chunks_is_judged_by_its_rows(
    person: Person, pictures: Pictures, subject: Callable[..., Subject]
) -> None:
    parts = [build_table("d", "s", [person(i, area=float(i > 0))]).rows for i in range(4)]
    table = AnnotationTable(pa.concat_tables(parts))
    assert broken(validate(table, pictures, subject(table))) == [("area_not_positive", [0])]
