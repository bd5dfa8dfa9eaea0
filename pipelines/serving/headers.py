"""What a JPEG or a PNG would cost to decode, read from its headers.

Both decoders take a few bytes for an order to work long: a JPEG's scan runs over the whole picture,
a PNG's compressed text may grow to megabytes that nobody asked for.
"""

import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

PIXELS = 64_000_000  # 192 MB decoded; above it lie few cameras and every picture bomb.
SIDE = 32_766  # OpenCV's resampling counts pixels in 16 bits.
# A progressive JPEG has some ten scans. Thousands would keep the decoder busy for hours
# (libjpeg-turbo, "Two issues with the JPEG standard").
SCANS = 100
TEXTS = 8  # libpng inflates each to as much as 8 MB, in 30 ms.
PARTS = 10_000  # A PNG of 32 MB in libpng's own pieces of 8 kB has 4,000.

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
# What libjpeg stops at, within a scan's data as elsewhere: not stuffed or fill bytes, not restarts.
_MARKER = re.compile(rb"\xff([\xc0-\xcf\xd9-\xfe])")
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # those three hold tables
_END, _SCAN = 0xD9, 0xDA
_COMPRESSED = (b"iCCP", b"iTXt", b"zTXt")

Part = TypeVar("Part")


@dataclass(frozen=True)
class Header:
    """A picture's size in pixels, and how many passes its decoder makes over all of it."""

    width: int
    height: int
    scans: int = 1

    @property
    def pixels(self) -> int:
        """How many there are."""
        return self.width * self.height


def judge(coded: bytes) -> Header:
    """The header of a picture that may be decoded; nothing is decoded here.

    Raises:
        ValueError: it is no JPEG or PNG, or too much work; the reason in one line.
    """
    if not coded.startswith((_JPEG, _PNG)):
        raise ValueError("image is neither a JPEG nor a PNG")
    try:
        header = _png(coded) if coded.startswith(_PNG) else _jpeg(coded)
    except struct.error as error:
        raise ValueError("image has a damaged header") from error
    if header.pixels > PIXELS or max(header.width, header.height) > SIDE:
        raise ValueError(
            f"image has {header.width} x {header.height} pixels; at most {PIXELS:,} are taken, "
            f"{SIDE:,} a side"
        )
    if header.scans > SCANS:
        raise ValueError(f"image is a JPEG of more than {SCANS} scans")
    return header


def _jpeg(coded: bytes) -> Header:
    frame, scans = len(coded), 0
    for kind, place in _bounded(_segments(coded)):
        scans += kind == _SCAN
        if kind in _FRAMES:
            frame = min(frame, place)  # libjpeg refuses a second one.
    height, width = struct.unpack_from(">HH", coded, frame + 3)
    return Header(width, height, scans)


def _segments(coded: bytes) -> Iterator[tuple[int, int]]:
    """Kinds and places after the marker, to the end of the main picture.

    Lengths are stepped over: an EXIF thumbnail has markers of its own. Phones put previews and
    films behind the end.
    """
    place = 2
    while (found := _MARKER.search(coded, place)) and found[1][0] != _END:
        yield found[1][0], found.end()
        place = found.end() + int.from_bytes(coded[found.end() : found.end() + 2])


def _png(coded: bytes) -> Header:
    kinds = Counter(_bounded(_chunks(coded)))
    if sum(kinds[kind] for kind in _COMPRESSED) > TEXTS:
        raise ValueError(f"image is a PNG of more than {TEXTS} compressed texts and profiles")
    kind, width, height = struct.unpack_from(">4sII", coded, 12)
    if kind != b"IHDR":
        raise ValueError("image has a damaged header")
    return Header(width, height)


def _chunks(coded: bytes) -> Iterator[bytes]:
    place, kind = len(_PNG), b""
    while place + 8 <= len(coded) and kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", coded, place)
        yield kind
        place += 12 + length


def _bounded(parts: Iterable[Part]) -> Iterator[Part]:
    for number, part in enumerate(parts):
        if number == PARTS:
            raise ValueError(f"image is of more than {PARTS:,} segments")
        yield part
