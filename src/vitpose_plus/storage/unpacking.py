"""A folder that an archive's members are put into, one by one, within bounds."""

import errno
import os
import posixpath
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import IO

from vitpose_plus.errors import StorageError
from vitpose_plus.storage.names import UnsafeName, relative_name
from vitpose_plus.storage.settings import GIB, MIB, UnpackLimits

BLOCK = 1 << 20
SMALL = 64 * MIB
"""Bytes that any archive may unpack to: in a small one of zeros the ratio says nothing."""


class Unpacking:
    """Puts members below `folder`. Only files and folders are ever made, never a link.

    A link of the archive becomes a copy of the file it names, so that nothing that is written
    can be led out of the folder by what was written before.
    """

    def __init__(
        self, archive: Path, folder: Path, limits: UnpackLimits, wrote: Callable[[int], object]
    ):
        """`archive` for errors and its size; `wrote` is told of every block's bytes."""
        self.archive = archive
        self._folder = folder
        self._limits = limits
        self._wrote = wrote
        self._files = 0
        self._bytes = 0
        by_ratio = int(archive.stat().st_size * limits.max_ratio)
        self._ratio_bytes = max(by_ratio, SMALL)
        self._links: list[tuple[str, str]] = []

    def refusal(self, member: str, reason: str) -> StorageError:
        """The error that says which member of which archive is not taken, and why."""
        return StorageError(
            f"{self.archive}: member {member!r} {reason}. The archive is refused, nothing of it "
            "was unpacked. Fetch it from its publisher, or unpack it yourself and name the folder."
        )

    def add_folder(self, name: str) -> None:
        """Make a folder, which may be there."""
        try:
            self._path(name).mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise self.refusal(name, "is a folder where another member is a file") from None

    def add_file(self, name: str, stream: IO[bytes]) -> None:
        """Write a file.

        Raises:
            StorageError: its name is unsafe or taken, or a bound is passed.
        """
        path = self._path(name)
        self._count_file()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("xb")
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            raise self.refusal(name, "has a name that another member has") from None
        with file:
            while block := stream.read(BLOCK):
                self.count(len(block))
                file.write(block)

    def add_link(self, name: str, target: str) -> None:
        """Note a link; `target` is a path from the archive's top."""
        self._path(name)
        self._count_file()
        self._links.append((name, target))

    def add_symbolic_link(self, name: str, target: str) -> None:
        """Note a link; `target` is a path from the folder that the link lies in."""
        if target.startswith("/"):
            raise self.refusal(name, f"is a link out of the archive, to {target!r}")
        self.add_link(name, posixpath.normpath(posixpath.join(posixpath.dirname(name), target)))

    def finish(self) -> None:
        """Copy what links name, now that all files are there."""
        for name, target in self._links:
            try:
                path = self._folder / relative_name(target)
            except UnsafeName:
                raise self.refusal(name, f"is a link out of the archive, to {target!r}") from None
            if not path.is_file():
                raise self.refusal(name, f"is a link to {target!r}, which is no file of it")
            self._files -= 1  # counted as a link, counted again as a file
            with path.open("rb") as stream:
                self.add_file(name, stream)

    def expect(self, size: int) -> None:
        """Hear how many bytes will come: too many, or more than fit, need not be waited for.

        Raises:
            StorageError: more than `max_gigabytes`.
            OSError: the disk has no room for them.
        """
        if size > self._limits.max_bytes:
            raise self._beyond("max_gigabytes", f"over {self._limits.max_bytes / GIB:g} GiB")
        if size > shutil.disk_usage(self._folder).free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._folder))

    def count(self, length: int) -> None:
        """Count unpacked bytes.

        Raises:
            StorageError: there are more than the limits allow.
        """
        self._bytes += length
        if self._bytes > self._limits.max_bytes:
            raise self._beyond("max_gigabytes", f"over {self._limits.max_bytes / GIB:g} GiB")
        if self._bytes > self._ratio_bytes:
            raise self._beyond("max_ratio", f"over {self._limits.max_ratio:g} times its size")
        self._wrote(length)

    def _path(self, name: str) -> Path:
        try:
            return self._folder / relative_name(name)
        except UnsafeName as error:
            raise self.refusal(name, str(error)) from None

    def _count_file(self) -> None:
        self._files += 1
        if self._files > self._limits.max_files:
            raise self._beyond("max_files", f"more than {self._limits.max_files} files")

    def _beyond(self, bound: str, found: str) -> StorageError:
        return StorageError(
            f"{self.archive}: unpacks to {found}. Nothing of it was kept. If that is right, raise "
            f"unpack.{bound}; if not, it is no archive of a data set."
        )
