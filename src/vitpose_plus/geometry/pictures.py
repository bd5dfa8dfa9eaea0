"""Pictures from disk to the network's input."""

from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from vitpose_plus.errors import PictureError

if TYPE_CHECKING:
    from torch import Tensor

# ImageNet's, of RGB in 0..1.
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)

# Annotations are in the stored pixels: turning by EXIF would move the picture under them.
_DECODE = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION


def read_picture(path: Path | str) -> np.ndarray:
    """A picture as stored: [H, W, 3] uint8, RGB.

    Raises:
        PictureError: there is no such file, or it is not a whole picture.
    """
    try:
        coded = np.fromfile(path, np.uint8)
    except OSError as error:
        found = "does not exist" if isinstance(error, FileNotFoundError) else str(error)
        raise PictureError(f"picture {path} {found}: restore it, then ingest again") from error
    picture = decode_picture(coded)
    if picture is None:
        raise PictureError(f"picture {path} cannot be decoded: restore it, then ingest again")
    return picture


def decode_picture(coded: np.ndarray) -> np.ndarray | None:
    """A picture from a file's bytes, in any format that OpenCV knows.

    `cv2.imread` would fill what a cut-off JPEG lacks with grey, without a word.

    Args:
        coded: [bytes] uint8.

    Returns:
        [H, W, 3] uint8 RGB, as stored; None: not a picture, or not a whole one.
    """
    try:
        return cv2.imdecode(coded, _DECODE)
    except cv2.error:  # no bytes at all, or more pixels than OpenCV allows
        return None


def crop(picture: np.ndarray, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resample a view, bilinearly; black outside the picture.

    OpenCV 5 weighs each pixel in float32: within one grey level of the exact affine in pictures of
    up to 8,192 pixels a side. OpenCV 4 rounded places to 1/32 pixel: up to seven grey levels.

    Args:
        picture: [H, W, 3] uint8.
        matrix: [2, 3] from picture pixels to the view's.
        size: (height, width) of the view.
    """
    height, width = size
    return cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR)


def normalise(pictures: "Tensor") -> "Tensor":
    """pictures [B, H, W, 3] uint8 RGB -> [B, 3, H, W] float32, by ImageNet's mean and deviation."""
    import torch

    mean = torch.tensor(MEAN, device=pictures.device).mul(255).view(3, 1, 1)
    std = torch.tensor(STD, device=pictures.device).mul(255).view(3, 1, 1)
    # Transposed as bytes, then worked on in place: a third of the time of doing it as floats.
    planes = pictures.permute(0, 3, 1, 2).contiguous().to(torch.float32, copy=True)
    return planes.sub_(mean).div_(std)
