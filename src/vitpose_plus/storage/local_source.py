"""Origins on a disk of this machine."""

import os
import shutil
import stat
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from vitpose_plus.errors import StorageError
from vitpose_plus.storage.checksum import sha256_of
from vitpose_plus.storage.file_source import stage_file
from vitpose_plus.storage.ledger import Ledger
from vitpose_plus.storage.origin import Origin
from vitpose_plus.storage.source import Delivery, Entry, Staged, entry, stage_tree, tree_version

COPIES = 4
"""Files copied at once: a network disk answers several as fast as one."""


class LocalFile:
    """An archive or a single file."""

    def __init__(self, origin: Origin, delivery: Delivery):
        """`origin.address` is a file."""
        self._origin = origin
        self._delivery = delivery
        self._path = Path(origin.address)

    @property
    def version(self) -> str:
        """Size and time of the last change."""
        found = self._path.stat()
        return f"{found.st_size} bytes, modified {found.st_mtime_ns}"

    def stage(self, staging: Path, ledger: Ledger) -> Staged:
        """Unpack or copy it, its checksum compared first."""
        path, expected = self._path, self._origin.sha256
        found = sha256_of(path, progress=self._delivery.progress)
        if expected not in (None, found):
            raise StorageError(
                f"{path}: its sha256 is {found}, the configuration expects {expected}. It is "
                "damaged or another file: fetch it again, or mend the configuration."
            )
        return stage_file(self._origin, path, found, staging, self._delivery)

    def release(self) -> None:
        """Nothing was downloaded."""


class LocalFolder:
    """A folder with all that lies below it; links are followed."""

    def __init__(self, origin: Origin, delivery: Delivery):
        """`origin.address` is a folder."""
        self._path = Path(origin.address)
        self._delivery = delivery

    @cached_property
    def entries(self) -> list[Entry[Path]]:
        """Its files.

        Raises:
            StorageError: there are none, a link is broken or leads in a circle.
        """
        found = [
            entry(str(self._path), name, facts.st_size, _version(facts), self._path / name)
            for name, facts in _files_below(self._path)
        ]
        if not found:
            raise StorageError(f"{self._path}: holds no files. Unpack or copy the data set there.")
        return found

    @property
    def version(self) -> str:
        """A digest of all names, sizes and times."""
        return tree_version(self.entries)

    def stage(self, staging: Path, ledger: Ledger) -> Staged:
        """Copy what is new or changed."""
        return stage_tree(
            self.entries,
            lambda one, target: shutil.copyfile(one.place, target),
            staging,
            ledger,
            workers=COPIES,
            progress=self._delivery.progress,
        )

    def release(self) -> None:
        """Nothing was downloaded."""


def _version(facts: os.stat_result) -> str:
    return f"{facts.st_size}-{facts.st_mtime_ns}"


def _files_below(top: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Names from `top`, and what the disk knows of each file."""
    seen = set()
    for parent, folders, names in os.walk(top, followlinks=True):
        folders.sort()
        real = os.path.realpath(parent)
        if real in seen:
            raise StorageError(f"{parent}: a link leads to a folder met before. Remove the link.")
        seen.add(real)
        below = "" if parent == str(top) else f"{Path(parent).relative_to(top).as_posix()}/"
        for name in sorted(names):
            yield f"{below}{name}", _facts(f"{parent}/{name}")


def _facts(path: str) -> os.stat_result:
    # Called for every picture of a data set: Path's own methods would take most of the time.
    try:
        facts = os.stat(path)  # noqa: PTH116
    except FileNotFoundError:
        raise StorageError(f"{path}: is a broken link. Mend or remove it.") from None
    if not stat.S_ISREG(facts.st_mode):
        raise StorageError(f"{path}: is neither a file nor a folder. Remove it.")
    return facts
