"""Heatmaps to keypoints: the peak, refined by DARK (Zhang et al. 2020) as UDP uses it."""

from typing import Literal

import torch
from torch import Tensor

from vitpose_plus.heatmaps.codec import HeatmapCodec
from vitpose_plus.heatmaps.peaks import find_peaks
from vitpose_plus.heatmaps.refine import newton_step, quarter_step
from vitpose_plus.heatmaps.smoothing import smooth_around

Refinement = Literal["dark", "quarter"]
MAPS_AT_ONCE = 8192  # What is computed of so many fits a processor's cache.


def decode(
    heatmaps: Tensor,
    codec: HeatmapCodec,
    *,
    refinement: Refinement = "dark",
    blur: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Find each keypoint between the pixels, on the heatmaps' device.

    DARK smooths the heatmap, and steps from its peak to the top of the log-Gaussian. Only the
    pixels that the smoothed 3x3 around the peak is made of are read.

    Args:
        heatmaps: [B, K, h, w], of any floating type.
        codec: sizes and sigma.
        refinement: "dark", as UDP has it; or "quarter", a quarter of a pixel towards the higher
            neighbour (the `default` post-processing of mmpose).
        blur: width in pixels of DARK's smoothing, odd; None: the one that goes with the sigma.

    Returns:
        keypoints [B, K, 2] in input pixels, and scores [B, K]: the raw heatmap's maximum; float32.
    """
    blur = codec.blur if blur is None else blur
    maps = heatmaps.flatten(0, 1).contiguous()
    found = [_decode(part, refinement, blur) for part in maps.split(MAPS_AT_ONCE)]
    places, scores = (torch.cat(parts) for parts in zip(*found, strict=True))
    keypoints = places * codec.stride(heatmaps.device)
    shape = heatmaps.shape[:2]
    return keypoints.unflatten(0, shape), scores.float().unflatten(0, shape)


def _decode(maps: Tensor, refinement: Refinement, blur: int) -> tuple[Tensor, Tensor]:
    """[N, h, w] -> places [N, 2] in heatmap pixels, and the values [N] of the peaks."""
    x, y, scores = find_peaks(maps)
    if refinement == "dark":
        step = newton_step(smooth_around(maps, x, y, blur))
    else:
        step = quarter_step(maps, x, y)
    return torch.stack([x, y], dim=-1) + step, scores
