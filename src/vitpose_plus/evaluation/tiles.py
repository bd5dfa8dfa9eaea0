"""Cut-outs of instances, and sheets of them with captions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vitpose_plus.replacement import replacing_file

Colour = tuple[int, int, int]

TILE = (208, 260)  # Width and height in pixels.
MARGIN = 1.4  # Of the box: enough surroundings to judge a pose by.
WIDEST = 4  # Times the picture: no window is larger.
GAP = 8
CAPTION_HEIGHT = 22
TITLE_HEIGHT = 34
PAPER: Colour = (255, 255, 255)
INK: Colour = (32, 34, 40)
PALE_INK: Colour = (128, 132, 142)
BEYOND_THE_PICTURE: Colour = (232, 233, 237)


@dataclass(frozen=True)
class Window:
    """A rectangle of a picture that fills a tile: its corner in pixels, its enlargement."""

    left: float
    top: float
    scale: float

    def to_tile(self, points: np.ndarray) -> np.ndarray:
        """[..., 2] pixels of the picture -> [..., 2] pixels of the tile, centre to centre."""
        return (points - (self.left, self.top) + 0.5) * self.scale - 0.5


@dataclass(frozen=True)
class Strip:
    """One row of a sheet: a title, tiles of [H, W, 3] uint8, and their (left, right) captions."""

    title: str
    tiles: Sequence[np.ndarray]
    captions: Sequence[tuple[str, str]] = ()

    @property
    def height(self) -> int:
        """Pixels with title and captions."""
        return TITLE_HEIGHT + TILE[1] + (CAPTION_HEIGHT if self.captions else 0)


def window_around(box: np.ndarray, picture: np.ndarray, margin: float = MARGIN) -> Window:
    """The window of a tile's shape that holds a box (x, y, width, height) with its margin.

    It is moved into the picture as far as it fits, so that little of a tile is empty.
    """
    size, tile = np.array(picture.shape[1::-1]), np.array(TILE)
    # A mistaken box, many times its picture, would ask for gigabytes of grey.
    corner, extent = np.array(box[:2]), np.clip(box[2:], 1.0, WIDEST * size)
    scale = float((tile / extent).min() / margin)
    slack = size - tile / scale
    start = corner + extent / 2 - tile / scale / 2
    inside = np.where(slack > 0, np.clip(start, 0, np.maximum(slack, 0)), slack / 2)
    left, top = inside.round().tolist()
    return Window(left, top, scale)


def cut(picture: np.ndarray, window: Window) -> np.ndarray:
    """The window's content as a tile [H, W, 3] uint8; grey beyond the picture's edge."""
    size = [max(round(side / window.scale), 1) for side in TILE]
    content = Image.new("RGB", (size[0], size[1]), BEYOND_THE_PICTURE)
    content.paste(Image.fromarray(picture), (-round(window.left), -round(window.top)))
    return np.array(content.resize(TILE, Image.Resampling.LANCZOS))


def write_sheet(path: Path, strips: Sequence[Strip], footnote: str = "") -> None:
    """Lay strips below one another and write them under a temporary name, then rename."""
    columns = max(len(strip.tiles) for strip in strips)
    body = sum(strip.height for strip in strips) + GAP
    size = (columns * (TILE[0] + GAP) + GAP, body + (CAPTION_HEIGHT if footnote else 0))
    sheet = Image.new("RGB", size, PAPER)
    top = 0
    for strip in strips:
        _lay_strip(sheet, strip, top)
        top += strip.height
    if footnote:
        write_text(sheet, (GAP, body), footnote, 13, PALE_INK)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(path) as part:
        sheet.save(part, quality=92)


def _lay_strip(sheet: Image.Image, strip: Strip, top: int) -> None:
    write_text(sheet, (GAP, top + 8), strip.title, 17, INK)
    lefts = [GAP + i * (TILE[0] + GAP) for i in range(len(strip.tiles))]
    for x, tile in zip(lefts, strip.tiles, strict=True):
        sheet.paste(Image.fromarray(tile), (x, top + TITLE_HEIGHT))
    below = top + TITLE_HEIGHT + TILE[1] + 3
    for x, (left, right) in zip(lefts, strip.captions, strict=False):
        write_text(sheet, (x + 1, below), left, 13, INK)
        write_text(sheet, (x + TILE[0] - 1, below), right, 13, PALE_INK, anchor="ra")


def write_text(
    sheet: Image.Image,
    place: tuple[int, int],
    text: str,
    size: int,
    colour: Colour,
    anchor: str = "la",
) -> None:
    """A line of text: `place` is its (x, y) in pixels, `anchor` Pillow's."""
    font = ImageFont.load_default(size)
    ImageDraw.Draw(sheet).text(place, text, fill=colour, font=font, anchor=anchor)
