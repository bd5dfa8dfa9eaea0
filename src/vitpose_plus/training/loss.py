"""The heatmap loss."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from vitpose_plus.datasets.crops import CropBatch
from vitpose_plus.heatmaps import HeatmapCodec, encode


def heatmap_losses(
    heatmaps: Mapping[int, Tensor], batch: CropBatch, codec: HeatmapCodec
) -> dict[int, Tensor]:
    """Each decoder's part of a mixed batch's loss.

    Args:
        heatmaps: see `targets`.
        batch: whose heatmaps they are.
        codec: how keypoints become Gaussians.
    """
    return {
        task: heatmap_loss(heatmaps[task], *own, len(batch.task))
        for task, own in targets(heatmaps, batch, codec).items()
    }


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
    errors = squared_errors(predicted, target, weight)
    return errors.sum() / (batch * math.prod(errors.shape[1:]))


def squared_errors(predicted: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Of each heatmap's pixels, [N, K, h, w]; the arguments are `heatmap_loss`'s."""
    weighed = (predicted.float() - target) * weight[..., None, None]
    return weighed.square()


def targets(
    heatmaps: Mapping[int, Tensor], batch: CropBatch, codec: HeatmapCodec
) -> dict[int, tuple[Tensor, Tensor]]:
    """What each decoder is to draw, [N, K, h, w], and the weights [N, K] of its keypoints.

    The samples are sorted once, as the model sorts them; no device is waited for.

    Args:
        heatmaps: as `ViTPose.by_task` gives them: task's index, in order -> its samples' heatmaps
            [N, K, h, w], of the tasks in the batch at least.
        batch: its tasks on the CPU.
        codec: how keypoints become Gaussians.
    """
    order = torch.argsort(batch.task, stable=True)
    order = order.to(batch.keypoints.device, non_blocking=True)
    counts = [len(own) for own in heatmaps.values()]
    keypoints, visibility = (
        values[order].split(counts) for values in (batch.keypoints, batch.visibility)
    )
    return {
        task: encode(points[:, : own.shape[1]], visible[:, : own.shape[1]], codec)
        for (task, own), points, visible in zip(
            heatmaps.items(), keypoints, visibility, strict=True
        )
    }
