"""DARK's Gaussian smoothing, only where it is needed: the 3x3 pixels around each peak.

Along one axis the smoothed line at a pixel and at its two neighbours is a weighted sum of the few
lines in reach. The weights depend on the peak's place alone, border and all, so they are tabled.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Taps(NamedTuple):
    """What an axis of n pixels takes for a peak at each of them.

    Attributes:
        first: [n] where the patch that is read begins; it lies wholly inside.
        weights: [n, 3, size] of the patch's lines, for the pixel before the peak, the peak's and
            the one after; beyond the border the outermost smoothed pixel is repeated.
    """

    first: Tensor
    weights: Tensor

    @property
    def size(self) -> int:
        """How many lines a patch has."""
        return self.weights.shape[-1]


def smooth_around(heatmaps: Tensor, x: Tensor, y: Tensor, blur: int) -> Tensor:
    """The smoothed 3x3 around each peak.

    Equal to OpenCV's `GaussianBlur` of the whole heatmap with a kernel of this width, whose sigma
    is left to OpenCV and whose border is mirrored. Below a width of 11 OpenCV rounds its kernels.

    Args:
        heatmaps: [N, h, w].
        x: [N] the peaks' columns.
        y: [N] the peaks' rows.
        blur: width of the kernel in pixels; odd.

    Returns:
        [N, 3, 3] rows and columns, float32.
    """
    rows, columns = (gaussian_taps(n, blur, heatmaps.device) for n in heatmaps.shape[1:])
    patches = _patches(heatmaps, columns.first[x], rows.first[y], columns.size, rows.size)
    with torch.autocast(heatmaps.device.type, enabled=False):  # It would halve the digits.
        return rows.weights[y] @ patches @ columns.weights[x].mT


def _patches(heatmaps: Tensor, left: Tensor, top: Tensor, width: int, height: int) -> Tensor:
    """[N, height, width] of each heatmap from its own corner [N], float32.

    The pieces of rows are picked from one long line: three times as fast as indexing by map, row
    and column.
    """
    if not len(heatmaps):
        return heatmaps.new_zeros(0, height, width, dtype=torch.float32)
    rows, columns = heatmaps.shape[1:]
    maps = torch.arange(len(heatmaps), device=heatmaps.device)
    below = torch.arange(height, device=heatmaps.device)
    row = (maps * rows + top)[:, None] + below
    pieces = heatmaps.flatten().unfold(0, width, 1)
    picked = pieces.index_select(0, (row * columns + left[:, None]).flatten())
    return picked.unflatten(0, (-1, height)).float()


def gaussian_taps(length: int, blur: int, device: torch.device | None = None) -> Taps:
    """The taps of an axis of `length` pixels, by a kernel of `blur` pixels."""
    kernel = gaussian_kernel(blur)
    reach = blur // 2
    pixels = torch.arange(length)[:, None]
    read = mirrored(pixels + torch.arange(-reach, reach + 1), length)
    smoothing = torch.zeros(length, length, dtype=kernel.dtype)
    smoothing.scatter_add_(1, read, kernel.expand(length, -1))
    size = min(blur + 2, length)
    first = (pixels - reach - 1).clamp(0, length - size)
    around = (pixels + torch.arange(-1, 2)).clamp(0, length - 1)
    weights = smoothing[around[..., None], (first + torch.arange(size))[:, None]]
    return Taps(first[:, 0].to(device), weights.float().to(device))


def gaussian_kernel(blur: int) -> Tensor:
    """[blur] weights of sum 1, with the sigma that OpenCV derives from a width; float64."""
    reach = blur // 2
    sigma = 0.3 * (reach - 1) + 0.8
    offsets = torch.arange(-reach, reach + 1, dtype=torch.float64)
    kernel = torch.exp(-(offsets**2) / (2 * sigma**2))
    return kernel / kernel.sum()


def mirrored(places: Tensor, length: int) -> Tensor:
    """Places beyond an axis, mirrored into it about the outermost pixels' centres."""
    period = max(2 * (length - 1), 1)
    places = places % period
    return torch.minimum(places, period - places) if length > 1 else places
