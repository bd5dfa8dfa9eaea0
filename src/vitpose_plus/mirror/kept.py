"""The folders of a project that are kept in a store, and the files of them that count."""

import logging
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.storage.names import UnsafeName, relative_name

log = logging.getLogger(__name__)

_OF_ONE_MACHINE = ("launch-",)  # a launch's job and logs, by the host's name
_WORTHLESS = (".damaged", ".lock")


@dataclass(frozen=True)
class Kept:
    """Folders that are stored together.

    Attributes:
        project: what their names start from.
        folders: as paths from the project, none within another.
    """

    project: Path
    folders: tuple[str, ...]

    @classmethod
    def of(cls, folders: Iterable[Path | str], project: Path) -> "Kept":
        """Check them; they need not exist.

        Raises:
            ConfigurationError: there is none, one lies outside the project, or in another one.
        """
        project = Path(os.path.abspath(project))  # noqa: PTH100 - links keep their names
        names = sorted({_name(Path(folder), project) for folder in folders})
        if not names:
            raise ConfigurationError("no folder to keep was named")
        for outer in names:
            for inner in names:
                if inner.startswith(f"{outer}/"):
                    raise ConfigurationError(f"{inner} lies in {outer}: name only one of them")
        return cls(project, tuple(names))

    def __str__(self) -> str:
        return ", ".join(self.folders)

    def path(self, name: str) -> Path:
        """Where a folder or a file of one lies."""
        return self.project / name


def _name(folder: Path, project: Path) -> str:
    name = os.path.relpath(project / folder, project)
    if name == os.curdir or name.startswith(os.pardir):
        raise ConfigurationError(f"{folder}: only a folder inside {project} can be kept")
    return Path(name).as_posix()


def walk(kept: Kept) -> Iterator[tuple[str, os.stat_result]]:
    """Every file that counts, as a path from the project; what vanishes meanwhile is passed over.

    Left out are files that are not whole yet or mean nothing elsewhere: hidden ones, locks,
    launches' logs and damaged checkpoints. What cannot be stored is told.
    """
    for folder in kept.folders:
        for parent, folders, names in os.walk(kept.path(folder), onerror=_unless_vanished):
            folders[:] = sorted(filter(_counts, folders))
            for name in filter(_counts, folders):
                if Path(parent, name).is_symlink():
                    _tell(f"{Path(parent, name)}: a link to a folder is not stored")
            for name in sorted(filter(_counts, names)):
                yield from _file(Path(parent, name), kept.project)


def _counts(name: str) -> bool:
    return not (name.startswith((".", *_OF_ONE_MACHINE)) or name.endswith(_WORTHLESS))


def _file(path: Path, project: Path) -> Iterator[tuple[str, os.stat_result]]:
    name = path.relative_to(project).as_posix()
    try:
        name.encode()
        safe = relative_name(name) == name
    except (UnicodeEncodeError, UnsafeName):
        safe = False
    if not safe:
        _tell(f"{str(path)!r}: a file with such a name is not stored")
        return
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    if stat.S_ISREG(found.st_mode):
        yield name, found


def _unless_vanished(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


@cache
def _tell(problem: str) -> None:
    """Once: folders are walked every minute."""
    log.warning(problem)
