"""A folder or a file that is replaced as a whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside `folder`; it takes that place when the block succeeds.

    A failure leaves `folder` as it was and nothing beside it. If the process is killed between
    the two renames, the next call brings the old folder back first.
    """
    part = folder.parent / f".{folder.name}.part"
    old = folder.parent / f".{folder.name}.old"
    if old.exists() and not folder.exists():
        old.rename(folder)
    for leftover in (part, old):
        if leftover.exists():
            shutil.rmtree(leftover)
    part.mkdir(parents=True)
    try:
        yield part
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    if folder.exists():
        folder.rename(old)
    part.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def beside(folder: Path) -> Path:
    """A name that is free, for what is set aside from a folder's place: `<folder>.other-1`."""
    number = 1
    while (aside := folder.with_name(f"{folder.name}.other-{number}")).exists():
        number += 1
    return aside


@contextmanager
def replacing_file(path: Path) -> Iterator[Path]:
    """Yield a name beside `path` to write to; it takes that place when the block succeeds.

    The name ends as the path does: some libraries tell a file's format by it. A failure leaves
    `path` as it was and nothing beside it.
    """
    part = path.with_name(f".part-{path.name}")
    try:
        yield part
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
