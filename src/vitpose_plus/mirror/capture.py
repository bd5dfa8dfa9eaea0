"""All files of one moment, while another process writes, replaces and removes them.

The folders are walked, every file is opened, and the folders are walked again. Files appear by
being renamed into place, so if the second walk finds what the first one found, there was a moment
between the two at which all of them lay there as they were opened; a training that is killed at
that moment goes on from them. Only journals grow in place: each is copied between the walks.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO, NamedTuple

from vitpose_plus.errors import StorageError
from vitpose_plus.mirror.kept import Kept, walk
from vitpose_plus.mirror.manifest import Content

JOURNAL = ".jsonl"  # appended to line by line, and cut when a training goes on from before
MOST_OPEN = 256  # of the 1,024 descriptors that a process usually may have
_TRIES = 5
_IN_MEMORY = 8 << 20  # of a journal; a longer one's copy lies on the disk


class Version(NamedTuple):
    """What tells a file's bytes from any others that ever lay under its name."""

    name: str
    device: int
    inode: int
    size: int
    modified: int
    changed: int

    @classmethod
    def of(cls, name: str, found: os.stat_result) -> "Version":
        """Of what `stat` tells."""
        times = found.st_mtime_ns, found.st_ctime_ns
        return cls(name, found.st_dev, found.st_ino, found.st_size, *times)


@dataclass(frozen=True)
class Held:
    """A file that stays readable, whatever happens to its name.

    Attributes:
        version: which one.
        file: its bytes; of a journal a copy, of whole lines.
    """

    version: Version
    file: IO[bytes]

    def reader(self) -> IO[bytes]:
        """Its bytes from the start, to be given away: closing that closes nothing here."""
        if self.version.name.endswith(JOURNAL):
            return self.file  # nobody asks for it twice
        return open(self.file.fileno(), "rb", closefd=False)

    def check(self) -> None:
        """That its bytes are the ones of when it was opened.

        Raises:
            StorageError: it was written to.
        """
        if self.version.name.endswith(JOURNAL):
            return  # the copy is nobody else's
        now = os.fstat(self.file.fileno())
        if (now.st_size, now.st_mtime_ns) != (self.version.size, self.version.modified):
            raise StorageError(
                f"{self.version.name} was written to while it was read. A kept folder's files "
                f"must be replaced as a whole; only a journal (*{JOURNAL}) may grow"
            )


@dataclass(frozen=True)
class Captured:
    """What was found.

    Attributes:
        versions: of all files.
        held: those whose content was not known.
        whole: whether there was a moment at which just these lay there; else they are some of the
            files, to be stored before the rest is asked for.
    """

    versions: tuple[Version, ...]
    held: tuple[Held, ...]
    whole: bool


class Unsettled(Exception):
    """The folders changed at every try."""


@contextmanager
def captured(kept: Kept, known: Mapping[Version, Content]) -> Iterator[Captured]:
    """Hold the folders' files as they were at one moment.

    Args:
        kept: the folders.
        known: versions that need not be opened.

    Raises:
        Unsettled: there was no such moment, in a few tries.
        OSError: a file or a folder cannot be read.
    """
    for _ in range(_TRIES):
        with ExitStack() as stack:
            found = _capture(kept, known, stack)
            if found is not None:
                yield found
                return
    raise Unsettled


def versions(kept: Kept) -> dict[str, Version]:
    """What lies there, by name."""
    return {name: Version.of(name, found) for name, found in walk(kept)}


def _capture(kept: Kept, known: Mapping[Version, Content], stack: ExitStack) -> Captured | None:
    """One try; None: something changed."""
    first = versions(kept)
    journals = [name for name in first if name.endswith(JOURNAL)]
    files = [version for name, version in first.items() if not name.endswith(JOURNAL)]
    unknown = sorted((one for one in files if one not in known), key=lambda one: one.modified)
    try:
        held = [_open(kept, version.name, stack) for version in unknown[:MOST_OPEN]]
        if len(unknown) > MOST_OPEN:
            return Captured((), tuple(held), whole=False)
        copies = [_copy(kept, name, known, stack) for name in journals]
    except FileNotFoundError:
        return None
    second = versions(kept)
    opened = {one.version.name: one.version for one in held}
    if not (_same(first, second) and _same(opened, {name: second[name] for name in opened})):
        return None
    held += [copy for copy in copies if isinstance(copy, Held)]
    of_journals = [copy.version if isinstance(copy, Held) else copy for copy in copies]
    return Captured((*files, *of_journals), tuple(held), whole=True)


def _open(kept: Kept, name: str, stack: ExitStack) -> Held:
    file = stack.enter_context(kept.path(name).open("rb"))
    return Held(Version.of(name, os.fstat(file.fileno())), file)


def _copy(
    kept: Kept, name: str, known: Mapping[Version, Content], stack: ExitStack
) -> Held | Version:
    """A journal as it is now: after the checkpoints that name a place in it were opened."""
    with kept.path(name).open("rb") as file:
        version = Version.of(name, os.fstat(file.fileno()))
        if version in known:
            return version
        copy = stack.enter_context(tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115
        shutil.copyfileobj(file, copy)
        if os.fstat(file.fileno()).st_size < copy.tell():
            raise FileNotFoundError(name)  # cut meanwhile: its end was another one's
    _cut_to_lines(copy)
    return Held(version, copy)


def _cut_to_lines(file: IO[bytes]) -> None:
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - (1 << 16))
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    file.truncate(end)
    file.seek(0)


def _same(first: Mapping[str, Version], second: Mapping[str, Version]) -> bool:
    """Whether the same files lie there, journals in any length."""
    if first.keys() != second.keys():
        return False
    return all(second[n] == v for n, v in first.items() if not n.endswith(JOURNAL))
