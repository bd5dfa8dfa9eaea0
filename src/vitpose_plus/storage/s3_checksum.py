"""The checksums that S3 keeps of an object, as far as Python can compute them."""

import base64
import re
from typing import Any

from botocore.exceptions import ClientError

from vitpose_plus.storage.checksum import Checksum
from vitpose_plus.storage.origin import S3Address

_MD5 = re.compile(r'"([0-9a-f]{32})"')
_MD5_OF_PARTS = re.compile(r'"([0-9a-f]{32})-([0-9]+)"')


def whole_checksum(found: dict[str, Any]) -> Checksum | None:
    """The strongest checksum over all bytes in the answer to a HEAD or GET; None: there is none.

    Of an object that was uploaded in parts most are of the parts' checksums, which S3 marks by
    "-7" or a type, and other servers do not.
    """
    if "-" not in found["ETag"] or found.get("ChecksumType") == "FULL_OBJECT":
        for algorithm in ("SHA256", "SHA1", "CRC32"):
            if value := found.get(f"Checksum{algorithm}"):
                return Checksum(algorithm.lower(), base64.b64decode(value).hex())
    plain = _MD5.fullmatch(found["ETag"])
    return Checksum("md5", plain[1]) if plain and _tells_md5(found) else None


def parted_checksum(client: Any, address: S3Address, found: dict[str, Any]) -> Checksum | None:
    """The MD5 of the MD5s of an object's parts; None: it was not uploaded in parts of one size.

    This is what a large archive has: programs upload it in equal parts, the last one shorter.
    """
    parted = _MD5_OF_PARTS.fullmatch(found["ETag"])
    if parted is None or not _tells_md5(found):
        return None
    count = int(parted[2])
    try:
        first, last = (
            client.head_object(Bucket=address.bucket, Key=address.key, PartNumber=number)
            for number in (1, count)
        )
    except ClientError:  # a server that does not know of parts
        return None
    size, part_bytes = found["ContentLength"], first["ContentLength"]
    is_even = part_bytes > 0 and last["ContentLength"] == size - part_bytes * (count - 1)
    return Checksum("md5", parted[1], part_bytes) if is_even else None


def _tells_md5(found: dict[str, Any]) -> bool:
    """Whether the ETag is made of MD5s: not if a key of KMS or the customer encrypts."""
    return found.get("ServerSideEncryption", "AES256") == "AES256" and not (
        found.get("SSECustomerAlgorithm")
    )
