"""Asking S3 what lies at an address, and for its bytes."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import FlexibleChecksumError

from vitpose_plus.errors import StorageError
from vitpose_plus.storage.checksum import Checksum, Digest
from vitpose_plus.storage.origin import S3Address
from vitpose_plus.storage.patience import patiently
from vitpose_plus.storage.s3_checksum import parted_checksum, whole_checksum
from vitpose_plus.storage.s3_failure import REQUEST_ERRORS, as_storage_error
from vitpose_plus.storage.settings import S3Access

BLOCK = 128 << 10
"""Bytes read at a time: what a connection holds in memory, and loses when it is cut."""

Client = Any
"""boto3's S3 client; its class is made at run time."""


@dataclass(frozen=True, slots=True)
class S3Object:
    """An object as it is now: `size` in bytes; `etag` changes whenever its bytes do.

    `stored`, the server's time, is known of what was listed.
    """

    address: S3Address
    size: int
    etag: str
    checksum: Checksum | None = None
    stored: datetime | None = field(default=None, compare=False)


def connect(access: S3Access, *, attempts: int = 1) -> Client:
    """Open a client that threads may share. Credentials are the standard AWS chain's.

    Args:
        access: server, connections and time limits.
        attempts: how often it makes a request by itself: 1 where `Patience` makes them, which
            retries a body's reading too; more for the parts of an upload.
    """
    config = Config(
        connect_timeout=access.timeout,
        read_timeout=access.timeout,
        max_pool_connections=access.parallel,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        # Some servers send the whole object's checksum with a part of it.
        response_checksum_validation="when_required",
        signature_version=UNSIGNED if access.anonymous else None,
    )
    try:
        return boto3.session.Session().client(
            "s3", endpoint_url=access.endpoint, region_name=access.region, config=config
        )
    except (*REQUEST_ERRORS, ValueError) as error:
        raise as_storage_error(error, "S3") from error


def head(client: Client, address: S3Address, access: S3Access) -> S3Object:
    """What lies at one key.

    Raises:
        StorageError: nothing, or no access.
    """
    asked = {"Bucket": address.bucket, "Key": address.key, "ChecksumMode": "ENABLED"}
    found = patiently(partial(client.head_object, **asked), str(address), access)
    checksum = whole_checksum(found) or parted_checksum(client, address, found)
    return S3Object(address, found["ContentLength"], found["ETag"], checksum)


def listing(client: Client, prefix: S3Address, access: S3Access) -> Iterator[S3Object]:
    """All objects below a prefix, in the order of their keys.

    A page that fails is asked for again, not the pages before it.
    """
    asked = {"Bucket": prefix.bucket, "Prefix": prefix.key}
    while True:
        page = patiently(partial(client.list_objects_v2, **asked), str(prefix), access)
        for entry in page.get("Contents", ()):
            address = S3Address(prefix.bucket, entry["Key"])
            yield S3Object(address, entry["Size"], entry["ETag"], stored=entry.get("LastModified"))
        if not page.get("IsTruncated"):
            return
        asked["ContinuationToken"] = page["NextContinuationToken"]


def read(client: Client, what: S3Object, span: tuple[int, int] | None = None) -> Iterator[bytes]:
    """The bytes from `span[0]` up to `span[1]`, or all and S3's checksum checked, in blocks.

    Raises:
        StorageError: the server sends something else than the range asked for.
        ClientError: 412 when the object is no longer the one described; and `REQUEST_ERRORS`.
    """
    asked = {} if span is None else {"Range": f"bytes={span[0]}-{span[1] - 1}"}
    mode = {"ChecksumMode": "ENABLED"} if span is None else {}
    answer = client.get_object(
        Bucket=what.address.bucket, Key=what.address.key, IfMatch=what.etag, **asked, **mode
    )
    wanted = what.size if span is None else span[1] - span[0]
    if answer["ContentLength"] != wanted:
        raise StorageError(
            f"{what.address}: asked for {wanted} bytes, the server sends "
            f"{answer['ContentLength']}. s3.endpoint must understand ranges (HTTP 206)."
        )
    expected = whole_checksum(answer) if span is None else None
    with closing(answer["Body"]) as body:
        yield from _checked(iter(lambda: body.read(BLOCK), b""), expected)


def _checked(blocks: Iterator[bytes], expected: Checksum | None) -> Iterator[bytes]:
    """Pass the blocks on; fail after the last one if they do not sum to what is expected."""
    if expected is None:
        yield from blocks
        return
    digest = Digest(expected.algorithm)
    for block in blocks:
        digest.update(block)
        yield block
    if digest.hexdigest() != expected.value:
        # botocore's own error for it, so that one rule says that it is worth another try.
        raise FlexibleChecksumError(
            error_msg=f"its {expected.algorithm} is {expected.value}, what came has "
            f"{digest.hexdigest()}"
        )
