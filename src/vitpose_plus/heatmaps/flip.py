"""The mirrored picture's heatmaps, mirrored back."""

from collections.abc import Sequence

from torch import Tensor


def unflip(heatmaps: Tensor, flip_index: Sequence[int]) -> Tensor:
    """Undo the mirroring of the input: columns reversed, left and right keypoints exchanged.

    UDP needs no shift: a pixel centre mirrors onto a pixel centre.

    Args:
        heatmaps: [B, K, h, w] of mirrored pictures.
        flip_index: K indices, `Skeleton.flip_index()`.
    """
    return heatmaps[:, list(flip_index)].flip(-1)
