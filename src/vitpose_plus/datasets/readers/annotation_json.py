"""Opening annotation files: broken JSON, told with file, place and mend.

A large file is mapped, not loaded, and its records are decoded one by one when they are asked for:
as Python objects, a million annotations would take many gigabytes.
"""

import json
import mmap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from vitpose_plus.errors import AnnotationError

if TYPE_CHECKING:
    import msgspec


_BROKEN = (ValueError, RecursionError)
"""What a decoder raises: msgspec's own error and text that is no Unicode are ValueErrors."""


class Records(Sequence[Any]):
    """A JSON list whose entries are decoded each time they are asked for.

    Args:
        path: the file, for messages.
        entries: encoded entries (`msgspec.Raw`), or decoded ones.
    """

    def __init__(self, path: Path, entries: Sequence[Any]) -> None:
        self.path = path
        self._entries = entries

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> "Records": ...

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return Records(self.path, self._entries[index])
        return self._decoded(self._entries[index], index)

    def __iter__(self) -> Iterator[Any]:
        for index, entry in enumerate(self._entries):
            yield self._decoded(entry, index)

    def select(self, indices: Sequence[int]) -> "Records":
        """The entries at these indices, still encoded."""
        return Records(self.path, [self._entries[i] for i in indices])

    def _decoded(self, entry: Any, index: int) -> Any:
        import msgspec

        if not isinstance(entry, msgspec.Raw):
            return entry
        try:
            return msgspec.json.decode(entry)
        except _BROKEN as error:
            raise AnnotationError(
                f"{self.path}: entry {index + 1} of a list is broken: {error}"
            ) from error


def read_json(path: Path, expected: type[dict] | type[list]) -> Any:
    """Read a JSON file whose top level must be a `dict` or a `list`.

    Lists (the top level, or a dictionary's values) come as `Records`.

    Raises:
        AnnotationError: no such file, broken JSON (with line and column), or another top level.
    """
    import msgspec

    try:
        encoded = _mapped(path)
    except OSError as error:
        raise AnnotationError(f"{path}: cannot be read: {error.strerror or error}") from error
    try:
        if expected is list:
            return Records(path, msgspec.json.decode(encoded, type=list[msgspec.Raw]))
        values = msgspec.json.decode(encoded, type=dict[str, msgspec.Raw])
        return {key: _value(path, value) for key, value in values.items()}
    except _BROKEN:
        # Broken, or of another shape, or with the NaN that Python writes: json tells which.
        return _read_whole(path, expected)


def _mapped(path: Path) -> memoryview | bytes:
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            return b""
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _value(path: Path, value: "msgspec.Raw") -> Any:
    import msgspec

    if bytes(memoryview(value)[:1]) == b"[":
        return Records(path, msgspec.json.decode(value, type=list[msgspec.Raw]))
    return msgspec.json.decode(value)


def _read_whole(path: Path, expected: type[dict] | type[list]) -> Any:
    try:
        content = json.loads(path.read_bytes())
    except json.JSONDecodeError as error:
        raise AnnotationError(
            f"{path}: broken JSON at line {error.lineno}, column {error.colno}: {error.msg}. "
            "Was the download or the copy cut short? Fetch the file again."
        ) from error
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path}: not a JSON text: {error.reason}") from error
    except RecursionError as error:
        raise AnnotationError(
            f"{path}: its lists or objects lie thousands deep within each other, as no layout's do"
        ) from error
    if not isinstance(content, expected):
        found = type(content).__name__
        raise AnnotationError(
            f"{path}: the file holds a {found}, this layout a {expected.__name__}. "
            "Set the data set's layout to the one of this file."
        )
    if isinstance(content, list):
        return Records(path, content)
    return {k: Records(path, v) if isinstance(v, list) else v for k, v in content.items()}
