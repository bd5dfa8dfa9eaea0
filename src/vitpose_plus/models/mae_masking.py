"""Pictures as patches: which are seen, what is to be predicted of the others, where each lies."""

from typing import NamedTuple

from torch import Tensor

from vitpose_plus.geometry.input_size import PATCH
from vitpose_plus.models.positions import Grid, initial_positions

CHANNELS = 3
PATCH_PIXELS = PATCH * PATCH * CHANNELS
VARIANCE_FLOOR = 1e-6  # the authors': a patch of one colour has no variance


class Target(NamedTuple):
    """What is predicted of a patch, and the way back to its pixels.

    Attributes:
        values: [B, M, P], P the numbers of a patch.
        mean: [B, M, 1] of a patch's pixels; 0 where they are not normalised.
        deviation: [B, M, 1]; 1 where they are not normalised.
    """

    values: Tensor
    mean: Tensor
    deviation: Tensor


def to_patches(images: Tensor) -> Tensor:
    """Pictures [B, 3, H, W] -> patches [B, N, P], row by row; inside, colours vary fastest."""
    split = images.unflatten(3, (-1, PATCH)).unflatten(
        2, (-1, PATCH)
    )  # [B, 3, rows, y, columns, x]
    return split.permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)


def to_pictures(patches: Tensor, grid: Grid) -> Tensor:
    """Patches [B, N, P] of a grid of (rows, columns) -> pictures [B, 3, H, W]."""
    split = patches.unflatten(2, (PATCH, PATCH, CHANNELS)).unflatten(1, grid)
    return split.permute(0, 5, 1, 3, 2, 4).flatten(4).flatten(2, 3)


def visible_first(noise: Tensor) -> Tensor:
    """Indices [B, N] of the patches by their noise [B, N]: the lowest are those to be seen."""
    return noise.argsort(dim=1, stable=True)


def take(tokens: Tensor, indices: Tensor) -> Tensor:
    """Each sample's own tokens: [B, N, C] at indices [B, K] -> [B, K, C]."""
    return tokens.gather(1, indices[..., None].expand(-1, -1, tokens.shape[2]))


def target_of(patches: Tensor, *, normalise: bool) -> Target:
    """What is to be predicted of patches [B, M, P]."""
    if not normalise:
        mean = patches.new_zeros(*patches.shape[:2], 1)
        return Target(patches, mean, mean + 1)
    mean = patches.mean(dim=2, keepdim=True)
    # Unbiased, as the authors have it.
    deviation = (patches.var(dim=2, keepdim=True) + VARIANCE_FLOOR).sqrt()
    return Target((patches - mean) / deviation, mean, deviation)


def fixed_positions(grid: Grid, width: int) -> Tensor:
    """[1, 1 + rows * columns, C]: `initial_positions` with its channels as MAE's weights have them.

    Ours go by sine and cosine first and by row and column within; the authors' go by column and
    row first (`get_2d_sincos_pos_embed`: "here w goes first"), by sine and cosine within.
    """
    by_function = initial_positions(grid, width).unflatten(2, (2, 2, -1))
    return by_function.transpose(2, 3).flip(2).flatten(2)
