"""What the kinds of origins have in common, and the staging of trees of files."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import Any, Generic, Protocol, TypeVar

from vitpose_plus.errors import StorageError
from vitpose_plus.storage.ledger import Ledger
from vitpose_plus.storage.names import UnsafeName, relative_name
from vitpose_plus.storage.parallel import in_parallel
from vitpose_plus.storage.progress import byte_bar
from vitpose_plus.storage.settings import S3Access, UnpackLimits

T = TypeVar("T")


@dataclass(frozen=True)
class Delivery:
    """How origins are brought; see `obtain`."""

    s3: S3Access
    limits: UnpackLimits
    scratch: Path
    keep: bool
    progress: bool

    @cached_property
    def client(self) -> Any:
        """The S3 client of all origins, made when the first one needs it."""
        from vitpose_plus.storage.s3_objects import connect

        return connect(self.s3)


@dataclass(frozen=True)
class Staged:
    """What an origin consists of.

    Attributes:
        contents: path below the folder to version.
        bytes: of all files.
        sha256: of the archive or file; None: a folder.
    """

    contents: dict[str, str]
    bytes: int
    sha256: str | None


class Source(Protocol):
    """An origin that was found."""

    @property
    def version(self) -> str:
        """Changes when what lies there does."""

    def stage(self, staging: Path, ledger: Ledger) -> Staged:
        """Put the files that the ledger's folder lacks below `staging`."""

    def release(self) -> None:
        """Remove downloads, now that the files are in their place."""


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """A file of a tree: path below its top, bytes, version, and where it lies."""

    name: str
    size: int
    version: str
    place: T


def entry(address: str, name: str, size: int, version: str, place: T) -> Entry[T]:
    """An entry whose name is safe.

    Raises:
        StorageError: it is not.
    """
    try:
        return Entry(relative_name(name), size, version, place)
    except UnsafeName as error:
        raise StorageError(f"{address}: {name!r} {error}. Rename it at its source.") from None


def tree_version(entries: Sequence[Entry[T]]) -> str:
    """A digest of all names and versions."""
    digest = hashlib.sha256()
    for one in sorted(entries, key=lambda one: one.name):
        digest.update(os.fsencode(f"{one.name}\0{one.version}\0"))
    return f"{len(entries)} files, {digest.hexdigest()}"


def stage_tree(
    entries: Sequence[Entry[T]],
    fetch: Callable[[Entry[T], Path], object],
    staging: Path,
    ledger: Ledger,
    *,
    workers: int,
    progress: bool,
) -> Staged:
    """Bring the files that are neither staged nor, in this version, in the ledger's folder.

    Args:
        entries: all files.
        fetch: writes one to a path; a failure may leave half a file there.
        staging: where they wait; what an earlier run left there is of the same version.
        ledger: the origin's.
        workers: files at once.
        progress: show a bar.

    Raises:
        StorageError: a name is both a file and a folder; and what `fetch` raises.
    """
    known = ledger.contents()
    missing = [
        one
        for one in entries
        if not (staging / one.name).is_file()
        and (known.get(one.name) != one.version or not (ledger.folder / one.name).is_file())
    ]
    ledger.partial.mkdir(parents=True, exist_ok=True)
    total = sum(one.size for one in missing)
    with byte_bar(f"fetch {ledger.folder.name}", total, progress=progress) as bar:

        def bring(one: Entry[T], halt: Event) -> None:
            partial = ledger.partial / hashlib.sha256(os.fsencode(one.name)).hexdigest()
            fetch(one, partial)
            _place(partial, staging, one.name)
            bar.update(one.size)

        in_parallel(bring, missing, workers)
    return Staged(
        {one.name: one.version for one in entries}, sum(one.size for one in entries), None
    )


def _place(partial: Path, staging: Path, name: str) -> None:
    try:
        (staging / name).parent.mkdir(parents=True, exist_ok=True)
        partial.replace(staging / name)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise StorageError(
            f"{name}: names a file and a folder at once, which no disk can hold. Rename one of "
            "them at its source."
        ) from None
