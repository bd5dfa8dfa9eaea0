"""A run's journal: what was measured at which step, a JSON object a line.

Three kinds of lines:

    {"opened": "5f0c…"}
    {"step": 120, "epoch": 3, "metrics": {"loss": 0.0021, "lr/layer 3": 0.0001}}
    {"step": 160, "epoch": 4, "picture": "panels/epoch_0004.jpg"}

Each process that writes the journal first marks that it opened it, by a name that no other has:
whoever follows the file can tell by it what a former training left there.
"""

import json
import logging
import math
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from vitpose_plus.errors import StorageError
from vitpose_plus.settings import settings

log = logging.getLogger(__name__)

HISTORY = "history.jsonl"  # in a run's folder


@settings
class Opening:
    """A process began to write here, fresh or after a restart."""

    opened: str


@settings
class Figures:
    """What was measured at a step, by name."""

    step: int
    epoch: int
    metrics: dict[str, float]


@settings
class Picture:
    """What was drawn at a step: a path from the journal's folder."""

    step: int
    epoch: int
    picture: str


Line = Opening | Figures | Picture


class History:
    """The journal, as its one writer (rank 0) sees it.

    Opening it cuts off what was written after a checkpoint.

    Args:
        path: the file; it need not exist.
        size: the bytes to keep, those of the checkpoint; 0 begins a new journal.

    Attributes:
        size: bytes of whole lines. A checkpoint keeps it, and opens the journal with it again.

    Raises:
        StorageError: the file cannot be written.
    """

    def __init__(self, path: Path, size: int = 0) -> None:
        self.path = path
        try:
            self.size = _cut(path, size)
        except OSError as error:
            raise _unwritable(path, error) from error
        self._write({"opened": uuid4().hex})

    def add(self, step: int, epoch: int, metrics: Mapping[str, float]) -> None:
        """Write figures; JSON has no NaN and no infinity, they become text.

        Raises:
            StorageError: the file cannot be written.
        """
        written = {name: v if math.isfinite(v) else str(v) for name, v in metrics.items()}
        self._write({"step": step, "epoch": epoch, "metrics": written})

    def picture(self, step: int, epoch: int, path: Path) -> None:
        """Write where a picture lies, below the journal's folder.

        Raises:
            StorageError: the file cannot be written.
            ValueError: the picture lies elsewhere.
        """
        place = path.relative_to(self.path.parent).as_posix()
        self._write({"step": step, "epoch": epoch, "picture": place})

    def _write(self, record: dict[str, object]) -> None:
        line = json.dumps(record).encode() + b"\n"
        try:
            with self.path.open("ab") as file:
                file.write(line)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self.size += len(line)


def read_history(path: Path) -> list[Figures | Picture]:
    """What a journal holds, without a last line that is only half written.

    Raises:
        StorageError: there is no such file, or it holds something else.
    """
    if not path.is_file():
        raise StorageError(f"{path}: no such file. A training writes it from its first step on.")
    return [line for line in parse(path.read_bytes(), path) if not isinstance(line, Opening)]


def parse(content: bytes, path: Path) -> Iterator[Line]:
    """The whole lines of a journal, or of a part of it that begins with a line.

    Args:
        content: what was read.
        path: where, for messages.

    Raises:
        StorageError: a line is none of the three kinds.
    """
    for text in content.split(b"\n")[:-1]:
        try:
            yield _reader().validate_json(text)
        except ValidationError as error:
            raise StorageError(
                f"{path}: {text[:80]!r} is no line of a run's journal. "
                "Remove the line; nothing is computed from it."
            ) from error


@cache
def _reader() -> TypeAdapter[Line]:
    return TypeAdapter(Line)


def _cut(path: Path, size: int) -> int:
    """Cut the file to `size` bytes, or to its whole lines where they are fewer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    kept = path.read_bytes()[:size].rfind(b"\n") + 1
    if kept < size:
        log.warning(
            "%s: %d of the %d bytes that were there at the checkpoint; its curves have a gap",
            *(path, kept, size),
        )
    os.truncate(path, kept)
    return kept


def _unwritable(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{path}: {error.strerror}: the run's journal cannot be written. Make room, or make the "
        "folder writable, and run the same command again: it goes on from its last checkpoint."
    )
