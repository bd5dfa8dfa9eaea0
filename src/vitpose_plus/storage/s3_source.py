"""Origins on S3. Imports boto3: only what reads from S3 may import this."""

import hashlib
import shutil
from functools import cached_property
from pathlib import Path

from vitpose_plus.errors import StorageError
from vitpose_plus.storage.download import download, fetch_whole
from vitpose_plus.storage.file_source import stage_file
from vitpose_plus.storage.ledger import Ledger
from vitpose_plus.storage.origin import Origin, S3Address
from vitpose_plus.storage.part_file import discard
from vitpose_plus.storage.s3_objects import S3Object, head, listing
from vitpose_plus.storage.source import Delivery, Entry, Staged, entry, stage_tree, tree_version


class S3File:
    """An archive or a single object."""

    def __init__(self, origin: Origin, address: S3Address, delivery: Delivery):
        """Ask for it: raises StorageError if it is not there."""
        self._origin = origin
        self._delivery = delivery
        self._client = delivery.client
        self._object = head(self._client, address, delivery.s3)
        digest = hashlib.sha256(origin.address.encode()).hexdigest()[:10]
        self._download = delivery.scratch / digest / origin.name

    @property
    def version(self) -> str:
        """Size and ETag."""
        return f"{self._object.size} bytes, etag {self._object.etag}"

    def stage(self, staging: Path, ledger: Ledger) -> Staged:
        """Download it to scratch, then unpack or copy it."""
        sha256 = download(
            self._client,
            self._object,
            self._download,
            self._delivery.s3,
            sha256=self._origin.sha256,
            progress=self._delivery.progress,
        )
        return stage_file(self._origin, self._download, sha256, staging, self._delivery)

    def release(self) -> None:
        """Remove the download, unless it is to be kept."""
        if not self._delivery.keep:
            discard(self._download)
            shutil.rmtree(self._download.parent, ignore_errors=True)


class S3Prefix:
    """All objects below a prefix."""

    def __init__(self, origin: Origin, address: S3Address, delivery: Delivery):
        """`address.key` is empty or ends in a slash."""
        self._origin = origin
        self._address = address
        self._delivery = delivery
        self._client = delivery.client

    @cached_property
    def entries(self) -> list[Entry[S3Object]]:
        """Its objects, without the empty ones that stand for folders.

        Raises:
            StorageError: there are none, or two would be the same file.
        """
        found, top = {}, len(self._address.key)
        for one in listing(self._client, self._address, self._delivery.s3):
            name = one.address.key[top:]
            if (not name or name.endswith("/")) and one.size == 0:
                continue
            file = entry(str(self._address), name, one.size, one.etag, one)
            if file.name in found:
                raise StorageError(f"{one.address}: another key is the same file {file.name!r}.")
            found[file.name] = file
        if not found:
            raise StorageError(
                f"{self._address}: no objects there. Check bucket, key, s3.endpoint."
            )
        return list(found.values())

    @property
    def version(self) -> str:
        """A digest of all names and ETags."""
        return tree_version(self.entries)

    def stage(self, staging: Path, ledger: Ledger) -> Staged:
        """Download what is new or changed: small objects many at once, then large ones in parts."""
        access = self._delivery.s3
        small = [one for one in self.entries if one.size < 2 * access.part_bytes]
        large = [one for one in self.entries if one.size >= 2 * access.part_bytes]
        stage_tree(
            small,
            lambda one, target: fetch_whole(self._client, one.place, target, access),
            staging,
            ledger,
            workers=access.parallel,
            progress=self._delivery.progress,
        )
        stage_tree(large, self._fetch_large, staging, ledger, workers=1, progress=False)
        contents = {one.name: one.version for one in self.entries}
        return Staged(contents, sum(one.size for one in self.entries), None)

    def release(self) -> None:
        """Objects are downloaded to the ledger's own folder."""

    def _fetch_large(self, one: Entry[S3Object], target: Path) -> None:
        known = head(self._client, one.place.address, self._delivery.s3)
        if known.etag != one.place.etag:
            raise StorageError(f"{known.address}: was replaced meanwhile. Run again.")
        download(self._client, known, target, self._delivery.s3, progress=self._delivery.progress)
