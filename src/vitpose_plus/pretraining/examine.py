"""How well an auto-encoder guesses what it never learned from, and what its guesses look like."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vitpose_plus.datasets.split import Split
from vitpose_plus.engine.evaluating import evaluating
from vitpose_plus.engine.examined import Examined
from vitpose_plus.engine.precision import autocast
from vitpose_plus.engine.world import World
from vitpose_plus.geometry import normalise
from vitpose_plus.models.mae import MAE
from vitpose_plus.pretraining.batches import held_out_batches, held_out_views
from vitpose_plus.pretraining.config import Pretraining
from vitpose_plus.pretraining.reconstruct import draw_reconstructions
from vitpose_plus.pretraining.views import MaskedBatch, collate_views

log = logging.getLogger(__name__)


class MaskedExamination:
    """Scores held-out views under masks that stay, and draws a few of them.

    Args:
        model: what learns.
        pretraining: the recipe.
        held_out: what is scored.
        folder: the run's; `reconstructions/epoch_0004.jpg` and so on appear there.
        seed: of the masks.
        world: this process among all.
    """

    def __init__(
        self,
        model: MAE,
        pretraining: Pretraining,
        held_out: Sequence[Split],
        folder: Path,
        seed: int,
        world: World,
    ) -> None:
        self.model, self.pretraining, self.world, self.folder = model, pretraining, world, folder
        self.names = [split.name for split in held_out]
        self.views = held_out_views(model.config, pretraining, held_out, seed)
        self.batches = held_out_batches(self.views, pretraining, world)
        self._drawn: MaskedBatch | None = None

    def __call__(self, epoch: int) -> Examined:
        """The mean loss as `held_out_loss`, each set's beside it; the lower, the better."""
        with evaluating(self.model):
            figures = self._figures()
            pictures = [self._draw(epoch)] if self.pretraining.reconstructions else []
        loss, epochs = figures["held_out_loss"], self.pretraining.epochs
        if self.world.main:
            log.info("epoch %d of %d: held-out loss %.4f", epoch + 1, epochs, loss)
        return Examined(figures, -loss, pictures)

    def _figures(self) -> dict[str, float]:
        sums = self.world.sum(self._sums())
        each = zip(self.names, sums.tolist(), strict=True)
        own = {f"held_out_loss_{name}": total / count for name, (total, count) in each if count}
        total, count = sums.sum(dim=0).tolist()
        return {"held_out_loss": total / count} | own

    def _sums(self) -> Tensor:
        """[data sets, 2] of this process's share: the losses' sum, and how many they are."""
        losses, tasks = [], []
        for batch in self.batches:
            losses.append(self._losses(batch))
            tasks.append(batch.task)
        # What came again at the end only kept the processes in step.
        own = len(range(self.world.rank, len(self.views), self.world.size))
        found = torch.cat(losses)[:own].double()
        sums = found.new_zeros(len(self.names), 2)
        values = torch.stack([found, torch.ones_like(found)], dim=1)
        return sums.index_add(0, torch.cat(tasks)[:own].to(found.device), values)

    def _losses(self, batch: MaskedBatch) -> Tensor:
        """[B]."""
        device = self.world.device
        pictures = batch.picture.to(device, non_blocking=True)
        noise = batch.noise.to(device, non_blocking=True)
        with autocast(self.pretraining.precision, device):
            return self.model(normalise(pictures), noise)

    def _draw(self, epoch: int) -> Path:
        """All processes guess, for a sharded model needs them all; the main one draws."""
        if self._drawn is None:
            self._drawn = collate_views([self.views[0, index] for index in self._chosen()])
        drawn, device = self._drawn, self.world.device
        with autocast(self.pretraining.precision, device):
            guess = self.model.reconstruct(
                normalise(drawn.picture.to(device)), drawn.noise.to(device)
            )
        path = self.folder / "reconstructions" / f"epoch_{epoch + 1:04d}.jpg"
        if self.world.main:
            names = [self.names[task] for task in drawn.task.tolist()]
            normalised = self.model.config.normalise_pixels
            draw_reconstructions(drawn.picture, guess, names, epoch, path, normalised=normalised)
        return path

    def _chosen(self) -> list[int]:
        """Evenly spread over all views, and so over all data sets."""
        count = min(self.pretraining.reconstructions, len(self.views))
        return np.linspace(0, len(self.views) - 1, count).round().astype(int).tolist()
