"""Keypoints to Gaussian heatmaps."""

import torch
from torch import Tensor

from vitpose_plus.heatmaps.codec import HeatmapCodec


def encode(keypoints: Tensor, visibility: Tensor, codec: HeatmapCodec) -> tuple[Tensor, Tensor]:
    """Draw one Gaussian a keypoint, with its peak between pixels where it belongs.

    Args:
        keypoints: [B, K, 2] in input pixels.
        visibility: [B, K]: 0 unlabelled, 1 hidden, 2 visible.
        codec: sizes and sigma.

    Returns:
        heatmaps [B, K, h, w] with peaks of 1, zero beyond 3 sigma of the peak's pixel, and
        weights [B, K]: 1 where the loss counts; 0 where the keypoint is unlabelled or its
        Gaussian lies wholly outside.
    """
    rows, columns = codec.heatmap_size
    peak = keypoints / codec.stride(keypoints.device)
    nearest = (peak + 0.5).floor()
    radius = int(codec.sigma * 3)
    line_x, inside_x = _line(peak[..., 0], nearest[..., 0], columns, codec.sigma, radius)
    line_y, inside_y = _line(peak[..., 1], nearest[..., 1], rows, codec.sigma, radius)
    counts = (visibility > 0) & inside_x & inside_y
    heatmaps = line_y[..., :, None] * line_x[..., None, :] * counts[..., None, None]
    return heatmaps, counts.to(heatmaps.dtype)


def _line(
    peak: Tensor, nearest: Tensor, length: int, sigma: float, radius: int
) -> tuple[Tensor, Tensor]:
    """A Gaussian along one axis [B, K, length], and whether any of its window is inside [B, K]."""
    pixels = torch.arange(length, device=peak.device, dtype=peak.dtype)
    line = torch.exp(-((pixels - peak[..., None]) ** 2) / (2 * sigma**2))
    window = (pixels - nearest[..., None]).abs() <= radius
    inside = (nearest + radius >= 0) & (nearest - radius < length)
    return line * window, inside
