"""The heatmap loss."""

import math

from torch import Tensor


def heatmap_loss(predicted: Tensor, target: Tensor, weight: Tensor, batch: int) -> Tensor:
    """Mean squared error of one decoder's own samples (official `JointsMSELoss`).

    Args:
        predicted: [N, K, h, w] of the N samples that belong to the decoder; without any the loss
            is 0, and so is its gradient.
        target: [N, K, h, w].
        weight: [N, K], 0 where a keypoint does not count.
        batch: samples in the WHOLE mixed batch. The official ViTPose+ averages over all of
            them with the other sets' targets at zero, so a data set weighs as its share.
    """
    weighed = (predicted.float() - target) * weight[..., None, None]
    return weighed.square().sum() / (batch * math.prod(weighed.shape[1:]))
