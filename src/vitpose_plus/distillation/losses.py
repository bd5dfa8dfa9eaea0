"""The losses that a teacher has a part in; the truth's own is `training.loss`."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from vitpose_plus.datasets.crops import CropBatch
from vitpose_plus.engine.objective import Losses
from vitpose_plus.heatmaps import HeatmapCodec
from vitpose_plus.models import Task
from vitpose_plus.training.loss import heatmap_loss, squared_errors, targets

Drawn = Mapping[int, Tensor]
"""A task's index -> its own samples' heatmaps [N, K, h, w]."""


def teacher_losses(drawn: Drawn, taught: Drawn) -> dict[int, Tensor]:
    """MSE(drawn, K_t), over all keypoints alike: each task's part of the batch's loss.

    A keypoint that nobody labelled has a teacher's heatmap all the same.
    """
    size = sum(len(theirs) for theirs in taught.values())
    losses = {}
    for task, theirs in taught.items():
        weight = theirs.new_ones(theirs.shape[:2], dtype=torch.float32)
        losses[task] = heatmap_loss(drawn[task], theirs.float(), weight, size)
    return losses


def sample_losses(drawn: Drawn, batch: CropBatch, codec: HeatmapCodec) -> dict[int, Tensor]:
    """MSE(drawn, K_gt) of each sample alone: a task's index -> [N]."""
    return {
        task: squared_errors(drawn[task], *own).mean(dim=(1, 2, 3))
        for task, own in targets(drawn, batch, codec).items()
    }


def joined(
    parts: Mapping[str, Mapping[int, Tensor]], batch: CropBatch, tasks: Sequence[Task]
) -> Losses:
    """The sum of several losses, told apart.

    Args:
        parts: a loss's name -> task's index -> its part of the batch's loss.
        batch: whose losses they are.
        tasks: the student's.
    """
    size = len(batch.task)
    by_task = {
        task: torch.stack([part[task] for part in parts.values() if task in part]).sum()
        for task in next(iter(parts.values()))
    }
    total = torch.stack(list(by_task.values())).sum()
    logged = {"loss": (total.detach() * size, size)}
    for name, part in parts.items():
        logged[name] = torch.stack(list(part.values())).sum().detach() * size, size
    for task, loss in by_task.items():
        # A sample of its own: the loss itself shrinks with the set's share of the batch.
        own = int((batch.task == task).sum())
        logged[f"loss_{tasks[task].name}"] = loss.detach() * size, own
    return Losses(total, logged)
