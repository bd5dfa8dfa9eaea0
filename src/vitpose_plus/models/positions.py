"""The learned table of positions: its start, and its change to another grid."""

import torch
from timm.layers import build_sincos2d_pos_embed
from torch import Tensor
from torch.nn import functional as F

Grid = tuple[int, int]


def initial_positions(grid: Grid, width: int) -> Tensor:
    """[1, 1 + rows * columns, C]: 2-D sines, MAE's in another order; a random table learns later.

    The first slot is the class token's in the weights that ViTPose starts from.
    """
    table = build_sincos2d_pos_embed(list(grid), dim=width)
    return torch.cat([torch.zeros(1, width), table])[None]


def resize_positions(table: Tensor, grid: Grid, new: Grid) -> Tensor:
    """The table for another grid, bicubically, as the official `load_checkpoint` does.

    Args:
        table: [1, 1 + rows * columns, C]; the first slot stays as it is.
        grid: (rows, columns) that the table is for.
        new: (rows, columns) wanted.

    Raises:
        ValueError: the table is not one of that grid.
    """
    if table.shape[1] != 1 + grid[0] * grid[1]:
        raise ValueError(f"a table of {table.shape[1] - 1} positions is not one of grid {grid}")
    if grid == new:
        return table
    first, rest = table[:, :1], table[:, 1:]
    picture = rest.transpose(1, 2).unflatten(2, grid)
    resized = F.interpolate(picture.float(), size=new, mode="bicubic", align_corners=False)
    return torch.cat([first, resized.to(table.dtype).flatten(2).transpose(1, 2)], dim=1)
