"""What a file's bytes sum to, and whether that is what was expected."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vitpose_plus.storage.progress import byte_bar

BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Checksum:
    """What bytes should sum to.

    Attributes:
        algorithm: sha256, sha1, crc32 or md5.
        value: in lower-case hex.
        part_bytes: the value is the sum of the sums of parts of so many bytes; None: of the bytes.
    """

    algorithm: str
    value: str
    part_bytes: int | None = None


class Digest:
    """A running sum, as a `Checksum` is made."""

    def __init__(self, algorithm: str, part_bytes: int | None = None):
        """See `Checksum`."""
        self._algorithm = algorithm
        self._part_bytes = part_bytes
        self._sum = _start(algorithm)
        self._of_parts = _start(algorithm)
        self._in_part = 0

    def update(self, block: bytes) -> None:
        """Add bytes."""
        if self._part_bytes is None:
            self._sum.update(block)
            return
        view = memoryview(block)
        while view:
            taken = view[: self._part_bytes - self._in_part]
            self._sum.update(taken)
            self._in_part += len(taken)
            view = view[len(taken) :]
            if self._in_part == self._part_bytes:
                self._end_part()

    def hexdigest(self) -> str:
        """The sum of all bytes added, in lower-case hex. None may be added after it."""
        if self._part_bytes is None:
            return self._sum.digest().hex()
        if self._in_part:
            self._end_part()
        return self._of_parts.digest().hex()

    def _end_part(self) -> None:
        self._of_parts.update(self._sum.digest())
        self._sum = _start(self._algorithm)
        self._in_part = 0


class _Crc32:
    """CRC-32 as hashlib would have it."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, block: bytes | memoryview) -> None:
        self._value = zlib.crc32(block, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


def _start(algorithm: str) -> "_Crc32 | hashlib._Hash":
    # None of this guards a secret: md5 and sha1 are what S3 offers to find damage.
    return _Crc32() if algorithm == "crc32" else hashlib.new(algorithm, usedforsecurity=False)


def add_file(path: Path, digests: Sequence[Digest], *, progress: bool) -> None:
    """Add a file's bytes to several sums, in one reading, in blocks."""
    total = path.stat().st_size
    with path.open("rb") as file, byte_bar(f"check {path.name}", total, progress=progress) as bar:
        while block := file.read(BLOCK):
            for digest in digests:
                digest.update(block)
            bar.update(len(block))


def sha256_of(path: Path, *, progress: bool) -> str:
    """A file's SHA-256, in lower-case hex."""
    digest = Digest("sha256")
    add_file(path, [digest], progress=progress)
    return digest.hexdigest()
