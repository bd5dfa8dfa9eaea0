"""What a network's input may measure."""

from typing import Annotated

from pydantic import AfterValidator

PATCH = 16  # pixels a side, of every ViTPose


def _whole_patches(size: tuple[int, int]) -> tuple[int, int]:
    # From two patches on: DARK's smoothing does not fit a smaller heatmap.
    if any(side < 2 * PATCH or side % PATCH for side in size):
        raise ValueError(f"{size}: sides must be multiples of {PATCH}, from {2 * PATCH}")
    return size


InputSize = Annotated[tuple[int, int], AfterValidator(_whole_patches)]
"""(height, width) in pixels."""
