"""The two targets of a student, and the one of a token: every loss of a mixed batch."""

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor

from vitpose_plus.datasets.crops import CropBatch
from vitpose_plus.engine.objective import Losses
from vitpose_plus.heatmaps import HeatmapCodec, encode
from vitpose_plus.models import Task
from vitpose_plus.training.loss import heatmap_loss

Drawn = Mapping[int, Tensor]
"""A task's index -> its own samples' heatmaps [N, K, h, w]."""


def truth_losses(drawn: Drawn, batch: CropBatch, codec: HeatmapCodec) -> dict[int, Tensor]:
    """MSE(drawn, K_gt), weighted by visibility: each task's part of the batch's loss."""
    return {
        task: heatmap_loss(drawn[task], *targets, len(batch.task))
        for task, targets in _truth(drawn, batch, codec)
    }


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
        task: torch.stack(
            [
                heatmap_loss(one, target, weight, 1)
                for one, target, weight in zip(
                    drawn[task].split(1), *(t.split(1) for t in targets), strict=True
                )
            ]
        )
        for task, targets in _truth(drawn, batch, codec)
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


def _truth(
    drawn: Drawn, batch: CropBatch, codec: HeatmapCodec
) -> Iterator[tuple[int, tuple[Tensor, Tensor]]]:
    """Each task's targets [N, K, h, w] and weights [N, K]."""
    for task, heatmaps in drawn.items():
        own, points = batch.task == task, heatmaps.shape[1]
        labels = batch.keypoints[own, :points], batch.visibility[own, :points]
        yield task, encode(*labels, codec)
