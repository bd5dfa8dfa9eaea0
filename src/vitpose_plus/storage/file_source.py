"""The staging of one file: unpacked if it is an archive, else as it is."""

import os
import shutil
from pathlib import Path

from vitpose_plus.storage.origin import Origin
from vitpose_plus.storage.source import Delivery, Staged
from vitpose_plus.storage.unpack import unpack


def stage_file(
    origin: Origin, path: Path, sha256: str, staging: Path, delivery: Delivery
) -> Staged:
    """Put an archive's files, or the file itself, below `staging`.

    Raises:
        StorageError: the archive is damaged, unsafe or beyond the limits.
    """
    shutil.rmtree(staging, ignore_errors=True)  # what a killed run left may be half a file
    if origin.is_archive:
        unpack(path, staging, delivery.limits, progress=delivery.progress)
    else:
        staging.mkdir(parents=True)
        shutil.copyfile(path, staging / origin.name)
    return _all_below(staging, sha256)


def _all_below(folder: Path, sha256: str) -> Staged:
    contents, size = {}, 0
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            contents[path.relative_to(folder).as_posix()] = ""
            size += path.stat().st_size
    return Staged(contents, size, sha256)
