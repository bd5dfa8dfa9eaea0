"""Heatmaps to keypoints: the peak, refined by DARK (Zhang et al. 2020) as UDP uses it."""

import torch
import torch.nn.functional as F
from torch import Tensor

from vitpose_plus.heatmaps.codec import HeatmapCodec

# Newton's step from a nearly flat peak has no bound; a Gaussian's own is within a pixel or two.
LONGEST_STEP = 3.0


def decode(heatmaps: Tensor, codec: HeatmapCodec, blur: int = 11) -> tuple[Tensor, Tensor]:
    """Find each keypoint between the pixels.

    Args:
        heatmaps: [B, K, h, w].
        codec: sizes.
        blur: width in pixels of DARK's smoothing; odd.

    Returns:
        keypoints [B, K, 2] in input pixels, and scores [B, K]: the raw heatmap's maximum.
    """
    heatmaps = heatmaps.float()
    scores, place = heatmaps.flatten(2).max(dim=-1)
    columns = heatmaps.shape[-1]
    x, y = place % columns, place // columns
    logs = _smooth(heatmaps, blur).clamp(0.001, 50).log()
    step = _newton_step(_neighbourhood(logs, x, y)).clamp(-LONGEST_STEP, LONGEST_STEP)
    peak = torch.stack([x, y], dim=-1) + step
    return peak * codec.stride(heatmaps.device), scores


def _smooth(heatmaps: Tensor, blur: int) -> Tensor:
    """Gaussian blur with OpenCV's sigma for a kernel of this width, mirrored at the border."""
    sigma = 0.3 * ((blur - 1) / 2 - 1) + 0.8
    reach = blur // 2
    offsets = torch.arange(-reach, reach + 1, device=heatmaps.device, dtype=heatmaps.dtype)
    kernel = torch.exp(-(offsets**2) / (2 * sigma**2))
    kernel = kernel / kernel.sum()
    planes = F.pad(heatmaps.flatten(0, 1)[:, None], (reach,) * 4, mode="reflect")
    smooth = F.conv2d(F.conv2d(planes, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))
    return smooth[:, 0].unflatten(0, heatmaps.shape[:2])


def _neighbourhood(logs: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """The 3x3 around each peak [B, K, 3, 3] (row, column); the border repeats outside."""
    padded = F.pad(logs, (1, 1, 1, 1), mode="replicate")
    width = padded.shape[-1]
    step = torch.arange(3, device=logs.device)
    index = (y[..., None, None] + step[:, None]) * width + x[..., None, None] + step
    return padded.flatten(2).gather(-1, index.flatten(2)).unflatten(-1, (3, 3))


def _newton_step(around: Tensor) -> Tensor:
    """[B, K, 2] x and y from the peak's pixel to the maximum of its second-order expansion."""
    middle = around[..., 1, 1]
    left, right = around[..., 1, 0], around[..., 1, 2]
    above, below = around[..., 0, 1], around[..., 2, 1]
    gradient = torch.stack([right - left, below - above], dim=-1) / 2
    dxx = right - 2 * middle + left
    dyy = below - 2 * middle + above
    # The mixed derivative from two of the corners, as DARK's and UDP's code has it.
    dxy = (around[..., 2, 2] - right - below + 2 * middle - left - above + around[..., 0, 0]) / 2
    determinant = dxx * dyy - dxy**2
    towards = torch.stack(
        [
            dyy * gradient[..., 0] - dxy * gradient[..., 1],
            dxx * gradient[..., 1] - dxy * gradient[..., 0],
        ],
        dim=-1,
    )
    curved = determinant.abs() > torch.finfo(around.dtype).eps
    safe = torch.where(curved, determinant, torch.ones_like(determinant))
    return -towards / safe[..., None] * curved[..., None]
