"""Pictures inside a page."""

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image

from vitpose_plus.errors import PictureError

QUALITY = 82


def thumbnail(path: Path, size: int) -> str:
    """A picture as a data URI, its longer side at most `size` pixels.

    Raises:
        PictureError: it is missing or cannot be decoded.
    """
    try:
        with Image.open(path) as picture:
            picture.draft("RGB", (size, size))  # JPEG: decodes no more pixels than needed.
            picture.thumbnail((size, size))
            return _jpeg(picture.convert("RGB"))
    # PIL raises whatever its decoders raise.
    except Exception as error:
        raise PictureError(
            f"picture {path} cannot be shown ({error}): restore it, then ingest again"
        ) from error


def embedded(picture: np.ndarray) -> str:
    """A picture [H, W, 3] uint8 RGB as a data URI."""
    return _jpeg(Image.fromarray(picture))


def _jpeg(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
