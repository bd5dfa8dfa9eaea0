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

    @property
    def blur(self) -> int:
        """Width in heatmap pixels of DARK's smoothing: that of a Gaussian with this sigma.

        It is the odd width whose Gaussian, by OpenCV's rule, is nearest to sigma. The official
        recipes have 11 for sigma 2, and 17 for sigma 3.
        """
        return 2 * max(round((self.sigma - 0.8) / 0.3 + 1), 1) + 1

    def stride(self, device: torch.device | None = None) -> Tensor:
        """[2] input pixels a heatmap pixel, x and y.

        UDP: (input - 1) / (heatmap - 1), for distances are counted between pixel centres.
        """
        (height, width), (rows, columns) = self.input_size, self.heatmap_size
        stride = (width - 1) / (columns - 1), (height - 1) / (rows - 1)
        return torch.tensor(stride, device=device)
