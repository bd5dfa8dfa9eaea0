"""Where each heatmap is highest, in one pass over the memory."""

from math import gcd

import torch
from torch import Tensor

ROWS_AT_ONCE = 4  # A fast maximum wants more numbers in a line than one row of a heatmap holds.


def find_peaks(heatmaps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The highest pixel of each heatmap; the first one in reading order among equals.

    The maximum of each block of rows is found first, then the place in the winning block: PyTorch
    vectorises a maximum without its place only.

    Args:
        heatmaps: [N, h, w].

    Returns:
        columns x and rows y [N], and the values there [N].
    """
    rows, width = heatmaps.shape[1:]
    length = gcd(rows, ROWS_AT_ONCE) * width
    blocks = heatmaps.reshape(-1, length)
    count = rows * width // length
    values, block = blocks.amax(dim=1).view(-1, count).max(dim=1)
    maps = torch.arange(len(heatmaps), device=heatmaps.device)
    # `index_select` copies whole lines; plain indexing is several times slower.
    place = blocks.index_select(0, maps * count + block).argmax(dim=1) + block * length
    return place % width, place // width, values
