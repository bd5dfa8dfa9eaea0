"""A snapshot's contents on their way to this disk, each compared with the sum that is its name."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from threading import Event

from vitpose_plus.checksum import sha256_of
from vitpose_plus.mirror.bucket import Bucket
from vitpose_plus.mirror.manifest import Content, Damaged
from vitpose_plus.storage.download import download, fetch_whole
from vitpose_plus.storage.parallel import in_parallel
from vitpose_plus.storage.part_file import discard
from vitpose_plus.storage.s3_objects import S3Object


class DamagedContent(Damaged):
    """A content is missing or is not what its name says."""

    def __init__(self, message: str, sha256: str) -> None:
        super().__init__(message)
        self.sha256 = sha256


def fetch(
    bucket: Bucket,
    contents: Mapping[str, S3Object],
    needed: set[Content],
    incoming: Path,
    *,
    progress: bool = True,
) -> None:
    """Bring contents to files that are named by their SHA-256; what came before stays.

    Args:
        bucket: the store.
        contents: what lies there.
        needed: what to bring.
        incoming: the folder for the files.
        progress: show bars, on a terminal.

    Raises:
        DamagedContent: one is not there, or twice came as something else.
        StorageError: the store cannot be reached, or refuses.
        OSError: the disk is full.
    """
    for content in needed:
        _check_listed(bucket, contents, content)
    incoming.mkdir(parents=True, exist_ok=True)
    access = bucket.store.s3
    large = {one for one in needed if one.size >= 2 * access.part_bytes}

    def bring_small(content: Content, halt: Event) -> None:
        target = incoming / content.sha256
        _bring(target, partial(fetch_whole, bucket.client, contents[target.name], target, access))

    in_parallel(bring_small, needed - large, access.parallel)
    for content in large:
        target, listed = incoming / content.sha256, contents[content.sha256]
        once = partial(download, bucket.client, listed, target, access, progress=progress)
        _bring(target, once)


def _check_listed(bucket: Bucket, contents: Mapping[str, S3Object], content: Content) -> None:
    listed = contents.get(content.sha256)
    address = bucket.store.at(f"objects/{content.sha256}")
    if listed is None:
        raise DamagedContent(f"{address}: is not there", content.sha256)
    if listed.size != content.size:
        size = f"has {listed.size} bytes, {content.size} were stored"
        raise DamagedContent(f"{address}: {size}", content.sha256)


def _bring(target: Path, once: Callable[[], object]) -> None:
    """Twice, if need be: what came wrong may have been damaged on its way."""
    if target.is_file() and sha256_of(target) == target.name:
        return
    for _ in range(2):
        once()
        found = sha256_of(target)
        if found == target.name:
            return
        discard(target)
    raise DamagedContent(f"objects/{target.name}: has the SHA-256 {found}", target.name)
