"""Pictures from strangers: judged by their headers before anything is decoded."""

import base64

import numpy as np

from pipelines.serving.headers import judge
from vitpose_plus.geometry.pictures import decode_picture


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
    judge(coded)
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
