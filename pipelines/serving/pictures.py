"""Pictures from strangers: judged by their headers before anything is decoded."""

import base64
from io import BytesIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from vitpose_plus.geometry.pictures import decode_picture

PIXELS = 64_000_000  # 192 MB decoded; above it lie few cameras and every picture bomb.
SIDE = 32_766  # OpenCV's resampling counts pixels in 16 bits.
# A progressive JPEG has some ten scans. Thousands, each over the whole picture, would keep the
# decoder busy for hours (libjpeg-turbo, "Two issues with the JPEG standard").
SCANS = 100
START_OF_SCAN = b"\xff\xda"  # Never inside a scan's data, where 0xff is followed by 0.


def read_image(image: object) -> np.ndarray:
    """A picture from what a client sent, as stored: its EXIF orientation is not applied.

    Args:
        image: a JPEG's or PNG's bytes, or them in base64.

    Returns:
        [H, W, 3] uint8 RGB.

    Raises:
        ValueError: it is none, not a whole one, or too large; the reason in one line.
    """
    coded = _bytes(image)
    width, height = _size(coded)
    if width * height > PIXELS or max(width, height) > SIDE:
        raise ValueError(
            f"image has {width} x {height} pixels; at most {PIXELS:,} are taken, {SIDE:,} a side"
        )
    if coded.count(START_OF_SCAN) > SCANS:
        raise ValueError(f"image is a JPEG of more than {SCANS} scans")
    picture = decode_picture(np.frombuffer(coded, np.uint8))
    if picture is None:
        raise ValueError("image cannot be decoded: it is damaged or cut off")
    return picture


def _bytes(image: object) -> bytes:
    if isinstance(image, bytes | bytearray | memoryview):
        return bytes(image)
    if not isinstance(image, str):
        raise ValueError(f"image is of type {type(image).__name__}, not bytes or base64 text")
    try:
        return base64.b64decode(image, validate=True)
    except ValueError as error:
        raise ValueError(f"image is not base64: {error}") from error


def _size(coded: bytes) -> tuple[int, int]:
    """Width and height from the header; nothing is decoded."""
    try:
        with Image.open(BytesIO(coded), formats=("JPEG", "PNG")) as header:
            return header.size
    except Image.DecompressionBombError as error:
        raise ValueError(f"image is too large: at most {PIXELS:,} pixels are taken") from error
    except UnidentifiedImageError as error:
        raise ValueError("image is neither a JPEG nor a PNG") from error
    except Exception as error:  # Whatever a made-up header provokes, the picture is to blame.
        raise ValueError("image has a damaged header") from error
