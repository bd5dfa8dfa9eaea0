import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from vitpose_plus.datasets.source import Published
from vitpose_plus.datasets.table import Instance
from vitpose_plus.errors import AnnotationError
from vitpose_plus.validation import Verdict, records
from vitpose_plus.validation.records import read_records, write_records

Person = Callable[..., Instance]
Judge = Callable[..., Verdict]


@pytest.fixture
def verdict(person: Person, judge: Judge) -> Verdict:
    """Thirty records without an area, one of them tiny too."""
    people = [person(i, area=float(i >= 30)) for i in range(40)]
    people[35] = person(35, bbox=(5, 6, 2, 3), area=6, file_name='35,"x".jpg')
    return judge(people, published=Published(images=40, instances=41))


def failures(folder: Path) -> list[dict[str, str]]:
    with (folder / "failures.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_record_can_be_read_again(verdict: Verdict, tmp_path: Path) -> None:
    write_records([verdict], tmp_path)
    whole = read_records(tmp_path)
    split = whole.splits["s"]
    assert whole.dataset == "d"
    assert (split.records, split.rejected) == (40, 31)
    assert split.errors == {
        "picture_missing": 1,
        "area_not_positive": 30,
        "instances_not_as_published": 1,
    }
    assert split.warnings == {"box_tiny": 1}
    assert (split.read.instances, split.published) == (40, Published(images=40, instances=41))


def test_a_record_tells_each_expectation(verdict: Verdict, tmp_path: Path) -> None:
    write_records([verdict], tmp_path)
    content = json.loads((tmp_path / "validation.json").read_text())
    found = {one["reason"]: one for one in content["splits"]["s"]["expectations"]}
    area = found["area_not_positive"]
    assert (area["level"], area["success"], area["evaluated"], area["unexpected"]) == (
        "error",
        False,
        40,
        30,
    )
    assert area["expectation"] == "expect_column_values_to_be_in_set"
    assert [one["source"] for one in area["examples"]] == [
        f"f.json, annotation {i}" for i in range(20)
    ]
    assert found["images_not_as_published"]["success"]
    assert found["instances_not_as_published"]["observed"] == 40
    assert found["box_not_finite"]["examples"] == []


def test_every_failing_record_is_in_the_csv(
    verdict: Verdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "ROWS", 7)
    write_records([verdict], tmp_path)
    rows = failures(tmp_path)
    area = [row for row in rows if row["reason"] == "area_not_positive"]
    assert [row["instance_id"] for row in area] == [str(i) for i in range(30)]
    (tiny,) = [row for row in rows if row["reason"] == "box_tiny"]
    assert tiny == {
        "split": "s",
        "level": "warn",
        "reason": "box_tiny",
        "source": "f.json, annotation 35",
        "image_id": "i35",
        "instance_id": "35",
        "file_name": '35,"x".jpg',
    }
    assert {row["reason"] for row in rows} == {
        "picture_missing",
        "area_not_positive",
        "box_tiny",
    }


def test_where_nothing_fails_the_csv_has_its_heading_alone(
    person: Person, judge: Judge, tmp_path: Path
) -> None:
    write_records([judge([person(0)])], tmp_path)
    assert failures(tmp_path) == []
    assert "source" in (tmp_path / "failures.csv").read_text()
    assert {path.name for path in tmp_path.iterdir()} == {"validation.json", "failures.csv"}


def test_a_missing_or_foreign_record_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"no such file\. Ingest the data set first"):
        read_records(tmp_path)
    (tmp_path / "validation.json").write_text('{"dataset": "d"}')
    with pytest.raises(AnnotationError, match="not a record of this version"):
        read_records(tmp_path)
