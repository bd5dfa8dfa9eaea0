"""A person's own pictures, the right way up, a few at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np

from vitpose_plus.errors import PictureError
from vitpose_plus.geometry.pictures import decode_picture

BYTES_AT_ONCE = 200_000_000
"""Of pixels that are held at a time: five pictures of 12 megapixels."""
ORIENTATION = 0x0112  # EXIF's tag.
UPRIGHT = 1
_TURNED = cv2.IMREAD_COLOR_RGB
_TIFF = (b"II", b"MM")


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """What the network is to look at.

    Attributes:
        name: a picture's, or its video's.
        image_id: what results call it; a frame's number.
        pixels: [H, W, 3] uint8 RGB.
    """

    name: str
    image_id: str
    pixels: np.ndarray


def read_upright(path: Path, *, as_stored: bool = False) -> tuple[np.ndarray, bool]:
    """A picture as viewers show it, turned by its EXIF orientation.

    Args:
        path: the file.
        as_stored: leave the orientation out of account, as data sets' annotations do.

    Returns:
        [H, W, 3] uint8 RGB, and whether it was turned or mirrored.

    Raises:
        PictureError: it cannot be read, is not a whole picture, or is a TIFF with an orientation
            that is to be left out of account.
    """
    try:
        coded = path.read_bytes()
    except OSError as error:
        raise PictureError(f"{path} cannot be read: {error.strerror or error}") from error
    if as_stored and coded.startswith(_TIFF) and _orientation(coded) != UPRIGHT:
        raise PictureError(
            f"{path} is a TIFF with an orientation, by which OpenCV turns it in any case: save it "
            "as PNG, or leave out --as-stored and give boxes as viewers show it"
        )
    turned = not as_stored and _orientation(coded) != UPRIGHT
    pixels = _decode(np.frombuffer(coded, np.uint8), turned)
    if pixels is None:
        raise PictureError(f"{path} is not a picture that OpenCV can read, or it is cut off")
    return pixels, turned


def chunks(pictures: Iterable[Picture], most: int) -> Iterator[list[Picture]]:
    """Pictures in their order, at most so many and about `BYTES_AT_ONCE` at a time."""
    chunk: list[Picture] = []
    for picture in pictures:
        chunk.append(picture)
        if len(chunk) == most or sum(one.pixels.nbytes for one in chunk) >= BYTES_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _orientation(coded: bytes) -> int:
    from PIL import Image

    try:
        with Image.open(BytesIO(coded)) as picture:  # Reads no more than the header.
            # Asked for a PNG's EXIF, it would decode all pixels to look behind them.
            if picture.format == "PNG" and b"eXIf" not in coded:
                return UPRIGHT
            return int(picture.getexif().get(ORIENTATION, UPRIGHT))
    # PIL raises whatever its decoders raise, and OpenCV reads some formats that PIL does not.
    except Exception:
        return UPRIGHT


def _decode(coded: np.ndarray, turned: bool) -> np.ndarray | None:
    if not turned:
        return decode_picture(coded)
    try:
        return cv2.imdecode(coded, _TURNED)
    except cv2.error:  # More pixels than OpenCV allows.
        return None
