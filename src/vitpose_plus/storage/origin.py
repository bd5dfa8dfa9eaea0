"""An archive or folder that a data set is brought from: what the configuration says."""

import re
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, model_validator

from vitpose_plus.settings import settings

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

S3_SCHEME = "s3://"
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
"""Endings of files that are unpacked; any other file is copied as it is."""

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")


class S3Address(NamedTuple):
    """Where an object lies; a key that is empty or ends in a slash means all that lies below."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{S3_SCHEME}{self.bucket}/{self.key}"


@settings
class Origin:
    """One archive, file or folder of a data set.

    Attributes:
        address: a local path, or `s3://bucket/key`; a trailing slash means all that lies below.
        folder: where it goes; an archive (an ending in `ARCHIVES`) is unpacked there, a folder's
            files are copied there. An address that is this very folder is only checked.
        sha256: of the file at the address; None: not checked. With it, what was brought once is
            never asked for again, so that later runs need neither the network nor the archive.
    """

    address: str = Field(min_length=1)
    folder: Path
    sha256: Sha256 | None = None

    @model_validator(mode="after")
    def _check(self) -> "Origin":
        scheme = _SCHEME.match(self.address)
        if scheme and scheme.group() != S3_SCHEME:
            raise ValueError(
                f"{self.address}: only a local path or s3://bucket/key. Download it, name the file"
            )
        if self.s3 is None:
            return self
        if not self.s3.bucket or self.s3.key.startswith("/"):
            raise ValueError(f"{self.address}: an S3 address reads s3://bucket/key")
        if "/" not in self.address.removeprefix(S3_SCHEME):
            raise ValueError(f"{self.address}: end it with a slash to mean the whole bucket")
        if self.is_prefix and self.sha256:
            raise ValueError(f"{self.address}: sha256 is one file's, and this means many")
        return self

    @property
    def s3(self) -> S3Address | None:
        """Bucket and key; None: a local path."""
        if not self.address.startswith(S3_SCHEME):
            return None
        bucket, _, key = self.address.removeprefix(S3_SCHEME).partition("/")
        return S3Address(bucket, key)

    @property
    def is_prefix(self) -> bool:
        """Whether an S3 address means all objects below it."""
        return self.s3 is not None and (not self.s3.key or self.s3.key.endswith("/"))

    @property
    def name(self) -> str:
        """The last part of the address: a file's or a folder's name."""
        return self.address.rstrip("/").rpartition("/")[2]

    @property
    def is_archive(self) -> bool:
        """Whether the name says that it is to be unpacked."""
        return not self.is_prefix and self.name.lower().endswith(ARCHIVES)
