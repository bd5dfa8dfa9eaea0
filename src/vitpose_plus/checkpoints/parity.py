"""How near another program's heatmaps come to ours."""

import math

from torch import Tensor

from vitpose_plus.errors import CheckpointError


def compare(found: Tensor, wanted: Tensor, tolerance: float, whose: str) -> float:
    """The largest difference, as a part of the largest wanted value; 0 where both are all zero.

    Args:
        found: heatmaps [B, K, H/4, W/4] of the other program.
        wanted: the model's own.
        tolerance: the difference allowed, as a part of the largest wanted value.
        whose: the other program's name.

    Raises:
        CheckpointError: they differ by more, or in shape, or hold a NaN or an infinity.
    """
    if found.shape != wanted.shape:
        raise CheckpointError(
            f"{whose} draws heatmaps of {list(found.shape)}, not of {list(wanted.shape)}: "
            f"nothing was written; try another version of {whose} or of torch"
        )
    difference, largest = (found - wanted).abs().max().item(), wanted.abs().max().item()
    # The negation catches a NaN too, the last limit an infinity that any difference is within.
    if not difference <= tolerance * largest < math.inf:
        raise CheckpointError(
            f"{whose}'s heatmaps differ by {difference:.2g} at a maximum of {largest:.2g}, more "
            f"than {tolerance:g} of it: nothing was written; do the weights hold a NaN, or is this "
            f"version of {whose} a new one?"
        )
    return difference / largest if largest else 0.0
