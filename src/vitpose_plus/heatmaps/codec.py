"""The geometry that encoding and decoding share."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class HeatmapCodec:
    """UDP's heatmaps (Huang et al. 2020).

    Attributes:
        input_size: (height, width) of the network's input in pixels.
        heatmap_size: (height, width) of a heatmap.
        sigma: of the Gaussian, in heatmap pixels; official: 2 for 64x48.
    """

    input_size: tuple[int, int]
    heatmap_size: tuple[int, int]
    sigma: float = 2.0

    def stride(self, device: torch.device | None = None) -> Tensor:
        """[2] input pixels a heatmap pixel, x and y.

        UDP: (input - 1) / (heatmap - 1), for distances are counted between pixel centres.
        """
        (height, width), (rows, columns) = self.input_size, self.heatmap_size
        stride = (width - 1) / (columns - 1), (height - 1) / (rows - 1)
        return torch.tensor(stride, device=device)
