"""A file that comes in ranges, in any order, over several runs: what has come is written down."""

import json
import os
from pathlib import Path
from threading import Lock
from typing import Any

from vitpose_plus.storage.whole_file import write_whole

Span = tuple[int, int]
"""Bytes from the first up to, and without, the second."""


class PartFile:
    """A download under way: `{target}.part` at its full size and `{target}.ranges.json`.

    The state names only ranges that are on the disk, so that a kill or a power cut loses at most
    those that were under way. It stays after `finish`, to say which version `target` holds.
    """

    def __init__(self, target: Path, version: str, size: int):
        """Go on with what lies there if it is of this version (an ETag) and size, else begin.

        Raises:
            OSError: the disk has no room for it.
        """
        self.target = target
        self._part, self._state = _companions(target)
        self._head = {"version": version, "size": size}
        self._size = size
        self._lock = Lock()
        resumed = self._resumed()
        self._done = resumed or []
        if resumed is None:
            self._begin()
        self._file = os.open(target if self.is_finished else self._part, os.O_RDWR)

    def __enter__(self) -> "PartFile":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    @property
    def is_finished(self) -> bool:
        """Whether `target` is there, whole."""
        return self._done == whole(self._size) and self.target.is_file()

    @property
    def received(self) -> int:
        """Bytes that have come."""
        return sum(stop - start for start, stop in self._done)

    def missing(self, part_bytes: int) -> list[Span]:
        """What has not come, in ranges of at most `part_bytes`."""
        edges = [0, *(edge for span in self._done for edge in span), self._size]
        gaps = zip(edges[::2], edges[1::2], strict=True)
        return [
            (start, min(start + part_bytes, stop))
            for first, stop in gaps
            for start in range(first, stop, part_bytes)
        ]

    def write(self, block: bytes, position: int) -> None:
        """Put bytes where they belong."""
        view = memoryview(block)
        while view:
            written = os.pwrite(self._file, view, position)
            view, position = view[written:], position + written

    def record(self, span: Span) -> None:
        """Note that a range has come. Threads may call it."""
        if span[0] == span[1]:
            return
        with self._lock:
            os.fsync(self._file)  # before the state, that names it, can reach the disk
            self._done = _joined([*self._done, span])
            self._write_state()

    def finish(self) -> None:
        """Give the whole file its name."""
        if not self.is_finished:
            self._part.replace(self.target)

    def _resumed(self) -> list[Span] | None:
        try:
            state: dict[str, Any] = json.loads(self._state.read_text())
            done = [(int(start), int(stop)) for start, stop in state.pop("done")]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        lies = self.target if done == whole(self._size) and self.target.is_file() else self._part
        fits = lies.is_file() and lies.stat().st_size == self._size
        return done if fits and state == self._head else None

    def _begin(self) -> None:
        discard(self.target)
        self.target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._part.open("xb") as file:
                _reserve(file.fileno(), self._size)
        except OSError:
            self._part.unlink(missing_ok=True)
            raise
        self._write_state()

    def _write_state(self) -> None:
        write_whole(self._state, json.dumps({**self._head, "done": self._done}))


def discard(target: Path) -> None:
    """Remove a download, finished or not."""
    for path in (target, *_companions(target)):
        path.unlink(missing_ok=True)


def whole(size: int) -> list[Span]:
    """The ranges of a file that has come: one, or none for an empty file."""
    return [(0, size)] if size else []


def _companions(target: Path) -> tuple[Path, Path]:
    return target.with_name(target.name + ".part"), target.with_name(target.name + ".ranges.json")


def _reserve(file: int, size: int) -> None:
    """Take the room now: a full disk shows before hours of download, not after."""
    if size and hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
    else:
        os.ftruncate(file, size)


def _joined(spans: list[Span]) -> list[Span]:
    """Sorted, neighbours made one."""
    joined: list[Span] = []
    for start, stop in sorted(spans):
        if joined and joined[-1][1] >= start:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined
