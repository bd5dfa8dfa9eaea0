"""What a store holds: its snapshots' lists and the contents that they name."""

import logging
import re
from functools import partial

from botocore.exceptions import ClientError

from vitpose_plus.errors import StorageError
from vitpose_plus.mirror.manifest import Damaged, Manifest, from_bytes, to_bytes
from vitpose_plus.mirror.settings import Store
from vitpose_plus.storage.patience import patiently
from vitpose_plus.storage.s3_objects import S3Object, connect, listing, read

log = logging.getLogger(__name__)

_NUMBER = re.compile(r"snapshots/([0-9]{9})\.json")
_SHA256 = re.compile(r"objects/([0-9a-f]{64})")


class Refused(StorageError):
    """Another machine writes to the store: this one must not."""


class Bucket:
    """A store, as it is asked and told; every call may take as long as the network does."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.client = connect(store.s3)
        self._conditional = True

    def snapshots(self) -> dict[int, S3Object]:
        """The lists that lie there, by number, the newest first."""
        return {int(number): one for number, one in reversed(self._listed("snapshots/", _NUMBER))}

    def contents(self) -> dict[str, S3Object]:
        """The contents that lie there, by SHA-256."""
        return dict(self._listed("objects/", _SHA256))

    def read(self, listed: S3Object) -> Manifest:
        """A snapshot's list.

        Raises:
            Damaged: it is no such list.
            StorageError: it cannot be had now, or is gone.
        """
        return from_bytes(self._body(listed), str(listed.address))

    def commit(self, manifest: Manifest) -> str:
        """Store a snapshot's list, whose contents lie there: from now on it counts.

        Returns:
            Its ETag.

        Raises:
            Refused: a snapshot of that number is there.
        """
        address = self.store.at(f"snapshots/{manifest.snapshot:09d}.json")
        body = to_bytes(manifest)
        try:
            return patiently(partial(self._put, body, *address), str(address), self.store.s3)
        except StorageError as error:
            if status_of(error.__cause__) not in (409, 412):
                raise
        # An answer may be lost after the list was stored: then the second try finds our own.
        there = self.snapshots().get(manifest.snapshot)
        if there is None:
            raise StorageError(f"{address}: was taken and given up by another machine just now")
        if self._body(there) != body:
            raise refusal(self, there)
        return etag_of(there)

    def delete(self, key: str) -> None:
        """Remove what lies at a key, if it does."""
        address = self.store.at(key)
        delete = partial(self.client.delete_object, Bucket=address.bucket, Key=address.key)
        patiently(delete, str(address), self.store.s3)

    def _put(self, body: bytes, bucket: str, key: str) -> str:
        """Unless there is one; a server that does not know of that is told to just store it."""
        condition = {"IfNoneMatch": "*"} if self._conditional else {}
        try:
            answer = self.client.put_object(Bucket=bucket, Key=key, Body=body, **condition)
        except ClientError as error:
            if status_of(error) != 501 or not self._conditional:
                raise
            self._conditional = False
            log.warning(
                "%s: the server knows no conditional writes (If-None-Match): if two machines "
                "store at the same second, one finds out only at its next snapshot",
                self.store.address,
            )
            return self._put(body, bucket, key)
        return str(answer["ETag"]).strip('"')

    def _body(self, listed: S3Object) -> bytes:
        return patiently(
            lambda: b"".join(read(self.client, listed)), str(listed.address), self.store.s3
        )

    def _listed(self, folder: str, name: re.Pattern[str]) -> list[tuple[str, S3Object]]:
        """By what the pattern finds; anything else there is none of ours."""
        top = len(self.store.at("").key)
        found = listing(self.client, self.store.at(folder), self.store.s3)
        named = ((name.fullmatch(one.address.key[top:]), one) for one in found)
        return [(match[1], one) for match, one in named if match]


def refusal(bucket: Bucket, there: S3Object) -> Refused:
    """Say who stored a snapshot that this machine did not expect."""
    try:
        by = bucket.read(there)
        who = f"host {by.host}, at {by.taken}"
    except Damaged:
        who = f"at {there.stored}"
    return Refused(
        f"{there.address}: another machine writes here: {who}. Nothing of it was touched, and "
        "nothing more is stored from here. Stop one of the two, and restore before a command goes "
        "on."
    )


def etag_of(listed: S3Object) -> str:
    """Without its quotes: not every server lists them."""
    return listed.etag.strip('"')


def status_of(error: BaseException | None) -> int:
    """What the server answered; 0: it did not."""
    if not isinstance(error, ClientError):
        return 0
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
