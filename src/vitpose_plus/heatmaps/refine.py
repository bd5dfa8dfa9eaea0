"""From a peak's pixel to the place between the pixels, by the 3x3 around it."""

import torch
from torch import Tensor

# Newton's step from a nearly flat peak has no bound; a Gaussian's own is within a pixel or two.
LONGEST_STEP = 3.0
FLOOR, CEILING = 0.001, 50.0  # Of the smoothed heatmap, as UDP's code has them.


def newton_step(around: Tensor) -> Tensor:
    """DARK's step as UDP has it: to the maximum of the logarithm's second-order expansion.

    Args:
        around: [..., 3, 3] rows and columns of the smoothed heatmap.

    Returns:
        [..., 2] x and y in heatmap pixels; 0 where the surface is flat.
    """
    logs = around.clamp(FLOOR, CEILING).log()
    middle = logs[..., 1, 1]
    left, right = logs[..., 1, 0], logs[..., 1, 2]
    above, below = logs[..., 0, 1], logs[..., 2, 1]
    gradient_x, gradient_y = (right - left) / 2, (below - above) / 2
    dxx = right - 2 * middle + left
    dyy = below - 2 * middle + above
    # The mixed derivative from two of the corners, as DARK's and UDP's code has it.
    dxy = (logs[..., 2, 2] - right - below + 2 * middle - left - above + logs[..., 0, 0]) / 2
    determinant = dxx * dyy - dxy**2
    towards_x = dyy * gradient_x - dxy * gradient_y
    towards_y = dxx * gradient_y - dxy * gradient_x
    curved = determinant.abs() > torch.finfo(logs.dtype).eps
    safe = torch.where(curved, determinant, torch.ones_like(determinant))
    step = -torch.stack([towards_x, towards_y], dim=-1) / safe[..., None] * curved[..., None]
    return step.clamp(-LONGEST_STEP, LONGEST_STEP)


def quarter_step(heatmaps: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """A quarter of a pixel towards the higher neighbour, as before DARK (Newell et al. 2016).

    Args:
        heatmaps: [N, h, w].
        x: [N] the peaks' columns.
        y: [N] the peaks' rows.

    Returns:
        [N, 2] x and y in heatmap pixels; 0 within a pixel of the border, as HRNet's code has it.
    """
    rows, columns = heatmaps.shape[1:]
    inside = (x > 1) & (x < columns - 1) & (y > 1) & (y < rows - 1)
    maps = torch.arange(len(heatmaps), device=heatmaps.device)
    before, after = (x - 1).clamp(min=0), (x + 1).clamp(max=columns - 1)
    above, below = (y - 1).clamp(min=0), (y + 1).clamp(max=rows - 1)
    slope_x = heatmaps[maps, y, after] - heatmaps[maps, y, before]
    slope_y = heatmaps[maps, below, x] - heatmaps[maps, above, x]
    return torch.stack([slope_x, slope_y], dim=-1).sign().float() * inside[:, None] / 4
