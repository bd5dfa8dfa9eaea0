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
_READ = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION


def read_picture(path: Path | str) -> np.ndarray:
    """A picture as stored: [H, W, 3] uint8, RGB.

    Raises:
        PictureError: there is no such file, or it is not a picture.
    """
    picture = cv2.imread(str(path), _READ)
    if picture is None:
        found = "cannot be decoded" if Path(path).is_file() else "does not exist"
        raise PictureError(f"picture {path} {found}: restore it, then ingest again")
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB, dst=picture)


def crop(picture: np.ndarray, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resample a view, bilinearly; black outside the picture.

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

    mean = torch.tensor(MEAN, device=pictures.device).mul(255)
    std = torch.tensor(STD, device=pictures.device).mul(255)
    return ((pictures - mean) / std).permute(0, 3, 1, 2).contiguous()
