"""Archives to folders: everything of an archive, or nothing."""

import errno
import lzma
import shutil
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

from vitpose_plus.errors import StorageError, VitposeError
from vitpose_plus.storage.progress import byte_bar
from vitpose_plus.storage.settings import UnpackLimits
from vitpose_plus.storage.tar_archive import unpack_tar
from vitpose_plus.storage.unpacking import Unpacking
from vitpose_plus.storage.zip_archive import unpack_zip, unpacked_size

_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    ValueError,
    RuntimeError,
    OverflowError,
)
"""What the standard library raises for bytes that are no archive."""


def unpack(archive: Path, folder: Path, limits: UnpackLimits, *, progress: bool = True) -> None:
    """Unpack a zip or tar archive, known by its name's ending, into a new folder.

    Args:
        archive: the file.
        folder: is made, and removed again when anything goes wrong.
        limits: what the archive may hold.
        progress: show a bar.

    Raises:
        StorageError: damaged, encrypted, unsafe, beyond a limit.
        OSError: the disk is full, the archive is missing, or the folder cannot be written.
    """
    folder.mkdir(parents=True)
    try:
        _unpack(archive, folder, limits, progress)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, VitposeError) or not _is_damage(error):
            raise
        raise StorageError(
            f"{archive}: cut short, damaged or no archive: {error}. Nothing of it was kept. Fetch "
            "it again and compare its checksum."
        ) from error


def _is_damage(error: BaseException) -> bool:
    """Whether it is the archive's bytes that are wrong, and not the disk.

    gzip and bz2 say so with an OSError without number, zipfile by seeking before the start.
    """
    if isinstance(error, OSError):
        return error.errno in (None, errno.EINVAL)
    return isinstance(error, _DAMAGED)


def _unpack(archive: Path, folder: Path, limits: UnpackLimits, progress: bool) -> None:
    is_zip = archive.suffix.lower() == ".zip"
    total = unpacked_size(archive) if is_zip else None
    with byte_bar(f"unpack {archive.name}", total, progress=progress) as bar:
        unpacking = Unpacking(archive, folder, limits, bar.update)
        unpacking.expect(total or 0)
        (unpack_zip if is_zip else unpack_tar)(archive, unpacking)
        unpacking.finish()
