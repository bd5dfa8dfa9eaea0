from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vitpose_plus.datasets.reading import BATCH, Instance, Instances
from vitpose_plus.errors import AnnotationError


def instance(number: int) -> Instance:
    return Instance(
        image_id=f"i{number}",
        instance_id=str(number),
        file_name=f"{number}.jpg",
        bbox=(number, 0.5, 10.25, 20),
        keypoints=np.array([[number, 0.1], [2, 3]], np.float32),
        visibility=np.array([number % 3, 2], np.uint8),
        source=f"f.json, annotation {number}",
        area=number / 3,
        width=None if number % 2 else 64,
        is_crowd=number % 5 == 0,
        crowd_index=number / 7,
    )


def same(found: Instance, wanted: Instance) -> None:
    for name in Instance.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), err_msg=name)
    assert (found.keypoints.dtype, found.visibility.dtype) == (np.float32, np.uint8)


@pytest.mark.parametrize("count", [1, 5, BATCH, BATCH + 1, 2 * BATCH + 3])
def test_what_went_in_comes_out_in_its_order(count: int) -> None:
    given = Instances([instance(i) for i in range(count)])
    assert len(given) == count
    for place in {0, 1 % count, count // 2, count - 1}:
        same(given[place], instance(place))
        same(given[place - count], instance(place))
    assert [i.instance_id for i in given] == [str(i) for i in range(count)]


def test_reading_between_two_appends_loses_nothing() -> None:
    given = Instances()
    for number in range(5):
        given.append(instance(number))
        same(given[-1], instance(number))
    assert [i.instance_id for i in given[1:4]] == ["1", "2", "3"]
    assert given.rows().column("instance_id").to_pylist() == list("01234")


def test_an_index_beyond_the_end_is_an_error() -> None:
    with pytest.raises(IndexError):
        Instances([instance(0)])[1]
    assert len(Instances().rows()) == 0


def test_a_later_change_of_an_instance_changes_nothing() -> None:
    mine = instance(3)
    given = Instances([mine])
    assert given[0].file_name == "3.jpg"
    mine.file_name = "other.jpg"
    assert given[0].file_name == "3.jpg"


@pytest.mark.parametrize(
    "name",
    [
        "/a.jpg",
        "\\\\host\\a.jpg",
        "C:/a.jpg",
        "c:\\a.jpg",
        "..",
        "../a.jpg",
        "a/../../b.jpg",
        "a\\..\\b.jpg",
    ],
)
def test_a_picture_outside_its_folder_is_refused_with_its_record(name: str) -> None:
    with pytest.raises(AnnotationError, match=r"f.json, annotation 3: .*relative to the split's"):
        Instances([replace(instance(3), file_name=name)])


@pytest.mark.parametrize(
    "name", ["a.jpg", "a/b.jpg", "a..b.jpg", "...jpg", "a/..b/c..", "größe ☃.jpg"]
)
def test_a_picture_below_its_folder_is_taken(name: str) -> None:
    assert Instances([replace(instance(3), file_name=name)])[0].file_name == name


@pytest.mark.parametrize(
    "change",
    [{"width": 2**31}, {"file_name": "a\ud800.jpg"}, {"category": "\ud800"}, {"area": "wide"}],
)
@pytest.mark.parametrize("place", [0, 17, BATCH - 1])
def test_a_value_that_its_column_cannot_hold_is_told_with_its_own_record(
    change: dict[str, Any], place: int
) -> None:
    (name,) = change
    with pytest.raises(AnnotationError, match=f"^f.json, annotation {place}: {name} "):
        Instances(
            [replace(instance(i), **change) if i == place else instance(i) for i in range(BATCH)]
        )


def test_a_record_named_by_no_unicode_is_told_in_plain_unicode() -> None:
    given = Instances([replace(instance(1), source="f.json, annotation \ud800", width=2**31)])
    with pytest.raises(AnnotationError) as told:
        given.rows()
    assert str(told.value).encode().startswith(b"f.json, annotation \\ud800: width ")
