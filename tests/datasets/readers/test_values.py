import pytest

from vitpose_plus.datasets.readers.values import (
    LARGEST_SIDE,
    Place,
    flag,
    need,
    need_id,
    need_list,
    need_records,
    numbers,
    pixels,
)
from vitpose_plus.errors import AnnotationError, ConfigurationError

WHERE = "f, annotation 3"


def test_a_missing_key_is_told_with_its_record() -> None:
    with pytest.raises(AnnotationError, match="f, annotation 3: key 'bbox' is missing"):
        need({"id": 3}, "bbox", "f, annotation 3")


def test_a_record_that_is_no_object_is_told() -> None:
    with pytest.raises(AnnotationError, match="expected an object, found a list"):
        need([1], "bbox", "f, annotation 3")


@pytest.mark.parametrize("values", [[1, 2, 3], [1, 2, 3, "four"], [1, 2, 3, None], "1234"])
def test_four_numbers_are_exactly_four_numbers(values: object) -> None:
    with pytest.raises(AnnotationError, match="f, record 1: bbox"):
        numbers(values, 4, "bbox", "f, record 1")


@pytest.mark.parametrize("value", [[1], {"a": 1}])
def test_an_id_that_no_index_can_hold_is_told(value: object) -> None:
    with pytest.raises(AnnotationError, match="f, annotation 3: id should be a number or text"):
        need_id({"id": value}, "id", WHERE)
    assert [need_id({"id": good}, "id", WHERE) for good in (3, "3", 3.0)] == [3, "3", 3.0]


def test_something_else_than_a_list_is_told() -> None:
    assert need_list({"people": [1]}, "people", WHERE) == [1]
    for needed in (need_list, need_records):
        with pytest.raises(AnnotationError, match=r"f, annotation 3: 'people' .* found a int"):
            needed({"people": 5}, "people", WHERE)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e12, -1e12, 10**400, "wide", [5]])
def test_a_width_that_no_picture_has_is_told(value: object) -> None:
    with pytest.raises(AnnotationError, match="f, annotation 3: width "):
        pixels(value, "width", WHERE)


@pytest.mark.parametrize(
    ("value", "found"), [(640, 640), (640.0, 640), ("640", 640), (LARGEST_SIDE, LARGEST_SIDE)]
)
def test_a_width_is_a_whole_number(value: object, found: int) -> None:
    assert pixels(value, "width", WHERE) == found


@pytest.mark.parametrize("value", ["0", "", [0], {}])
def test_a_flag_of_text_or_lists_is_told(value: object) -> None:
    with pytest.raises(AnnotationError, match="f, annotation 3: iscrowd should be 0 or 1, found"):
        flag(value, "iscrowd", WHERE)


def test_flags_are_numbers_bools_or_nothing() -> None:
    assert [flag(value, "iscrowd", WHERE) for value in (0, 1, 0.0, True, None)] == [
        False,
        True,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize("error", [TypeError, ValueError, AttributeError, KeyError, OverflowError])
def test_a_plain_error_within_a_record_names_the_record(error: type[Exception]) -> None:
    with (
        pytest.raises(AnnotationError, match=r"f, annotation 3: .*why.* Mend or drop") as told,
        Place(WHERE),
    ):
        raise error("why")
    assert isinstance(told.value.__cause__, error)


@pytest.mark.parametrize("error", [ConfigurationError, KeyboardInterrupt, MemoryError])
def test_other_errors_within_a_record_pass_as_they_are(error: type[BaseException]) -> None:
    with pytest.raises(error, match="why"), Place(WHERE):
        raise error("why")
