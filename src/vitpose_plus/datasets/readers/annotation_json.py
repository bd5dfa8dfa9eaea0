"""Opening annotation files: broken JSON and missing keys, told with file, place and mend."""

import json
from pathlib import Path
from typing import Any

from vitpose_plus.errors import AnnotationError


def read_json(path: Path, expected: type) -> Any:
    """Read a JSON file whose top level must be a `dict` or a `list`.

    Raises:
        AnnotationError: no such file, broken JSON (with line and column), or another top level.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise AnnotationError(f"{path}: cannot be read: {error.strerror or error}") from error
    except json.JSONDecodeError as error:
        raise AnnotationError(
            f"{path}: broken JSON at line {error.lineno}, column {error.colno}: {error.msg}. "
            "Was the download or the copy cut short? Fetch the file again."
        ) from error
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path}: not a JSON text: {error.reason}") from error
    if not isinstance(content, expected):
        found = type(content).__name__
        raise AnnotationError(
            f"{path}: the file holds a {found}, this layout a {expected.__name__}. "
            "Set the data set's layout to the one of this file."
        )
    return content


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
        raise AnnotationError(f"{where}: expected an object, found a {type(record).__name__}")
    if record.get(key) is None:
        raise AnnotationError(f"{where}: key {key!r} is missing. Is this the right layout?")
    return record[key]


def numbers(values: Any, count: int, what: str, where: str) -> list[float]:
    """A list of exactly `count` numbers.

    Raises:
        AnnotationError: another length, or an entry is not a number.
    """
    if not isinstance(values, list) or len(values) != count:
        found = f"{len(values)} numbers" if isinstance(values, list) else type(values).__name__
        raise AnnotationError(f"{where}: {what} should be {count} numbers, found {found}")
    try:
        return [float(value) for value in values]
    except (TypeError, ValueError) as error:
        raise AnnotationError(f"{where}: {what} holds something else than numbers") from error
