"""What the training of a masked auto-encoder minimises."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vitpose_plus.checkpoints.mae_folder import write_mae
from vitpose_plus.datasets.split import Split, record_names
from vitpose_plus.engine.config import Optimisation
from vitpose_plus.engine.objective import Losses, Objective
from vitpose_plus.geometry import normalise
from vitpose_plus.models.mae import MAE, multiply_adds
from vitpose_plus.pretraining.views import MaskedBatch


class MaskedObjective(Objective):
    """The mean error of the guesses at hidden patches.

    Logged are `loss`, and `loss_<data set>` of each.

    Args:
        model: what learns.
        splits: what the batches are made from, in the order of their tasks.
    """

    network: MAE

    def __init__(self, model: MAE, splits: Sequence[Split]) -> None:
        super().__init__()
        self.network = model
        self.splits = splits

    def forward(self, batch: MaskedBatch) -> Losses:
        """The mean loss, every sample of equal weight."""
        losses = self.network(normalise(batch.picture), batch.noise)
        parts = {"loss": (losses.detach().sum(), len(losses))}
        counts = batch.task.bincount(minlength=len(self.splits)).tolist()
        own = batch.task.to(losses.device, non_blocking=True)
        for task, split in enumerate(self.splits):
            total = torch.where(own == task, losses.detach(), 0).sum()
            parts[f"loss_{split.name}"] = total, counts[task]
        return Losses(losses.mean(), parts)

    def units(self) -> Sequence[nn.Module]:
        """The encoder's blocks, then the decoder's."""
        return [*self.network.blocks, *self.network.decoder_blocks]

    def parameter_groups(self, optimisation: Optimisation, rate: float) -> list[dict[str, Any]]:
        """Two: what decays, and what does not, vectors (timm's `param_groups_weight_decay`)."""
        learned = [weight for weight in self.network.parameters() if weight.requires_grad]
        groups = {
            "weights": (optimisation.weight_decay, [w for w in learned if w.ndim > 1]),
            "biases and norms": (0.0, [w for w in learned if w.ndim <= 1]),
        }
        return [
            {"name": name, "params": members, "lr": rate, "weight_decay": decay}
            for name, (decay, members) in groups.items()
        ]

    def to_device(self, batch: MaskedBatch, device: torch.device) -> MaskedBatch:
        """Pictures and noise; where the samples come from is counted on the CPU."""
        picture, noise = (
            values.to(device, non_blocking=True) for values in (batch.picture, batch.noise)
        )
        return batch._replace(picture=picture, noise=noise)

    def record_names(self, batch: MaskedBatch) -> list[str]:
        """Data set, split, instance and picture."""
        return record_names(self.splits, batch.task.tolist(), batch.row.tolist())

    @cached_property
    def multiply_adds(self) -> int:  # type: ignore[override]
        """Of one picture: visible patches through the encoder, all through the decoder."""
        return multiply_adds(self.network.config)

    def write(self, weights: dict[str, Tensor], folder: Path) -> None:
        """A folder that `load_backbone` takes."""
        write_mae(self.network.config, weights, folder)
