"""One object of S3 to one file: parallel ranges, resumed after a cut, checked."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from vitpose_plus.errors import StorageError
from vitpose_plus.storage.checksum import Checksum, Digest, add_file
from vitpose_plus.storage.parallel import in_parallel
from vitpose_plus.storage.part_file import PartFile, Span, discard
from vitpose_plus.storage.patience import Patience, patiently
from vitpose_plus.storage.progress import byte_bar
from vitpose_plus.storage.s3_failure import REQUEST_ERRORS
from vitpose_plus.storage.s3_objects import Client, S3Object, read
from vitpose_plus.storage.settings import S3Access


def download(
    client: Client,
    wanted: S3Object,
    target: Path,
    access: S3Access,
    *,
    sha256: str | None = None,
    progress: bool = True,
) -> str:
    """Fetch an object to `target`; bytes that an earlier run left beside it are not fetched again.

    Args:
        client: of `s3_objects.connect`.
        wanted: of `s3_objects.head`.
        target: the file; its part and its state lie beside it under longer names.
        access: connections, part size and retries.
        sha256: what its bytes must sum to; None: S3's own checksum is compared, where it gives one.
        progress: show a bar.

    Returns:
        The SHA-256 of the file.

    Raises:
        StorageError: no access, no such object, no network, changed meanwhile, wrong checksum.
        OSError: the disk is full or the folder cannot be written.
    """
    name = wanted.address.key.rpartition("/")[2]
    with PartFile(target, wanted.etag, wanted.size) as part:
        missing = part.missing(access.part_bytes)
        total, done = wanted.size, part.received
        with byte_bar(f"fetch {name}", total, progress=progress, done=done) as bar:
            transfer = _Transfer(client, wanted, part, access, bar.update)
            in_parallel(transfer.fetch, missing, access.parallel)
        part.finish()
    return _check(wanted, target, sha256, progress)


def fetch_whole(client: Client, wanted: S3Object, target: Path, access: S3Access) -> None:
    """Fetch a small object in one request; S3's checksum is compared, where it gives one.

    Raises:
        StorageError: as `download`.
    """

    def attempt() -> None:
        with target.open("wb") as file:
            for block in read(client, wanted):
                file.write(block)

    patiently(attempt, str(wanted.address), access)


@dataclass(frozen=True)
class _Transfer:
    """An object on its way into a part file; `arrived` is told of every block's bytes."""

    client: Client
    wanted: S3Object
    part: PartFile
    access: S3Access
    arrived: Callable[[int], object]

    def fetch(self, span: Span, halt: Event) -> None:
        """Fetch one range; after a cut it goes on where it was."""
        position, stop = span
        patience = Patience(str(self.wanted.address), self.access, halt)
        try:
            while position < stop and not halt.is_set():
                try:
                    for block in read(self.client, self.wanted, (position, stop)):
                        self.part.write(block, position)
                        position += len(block)
                        self.arrived(len(block))
                        patience.progressed()
                        if halt.is_set():
                            break
                except REQUEST_ERRORS as error:
                    patience.after(error)
        finally:
            self.part.record((span[0], position))


def _check(wanted: S3Object, target: Path, sha256: str | None, progress: bool) -> str:
    """The file's SHA-256, compared with what is expected of it."""
    theirs = wanted.checksum or Checksum("sha256", sha256 or "")
    known = wanted.checksum is not None
    ours, digest = Digest("sha256"), Digest(theirs.algorithm, theirs.part_bytes)
    add_file(target, [ours, digest] if known else [ours], progress=progress)
    found, arrived = ours.hexdigest(), digest.hexdigest()
    damaged = known and arrived != theirs.value
    if sha256 == found or (sha256 is None and not damaged):
        return found
    if damaged or not known:
        discard(target)
    if damaged:
        raise StorageError(
            f"{wanted.address}: damaged on its way: S3 gives {theirs.algorithm} {theirs.value}, "
            f"what came has {arrived}. It was removed: run again."
        )
    raise StorageError(
        f"{wanted.address}: its sha256 is {found}, the configuration expects {sha256}. "
        + (_KEPT if known else _REMOVED)
    )


_KEPT = "It came as S3 has it: this is another file than expected, or the sha256 is wrong."
_REMOVED = "It was removed. Run again; if the sum stays, it is another file or the sha256 is wrong."
