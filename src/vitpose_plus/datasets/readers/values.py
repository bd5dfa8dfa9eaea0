"""A record's values: one that is missing or of a wrong type is told with file and record."""

from types import TracebackType
from typing import Any

from vitpose_plus.datasets.readers.annotation_json import Records
from vitpose_plus.errors import AnnotationError

LARGEST_SIDE = 2**31 - 1
"""Pixels: what the annotation table's columns for a picture's size hold."""

_WRONG_VALUE = (TypeError, ValueError, AttributeError, LookupError, OverflowError)
"""What Python raises where a value has another type than a reader takes for granted."""


class Place:
    """A context in which one record is read: what a wrong value raises there names the record.

    Readers check what files often get wrong; this tells the rest. It is a class because a
    generator's context would be the slower one, and files hold a million records.

    Args:
        where: file and record, for messages.

    Raises:
        AnnotationError: in place of the plain Python error that a wrong value raised.
    """

    __slots__ = ("_where",)

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; tell a wrong value."""
        if isinstance(error, _WRONG_VALUE):
            raise AnnotationError(
                f"{self._where}: a value is not what this layout has there "
                f"({type(error).__name__}: {error}). Mend or drop the record. "
                "Is this the right layout?"
            ) from error


def need(record: Any, key: str, where: str) -> Any:
    """A record's value that the layout cannot do without.

    Args:
        record: one JSON object.
        key: its key.
        where: file and record, for the message.

    Raises:
        AnnotationError: the record is no object or lacks the key.
    """
    if not isinstance(record, dict):
        raise AnnotationError(f"{where}: expected an object, found a {_kind(record)}")
    if record.get(key) is None:
        raise AnnotationError(f"{where}: key {key!r} is missing. Is this the right layout?")
    return record[key]


def need_id(record: Any, key: str, where: str) -> Any:
    """An id that the layout cannot do without.

    Raises:
        AnnotationError: it is missing, or neither a number nor text.
    """
    found = need(record, key, where)
    if not isinstance(found, (int, str, float)):  # a union takes three times as long
        raise AnnotationError(f"{where}: {key} should be a number or text, found a {_kind(found)}")
    return found


def need_list(record: Any, key: str, where: str) -> list[Any]:
    """A list within a record that the layout cannot do without.

    Raises:
        AnnotationError: it is missing, or no list.
    """
    found = need(record, key, where)
    if not isinstance(found, list):
        raise AnnotationError(f"{where}: {key!r} should be a list, found a {_kind(found)}")
    return found


def need_records(content: dict, key: str, where: str) -> Records:
    """One of an open file's lists of records that the layout cannot do without.

    Raises:
        AnnotationError: it is missing, or no list.
    """
    found = need(content, key, where)
    if not isinstance(found, Records):
        raise AnnotationError(f"{where}: {key!r} should be a list, found a {_kind(found)}")
    return found


def numbers(values: Any, count: int, what: str, where: str) -> list[float]:
    """A list of exactly `count` numbers.

    Raises:
        AnnotationError: another length, or an entry is not a number.
    """
    if not isinstance(values, list) or len(values) != count:
        found = f"{len(values)} numbers" if isinstance(values, list) else _kind(values)
        raise AnnotationError(f"{where}: {what} should be {count} numbers, found {found}")
    try:
        return [float(value) for value in values]
    except (TypeError, ValueError, OverflowError) as error:
        raise AnnotationError(f"{where}: {what} holds something else than numbers") from error


def pixels(value: Any, what: str, where: str) -> int:
    """A picture's width or height.

    Raises:
        AnnotationError: it is no number, or none that the annotation table can hold.
    """
    if type(value) is int and 0 <= value <= LARGEST_SIDE:  # nearly all, a million times
        return value
    (found,) = numbers([value], 1, what, where)
    if not abs(found) <= LARGEST_SIDE:  # NaN too
        raise AnnotationError(f"{where}: {what} {found:g} is no number of pixels. Mend the record.")
    return int(found)


def flag(value: Any, what: str, where: str) -> bool:
    """A yes or no, as a bool or a number; None is no.

    Raises:
        AnnotationError: it is something else: the text "0" would count as yes.
    """
    if value is not None and not isinstance(value, (int, float)):
        raise AnnotationError(f"{where}: {what} should be 0 or 1, found {value!r}")
    return bool(value)


def _kind(value: Any) -> str:
    return "list" if isinstance(value, Records) else type(value).__name__
