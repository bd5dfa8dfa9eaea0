"""A sheet of panels: prediction, annotation and heatmaps of a few instances, side by side."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from vitpose_plus.evaluation.tiles import GAP, INK, PALE_INK, PAPER, write_text
from vitpose_plus.inference.drawing import draw_poses, keypoint_colours
from vitpose_plus.replacement import replacing_file
from vitpose_plus.skeletons import Skeleton

HIGHEST = 1600  # Pixels: a sheet that would be higher gets another column.
TILE_HEIGHT = 224
CAPTION = 24
HEADER = 34
SEAM = 2  # Between an instance's tiles.
DIMMED = 0.55  # How much of a picture's light is left under its heatmaps.
FAINTEST = 0.1  # A weaker peak is not drawn as if it were strong.


@dataclass(frozen=True)
class Cell:
    """One instance on a sheet: tiles [H, W, 3] uint8 of one size, and what stands above them."""

    tiles: Sequence[np.ndarray]
    left: str
    right: str

    @property
    def width(self) -> int:
        """Pixels."""
        return sum(tile.shape[1] for tile in self.tiles) + SEAM * (len(self.tiles) - 1)


def pose_tile(
    picture: np.ndarray, keypoints: np.ndarray, shown: np.ndarray, skeleton: Skeleton
) -> np.ndarray:
    """A crop, enlarged, with a pose.

    Args:
        picture: [H, W, 3] uint8 RGB.
        keypoints: [K, 2] in the crop's pixels.
        shown: [K] which keypoints.
        skeleton: theirs.
    """
    tile = _enlarged(picture)
    scale = np.array(tile.shape[1::-1]) / picture.shape[1::-1]
    points = (keypoints + 0.5) * scale - 0.5
    return draw_poses(tile, points[None], shown[None].astype(np.float32), skeleton)


def heat_tile(picture: np.ndarray, heatmaps: Tensor, skeleton: Skeleton) -> np.ndarray:
    """A crop, dimmed and enlarged, with each pixel's strongest heatmap in its keypoint's colour.

    Colours are full at the crop's own peak, so that weak heatmaps show their places, too.

    Args:
        picture: [H, W, 3] uint8 RGB.
        heatmaps: [K, h, w] float32.
        skeleton: their keypoints.
    """
    # UDP: the centres of the corner pixels lie on one another.
    large = F.interpolate(heatmaps[None], picture.shape[:2], mode="bilinear", align_corners=True)
    strength, which = large[0].clamp(min=0).max(dim=0)
    share = (strength / max(float(strength.max()), FAINTEST))[..., None].numpy()
    colours = np.array(keypoint_colours(skeleton), np.float32)[which.numpy()]
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return _enlarged((DIMMED * grey * (1 - share) + colours * share).astype(np.uint8))


def write_panels(path: Path, cells: Sequence[Cell], title: str, note: str) -> None:
    """Lay cells of one size in rows and write the sheet under a temporary name, then rename.

    Args:
        path: a .jpg.
        cells: in reading order.
        title: stands above them.
        note: at the end of the title's line.
    """
    height = CAPTION + TILE_HEIGHT + GAP
    columns = max(math.ceil(len(cells) * height / (HIGHEST - HEADER)), min(len(cells), 2))
    rows = math.ceil(len(cells) / columns)
    width = cells[0].width + 2 * GAP
    sheet = Image.new("RGB", (columns * width, HEADER + rows * height), PAPER)
    write_text(sheet, (GAP, 9), title, 17, INK)
    write_text(sheet, (sheet.width - GAP, 12), note, 13, PALE_INK, "ra")
    for i, cell in enumerate(cells):
        _lay(sheet, cell, (i % columns * width + GAP, HEADER + i // columns * height))
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(path) as part:
        sheet.save(part, quality=90)


def _lay(sheet: Image.Image, cell: Cell, place: tuple[int, int]) -> None:
    left, top = place
    write_text(sheet, (left, top + 4), cell.left, 13, INK)
    write_text(sheet, (left + cell.width, top + 4), cell.right, 13, PALE_INK, "ra")
    for tile in cell.tiles:
        sheet.paste(Image.fromarray(tile), (left, top + CAPTION))
        left += tile.shape[1] + SEAM


def _enlarged(picture: np.ndarray) -> np.ndarray:
    height, width = picture.shape[:2]
    size = round(width * TILE_HEIGHT / height), TILE_HEIGHT
    return cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
