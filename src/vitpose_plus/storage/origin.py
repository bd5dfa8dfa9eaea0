"""An archive or folder that a data set is brought from: what the configuration says."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from vitpose_plus.settings import settings

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@settings
class Origin:
    """One archive, file or folder of a data set.

    Attributes:
        address: a local path, or `s3://bucket/key`; a trailing slash means all that lies below.
        folder: where it goes; an archive (.zip, .tar, .tar.gz, .tgz) is unpacked there.
        sha256: of the file at the address; None: not checked.
    """

    address: str = Field(min_length=1)
    folder: Path
    sha256: Sha256 | None = None
