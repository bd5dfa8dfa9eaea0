"""What a token is worth to its teacher, on held-out pictures."""

import logging
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from vitpose_plus.datasets.crops import CropBatch
from vitpose_plus.datasets.split import Split
from vitpose_plus.distillation.losses import sample_losses
from vitpose_plus.distillation.token import HeldOut
from vitpose_plus.distillation.token_objective import TokenObjective, draw
from vitpose_plus.engine.examined import Examined
from vitpose_plus.engine.precision import autocast
from vitpose_plus.engine.world import World
from vitpose_plus.training.batches import held_out_batches
from vitpose_plus.training.config import Training

log = logging.getLogger(__name__)


class TokenExamination:
    """The teacher's loss on held-out samples with the token, against that without it.

    The score is the share of the loss that the token takes away. It is not a pose metric: a token
    moves a trained teacher's heatmaps by less than those count, and its loss is what it learns.

    Args:
        objective: with the teacher and the token.
        training: the recipe.
        held_out: what is looked at, in the order of the teacher's tasks.
        world: this process among all; each takes its share.
    """

    def __init__(
        self, objective: TokenObjective, training: Training, held_out: Sequence[Split], world: World
    ) -> None:
        self.objective, self.training, self.held_out = objective, training, held_out
        self.world = world
        config = objective.teacher.config
        self.batches = held_out_batches(config, training, held_out, world)
        self.without = self._losses(None)

    def __call__(self, epoch: int) -> Examined:
        """The held-out loss, also by task, and the score."""
        found = self.measure(self.objective.network().detach())
        score = 1 - found.with_token / found.without_token
        if self.world.main:
            log.info(
                "epoch %d of %d: held-out loss %.6f, without the token %.6f",
                *(epoch + 1, self.training.epochs, found.with_token, found.without_token),
            )
        figures = {f"held_out_{name}": loss for name, loss in found.tasks_with_token.items()}
        return Examined(figures | {"held_out": found.with_token, "score": score}, score)

    def measure(self, token: Tensor) -> HeldOut:
        """With the token [1, T, C] and without. Every process calls this and gets the same."""
        losses = self._losses(token)
        return HeldOut(
            with_token=_mean(losses),
            without_token=_mean(self.without),
            tasks_with_token=self._by_name(losses),
            tasks_without_token=self._by_name(self.without),
        )

    @torch.no_grad()
    def _losses(self, token: Tensor | None) -> list[np.ndarray]:
        """Each sample's loss, by task."""
        device, mine = self.world.device, []
        for loaded in self.batches:
            batch = self.objective.to_device(loaded, device)
            with autocast(self.training.precision, device):
                drawn = draw(self.objective.teacher, batch, token)
            losses = sample_losses(drawn, batch, self.objective.poses.codec)
            mine += [(task, _rows(loaded, task), own.cpu().numpy()) for task, own in losses.items()]
        return self._whole(mine)

    def _whole(self, mine: list[tuple[int, np.ndarray, np.ndarray]]) -> list[np.ndarray]:
        """All processes' samples; where some took one twice it counts once."""
        whole = [np.zeros(len(split.trainable())) for split in self.held_out]
        for each in self.world.gather(mine):
            for task, rows, losses in each:
                whole[task][rows] = losses
        return whole

    def _by_name(self, losses: list[np.ndarray]) -> dict[str, float]:
        named = zip(self.held_out, losses, strict=True)
        return {split.name: float(own.mean()) for split, own in named}


def _rows(batch: CropBatch, task: int) -> np.ndarray:
    return batch.row[batch.task == task].numpy()


def _mean(losses: list[np.ndarray]) -> float:
    return float(np.concatenate(losses).mean())
