"""A sheet of what is left of pictures, what is made of it, and what it was."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from vitpose_plus.geometry import MEAN, STD
from vitpose_plus.geometry.input_size import PATCH
from vitpose_plus.models.mae import Reconstruction
from vitpose_plus.training.panel_drawing import TILE_HEIGHT, Cell, write_panels

GUESSED = "visible | guessed | whole"
# Without these two a guess of normalised pixels could not be shown; they flatter it.
SHAPED = "visible | guessed, with each patch's true mean and contrast | whole"
HIDDEN = 128  # grey


def draw_reconstructions(
    pictures: Tensor,
    guess: Reconstruction,
    names: Sequence[str],
    epoch: int,
    path: Path,
    *,
    normalised: bool,
) -> None:
    """Write a sheet with a row of three tiles for each picture.

    Args:
        pictures: [B, H, W, 3] uint8 RGB, on the CPU.
        guess: `MAE.reconstruct` of them.
        names: [B] their data sets'.
        epoch: counted from 0; the sheet counts from 1, as people do.
        path: a .jpg.
        normalised: whether the model guesses normalised pixels; the sheet says it.
    """
    hidden = hidden_pixels(guess.masked.cpu(), (pictures.shape[1], pictures.shape[2]))
    left = torch.where(hidden[..., None], HIDDEN, pictures)
    guessed = torch.where(hidden[..., None], _as_pixels(guess.pictures), pictures)
    cells = [
        Cell([_tile(each) for each in triple], name, "")
        for *triple, name in zip(left, guessed, pictures, names, strict=True)
    ]
    write_panels(path, cells, f"epoch {epoch + 1}", SHAPED if normalised else GUESSED)


def hidden_pixels(masked: Tensor, size: tuple[int, int]) -> Tensor:
    """masked [B, N] patches -> [B, H, W] pixels of pictures of (height, width)."""
    patches = masked.unflatten(1, (size[0] // PATCH, size[1] // PATCH))
    return patches.repeat_interleave(PATCH, 1).repeat_interleave(PATCH, 2)


def _as_pixels(pictures: Tensor) -> Tensor:
    """pictures [B, 3, H, W] by ImageNet's mean and deviation -> [B, H, W, 3] uint8."""
    values = pictures.float().cpu().permute(0, 2, 3, 1) * torch.tensor(STD) + torch.tensor(MEAN)
    return values.mul(255).round().clamp(0, 255).to(torch.uint8)


def _tile(picture: Tensor) -> np.ndarray:
    """A picture [H, W, 3] as high as the sheet's tiles; patches keep their edges."""
    height, width = picture.shape[:2]
    size = round(width * TILE_HEIGHT / height), TILE_HEIGHT
    return cv2.resize(picture.numpy(), size, interpolation=cv2.INTER_AREA)
