import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.table import AnnotationTable, Instance, build_table
from vitpose_plus.errors import ValidationError
from vitpose_plus.validation import validate

Person = Callable[..., Instance]
Pictures = dict[str, PictureFact]


def reasons(table: AnnotationTable, pictures: Pictures) -> list[tuple[int | None, str]]:
    return [(f.row, f.reason) for f in validate(table, pictures, split="s").items]


def test_good_records_break_nothing(person: Person, pictures: Pictures) -> None:
    people = [
        person(0),
        person(1, is_crowd=True, visibility=np.zeros(3, np.uint8)),
        person(2, bbox=(-50.0, -20.0, 300.0, 300.0)),
        person(3, keypoints=np.array([[-0.9, 48.9], [64.9, 0], [0, 0]], np.float32)),
    ]
    assert reasons(build_table("d", "s", people), pictures) == []


@pytest.mark.parametrize(
    ("changes", "reason", "value"),
    [
        ({"bbox": (1, 2, 0, 20)}, "box_without_area", "bbox [1, 2, 0, 20]"),
        ({"bbox": (1, 2, 0, 0)}, "box_without_area", "bbox [1, 2, 0, 0]"),
        ({"bbox": (1, 2, 30, -1)}, "box_without_area", "bbox [1, 2, 30, -1]"),
        ({"bbox": (np.nan, 2, 30, 20)}, "box_not_finite", "bbox [nan, 2, 30, 20]"),
        ({"bbox": (1, 2, np.inf, 20)}, "box_not_finite", "bbox [1, 2, inf, 20]"),
        ({"area": 0.0}, "area_not_positive", "area 0"),
        ({"area": float("nan")}, "area_not_positive", "area nan"),
        (
            {"keypoints": np.array([[5, 6], [7, 50], [0, 0]], np.float32)},
            "keypoint_outside_picture",
            "keypoint 1 at (7, 50), visibility 1, picture 64 x 48",
        ),
        (
            {"keypoints": np.array([[5, np.nan], [7, 8], [0, 0]], np.float32)},
            "keypoint_not_finite",
            "keypoint 0 at (5, nan)",
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
def test_each_broken_expectation_names_its_one_record(
    person: Person, pictures: Pictures, changes: dict[str, Any], reason: str, value: str
) -> None:
    people = [person(6), person(7, **changes), person(8)]
    (finding,) = validate(build_table("d", "s", people), pictures, split="s").items
    assert (finding.row, finding.reason) == (1, reason)
    assert finding.source == "f.json, annotation 7"
    assert finding.value == value


def test_a_picture_with_a_problem_passes_on_the_decoders_words(
    person: Person, pictures: Pictures
) -> None:
    pictures["0.jpg"] = PictureFact(problem="unreadable", message="/p/0.jpg: truncated")
    (finding,) = validate(build_table("d", "s", [person(0)]), pictures, split="s").items
    assert (finding.reason, finding.value) == ("picture_unreadable", "/p/0.jpg: truncated")


def test_all_failing_records_are_known_not_the_first_twenty(
    person: Person, pictures: Pictures
) -> None:
    people = [person(i, bbox=(0, 0, i % 2, 5)) for i in range(90)]
    findings = validate(build_table("d", "s", people), pictures, split="s")
    assert findings.rows == set(range(0, 90, 2))
    assert len(findings) == 45


def test_one_record_can_break_several(person: Person, pictures: Pictures) -> None:
    points = np.array([[-9, 6], [7, 8], [0, 0]], np.float32)
    table = build_table("d", "s", [person(0, bbox=(0, 0, 0, 5), keypoints=points)])
    found = reasons(table, pictures)
    assert sorted(found) == [(0, "box_without_area"), (0, "keypoint_outside_picture")]


def test_rows_of_another_split_are_found(person: Person, pictures: Pictures) -> None:
    assert reasons(build_table("d", "t", [person(0)]), pictures) == [(0, "foreign_split")]


def test_an_empty_table_is_an_error(person: Person, pictures: Pictures) -> None:
    empty = AnnotationTable(build_table("d", "s", [person(0)]).rows.slice(0, 0))
    with pytest.raises(ValidationError, match="split s: the annotation table is empty"):
        validate(empty, pictures, split="s")


def test_an_expectation_that_cannot_run_is_an_error_and_not_a_pass(
    person: Person, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vitpose_plus.validation import judge

    full = judge.collect_facts
    monkeypatch.setattr(
        judge, "collect_facts", lambda *a: full(*a).drop(columns="keypoints_outside")
    )
    with pytest.raises(ValidationError, match=r"keypoint_outside_picture.* could not judge"):
        validate(build_table("d", "s", [person(0)]), pictures, split="s")


def test_validation_is_silent_and_leaves_the_environment(
    person: Person, pictures: Pictures, capfd: pytest.CaptureFixture[str]
) -> None:
    before = dict(os.environ)
    validate(build_table("d", "s", [person(0, area=0.0)]), pictures, split="s")
    assert capfd.readouterr() == ("", "")
    assert dict(os.environ) == before


def test_a_table_of_several_chunks_is_judged_by_its_rows(
    person: Person, pictures: Pictures
) -> None:
    parts = [build_table("d", "s", [person(i, area=float(i))]).rows for i in range(4)]
    assert reasons(AnnotationTable(pa.concat_tables(parts)), pictures) == [(0, "area_not_positive")]
