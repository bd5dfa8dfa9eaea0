"""Decoding and warping of many crops on one device: nvJPEG and the graphics card's interpolation.

On a CPU the same code runs, slower than OpenCV.
"""

import warnings
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def decode_jpegs(jpegs: Sequence[Tensor], device: torch.device) -> list[Tensor]:
    """Decode crops.

    Args:
        jpegs: [bytes] uint8 each, in the computer's memory.
        device: where the pixels go. nvJPEG's differ from a CPU's by a few grey levels: the
            standard leaves the rounding of the transform open.

    Returns:
        [3, H, W] uint8 RGB each.
    """
    from torchvision.io import ImageReadMode, decode_jpeg  # type: ignore[import-untyped]

    with warnings.catch_warnings():
        # From 0.29 on torchvision names TorchCodec as its successor: one more dependency, for now.
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="torchvision")
        return decode_jpeg(list(jpegs), mode=ImageReadMode.RGB, device=device)


def warp(pictures: Sequence[Tensor], matrices: Tensor, size: tuple[int, int]) -> Tensor:
    """Resample views of pictures of any sizes, bilinearly; black outside: `geometry.crop`.

    Args:
        pictures: B times [3, H, W] uint8, on one device.
        matrices: [B, 2, 3] float64 from picture pixels to the view's, in the computer's memory.
        size: (height, width) of the views.

    Returns:
        [B, height, width, 3] uint8 on the pictures' device.
    """
    back = _view_to_picture(pictures, matrices, size).to(pictures[0].device)
    grids = F.affine_grid(back, [len(pictures), 3, *size], align_corners=False)
    views = [
        F.grid_sample(picture[None].float(), grid[None], align_corners=False)
        for picture, grid in zip(pictures, grids, strict=True)
    ]
    return torch.cat(views).permute(0, 2, 3, 1).round().to(torch.uint8)


def _view_to_picture(pictures: Sequence[Tensor], matrices: Tensor, size: tuple[int, int]) -> Tensor:
    """[B, 2, 3] float32 from a view's to its picture's coordinates, as grid_sample counts them."""
    extents = torch.tensor([picture.shape[:0:-1] for picture in pictures])
    last_row = torch.tensor([[0.0, 0.0, 1.0]], dtype=torch.float64).expand(len(matrices), 1, 3)
    to_view = _to_grid(torch.tensor([size[::-1]])) @ torch.cat([matrices, last_row], dim=1)
    return (_to_grid(extents) @ torch.linalg.inv(to_view))[:, :2].float()


def _to_grid(extents: Tensor) -> Tensor:
    """[B, 3, 3] from pixels to -1 at the first pixel's left edge and 1 at the last one's right.

    Args:
        extents: [B, 2] width and height in pixels.
    """
    scale = 2 / extents.double()
    matrices = torch.diag_embed(torch.cat([scale, torch.ones(len(extents), 1)], dim=1))
    matrices[:, :2, 2] = scale / 2 - 1
    return matrices
