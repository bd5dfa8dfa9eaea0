"""A JSON list of like records: read as typed objects, or refused with file and record."""

import json
import re
from pathlib import Path
from typing import TypeVar

from vitpose_plus.errors import PredictionError

T = TypeVar("T")


def read_records(path: Path, kind: type[T], what: str) -> list[T]:
    """Read a list of records.

    Args:
        path: the file.
        kind: a dataclass of the record's fields; other keys in the file are passed over.
        what: the file's layout in words, for messages.

    Raises:
        PredictionError: no such file, broken JSON, or a record that is not of this kind. Records
            are counted from 0.
    """
    import msgspec

    try:
        return msgspec.json.decode(_content(path), type=list[kind])  # type: ignore[valid-type]
    except msgspec.ValidationError as error:
        raise PredictionError(_misfit(path, what, error)) from error
    except msgspec.DecodeError:
        pass  # Broken, or with the NaN that Python writes: json tells which.
    try:
        return msgspec.convert(json.loads(_content(path)), list[kind])  # type: ignore[valid-type]
    except msgspec.ValidationError as error:
        raise PredictionError(_misfit(path, what, error)) from error
    except (ValueError, RecursionError) as error:
        raise PredictionError(
            f"{path}: broken JSON: {error}. Was the copy cut short? Fetch or write the file again."
        ) from error


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PredictionError(f"{path}: cannot be read: {error.strerror or error}") from error


def _misfit(path: Path, what: str, error: Exception) -> str:
    """msgspec's "Expected .. - at `$[3].bbox[0]`" with the record in plain words."""
    found = re.fullmatch(r"(?s)(.*?)(?: - at `\$\[(\d+)\]\.?(.*)`)?", str(error))
    assert found is not None
    reason, record, field = found.groups()
    place = "" if record is None else f", record {record}" + (f", {field}" if field else "")
    return f"{path}{place}: {reason}. This should be {what}."
