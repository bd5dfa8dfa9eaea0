"""Bringing a data set's archives and folders to where its configuration says they lie."""

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vitpose_plus.errors import StorageError
from vitpose_plus.storage.ledger import Ledger, Record
from vitpose_plus.storage.local_source import LocalFile, LocalFolder
from vitpose_plus.storage.merge import merge
from vitpose_plus.storage.origin import Origin
from vitpose_plus.storage.settings import S3Access, UnpackLimits
from vitpose_plus.storage.source import Delivery, Source

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Obtained:
    """An origin that lies in its folder.

    Attributes:
        address, folder: the origin's.
        version: what changes when the source does.
        sha256: of the archive or file; None: a folder.
        files, bytes: what it consists of there.
        brought: whether this call brought it; False: it was there.
    """

    address: str
    folder: Path
    version: str
    sha256: str | None
    files: int
    bytes: int
    brought: bool


def obtain(
    origins: Iterable[Origin],
    s3: S3Access,
    *,
    scratch: Path,
    limits: UnpackLimits | None = None,
    keep: bool = False,
    progress: bool = True,
) -> list[Obtained]:
    """Bring every origin to its folder, checked; one that was brought and has not changed stays.

    Files appear in the folder whole and by renaming. Several origins may share a folder. A call
    that was cut, or killed, is gone on with by the next one.

    Args:
        origins: what to bring; an address that is its own folder is only counted.
        s3: how `s3://` addresses are read.
        scratch: where archives are downloaded to.
        limits: what archives may hold; None: `UnpackLimits()`.
        keep: leave downloaded archives in `scratch`.
        progress: show bars.

    Returns:
        What lies where, in the order of `origins`.

    Raises:
        StorageError: not there, no access, damaged, unsafe, in the way of other files, or no room;
            names the address and the mend. Earlier origins are then in their place.
    """
    delivery = Delivery(s3, limits or UnpackLimits(), scratch, keep, progress)
    return [_obtain(origin, delivery) for origin in origins]


def _obtain(origin: Origin, delivery: Delivery) -> Obtained:
    from filelock import FileLock

    if origin.s3 is None and Path(origin.address).resolve() == origin.folder.resolve():
        return _in_place(origin, delivery)
    ledger = Ledger(origin)
    try:
        ledger.lock.parent.mkdir(parents=True, exist_ok=True)
        # Two data sets of one run may share a folder, as COCO and COCO-WholeBody do.
        with FileLock(ledger.lock):
            return _bring(origin, ledger, delivery)
    except OSError as error:
        raise _disk_error(origin, error) from error


def _bring(origin: Origin, ledger: Ledger, delivery: Delivery) -> Obtained:
    known = ledger.read() if ledger.is_complete() else None
    if known and origin.sha256 and known.sha256 == origin.sha256:
        return _obtained(origin, known, brought=False)
    source = _source(origin, delivery)
    if known and known.version == source.version and origin.sha256 is None:
        return _obtained(origin, known, brought=False)
    version = source.version
    staging = ledger.staging(version)
    staged = source.stage(staging, ledger)
    merge(staging, ledger, staged.contents, origin.address)
    record = Record(origin.address, version, staged.sha256, len(staged.contents), staged.bytes)
    ledger.write(record, staged.contents)
    source.release()
    return _obtained(origin, record, brought=True)


def _source(origin: Origin, delivery: Delivery) -> Source:
    if origin.s3 is not None:
        from vitpose_plus.storage.s3_source import S3File, S3Prefix

        kind = S3Prefix if origin.is_prefix else S3File
        return kind(origin, origin.s3, delivery)
    path, folder = Path(origin.address).resolve(), origin.folder.resolve()
    if path.is_file():
        return LocalFile(origin, delivery)
    if not path.is_dir():
        raise StorageError(
            f"{origin.address}: does not exist. Mend the address, or put the archive there."
        )
    if origin.sha256:
        raise StorageError(f"{origin.address}: is a folder; only a file has a sha256. Remove it.")
    if path in folder.parents or folder in path.parents:
        raise StorageError(
            f"{origin.address}: a folder cannot be copied into itself ({origin.folder}). Name the "
            "same folder twice to use it where it lies."
        )
    return LocalFolder(origin, delivery)


def _in_place(origin: Origin, delivery: Delivery) -> Obtained:
    folder = origin.folder
    if not folder.is_dir():
        raise StorageError(f"{folder}: does not exist. Put the data set's files there.")
    found = LocalFolder(origin, delivery)
    size = sum(one.size for one in found.entries)
    return Obtained(origin.address, folder, found.version, None, len(found.entries), size, False)


def _obtained(origin: Origin, record: Record, *, brought: bool) -> Obtained:
    return Obtained(
        origin.address,
        origin.folder,
        record.version,
        record.sha256,
        record.files,
        record.bytes,
        brought,
    )


def _disk_error(origin: Origin, error: OSError) -> StorageError:
    where = f"{origin.address} to {origin.folder}: {error.filename or ''}".rstrip(": ")
    if error.errno in _NO_ROOM:
        return StorageError(
            f"{where}: no room on the disk. Make some, or name another scratch or folder, and run "
            "again: what was downloaded is kept."
        )
    return StorageError(f"{where}: {error.strerror or error}")
