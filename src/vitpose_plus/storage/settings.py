"""How data is fetched and what an archive may hold. Nothing secret belongs here."""

from typing import Annotated

from pydantic import Field

from vitpose_plus.settings import settings

MIB = 1 << 20
GIB = 1 << 30

Endpoint = Annotated[str, Field(pattern=r"^https?://[^/@]+/?$")]
"""A server's address. No user or password in it: those come from the AWS chain alone."""


@settings
class S3Access:
    """How objects are read from S3 or a server that speaks its language.

    Credentials come from the standard AWS chain (environment, shared files, role), never from here.

    Attributes:
        endpoint: the server's address; None: AWS's own.
        region: None: the chain's.
        anonymous: ask without credentials, as public buckets allow.
        parallel: connections at once.
        part_size: MiB that one request asks for; below a prefix, what is less than two parts comes
            in one.
        attempts: how often in a row a request may fail without bringing a byte.
        first_wait: seconds before the second attempt; doubled each time, up to `longest_wait`,
            of which a random share is waited.
        longest_wait: seconds.
        timeout: seconds without a byte before a connection counts as dead.
    """

    endpoint: Endpoint | None = None
    region: str | None = None
    anonymous: bool = False
    parallel: int = Field(default=8, ge=1, le=128)
    part_size: int = Field(default=16, ge=1, le=5120)
    attempts: int = Field(default=5, ge=1)
    first_wait: float = Field(default=0.5, gt=0)
    longest_wait: float = Field(default=20.0, gt=0)
    timeout: float = Field(default=60.0, gt=0)

    @property
    def part_bytes(self) -> int:
        """Bytes that one request asks for."""
        return self.part_size * MIB


@settings
class UnpackLimits:
    """What an archive may hold; more than any official one does, less than what fills a disk.

    Attributes:
        max_files: files; InterHand2.6M at 5 frames a second has 1.4 million.
        max_gigabytes: GiB after unpacking; COCO train2017 has 18, InterHand2.6M some 80.
        max_ratio: times that the whole may be larger than its archive. Pictures hardly shrink,
            annotations 5 to 20 times; a bomb a thousand times and more.
    """

    max_files: int = Field(default=5_000_000, ge=1)
    max_gigabytes: float = Field(default=1000.0, gt=0)
    max_ratio: float = Field(default=200.0, gt=1)

    @property
    def max_bytes(self) -> int:
        """Bytes after unpacking."""
        return int(self.max_gigabytes * GIB)
