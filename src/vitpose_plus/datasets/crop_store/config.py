"""How a crop store is written."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from vitpose_plus.settings import settings


@settings
class CropEncoding:
    """How crops are coded and put into files.

    Attributes:
        quality: JPEG's, in percent.
        colour: 4:2:0 halves the colours' resolution, as most pictures come; 4:4:4 keeps it where
            the picture is coded again: a third more bytes, and a fifth more time to decode.
        shard_megabytes: a file is closed once it is this large.
    """

    quality: int = Field(default=95, ge=1, le=100)
    colour: Literal["4:2:0", "4:4:4"] = "4:2:0"
    shard_megabytes: int = Field(default=256, ge=1)


@settings
class Crops:
    """Where crop stores lie, and how they are written.

    Attributes:
        folder: of all stores.
        encoding: of the crops.
    """

    folder: Path
    encoding: CropEncoding = CropEncoding()
