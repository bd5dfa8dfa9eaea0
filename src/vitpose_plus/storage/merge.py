"""Whole files from a staging folder to their place, where other origins' files may lie."""

import filecmp
import os
from collections.abc import Iterator
from pathlib import Path

from vitpose_plus.errors import StorageError
from vitpose_plus.storage.ledger import Ledger

SHOWN = 5


def merge(staging: Path, ledger: Ledger, contents: dict[str, str], address: str) -> None:
    """Move what is staged to the ledger's folder by renaming, and remove what is no longer of it.

    A file that is there already stays if it is the same; is replaced if this origin brought it
    and no other one did; and else stops everything before the first file is moved.

    Args:
        staging: what to move, on the same disk.
        ledger: the origin's, with what it brought before.
        contents: all that the origin now consists of, by path below the folder.
        address: for errors.

    Raises:
        StorageError: files of another origin, or of nobody known, are in the way.
    """
    others = ledger.of_others()
    own = ledger.contents().keys() - others.keys()
    clashes = list(_clashes(staging, ledger.folder, "", own)) if staging.is_dir() else []
    if clashes:
        shown = "\n".join(
            f"  {name} ({others.get(name, 'of unknown origin')})" for name in clashes[:SHOWN]
        )
        more = f"\n  and {len(clashes) - SHOWN} more" if len(clashes) > SHOWN else ""
        raise StorageError(
            f"{address}: {len(clashes)} of its files are in {ledger.folder} already, with other "
            f"content:\n{shown}{more}\nNothing was changed. Move them away, or give this origin a "
            "folder of its own."
        )
    for name in own - contents.keys():
        (ledger.folder / name).unlink(missing_ok=True)
    if staging.is_dir():
        ledger.folder.parent.mkdir(parents=True, exist_ok=True)
        _move(staging, ledger.folder)


def _clashes(staged: Path, place: Path, name: str, own: set[str]) -> Iterator[str]:
    """Names of files that must not be put where they belong."""
    with os.scandir(staged) as entries:
        for entry in entries:
            path, there = f"{name}{entry.name}", place / entry.name
            if not os.path.lexists(there):
                continue
            if entry.is_dir() and there.is_dir():
                yield from _clashes(Path(entry.path), there, f"{path}/", own)
            elif entry.is_dir() or not there.is_file() or not _may_go(entry.path, there, path, own):
                yield path


def _may_go(staged: str, there: Path, name: str, own: set[str]) -> bool:
    return name in own or filecmp.cmp(staged, there, shallow=False)


def _move(staged: Path, place: Path) -> None:
    if not place.is_dir():
        staged.rename(place)
        return
    for entry in list(staged.iterdir()):
        if entry.is_dir():
            _move(entry, place / entry.name)
        else:
            entry.replace(place / entry.name)
