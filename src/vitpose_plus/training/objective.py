"""What a training of poses minimises."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vitpose_plus.checkpoints import save_model
from vitpose_plus.datasets.crops import CropBatch
from vitpose_plus.datasets.encoded_crops import EncodedBatch
from vitpose_plus.datasets.split import Split, record_names
from vitpose_plus.engine.config import Optimisation
from vitpose_plus.engine.objective import Losses, Objective
from vitpose_plus.geometry import normalise
from vitpose_plus.models import ViTPose
from vitpose_plus.models.block import Block
from vitpose_plus.models.cost import mean_multiply_adds
from vitpose_plus.models.folding import with_weights
from vitpose_plus.training.loss import heatmap_losses
from vitpose_plus.training.optimiser import parameter_groups


class PoseObjective(Objective):
    """The heatmap losses of mixed batches of all a ViTPose's tasks.

    Logged are `loss`, and each set's `loss_<task>` a sample of its own: its part of the loss
    itself shrinks with its share of the batch.

    Args:
        model: what learns.
        splits: what the batches are made from, in the order of the model's tasks.
    """

    network: ViTPose

    def __init__(self, model: ViTPose, splits: Sequence[Split]) -> None:
        super().__init__()
        self.network = model
        self.splits = splits
        self.codec = model.config.codec

    def forward(self, batch: CropBatch) -> Losses:
        """The sum of the decoders' losses."""
        # Every decoder runs, if on nothing: each parameter has a gradient on each process.
        heatmaps = self.network.by_task(normalise(batch.picture), batch.task, every=True)
        losses, size = heatmap_losses(heatmaps, batch, self.codec), len(batch.task)
        total = torch.stack(list(losses.values())).sum()
        parts = {"loss": (total.detach() * size, size)}
        for task, loss in losses.items():
            name = f"loss_{self.network.config.tasks[task].name}"
            parts[name] = loss.detach() * size, len(heatmaps[task])
        return Losses(total, parts)

    def units(self) -> Sequence[Block]:
        """The backbone's blocks."""
        return self.network.backbone.layers

    def parameter_groups(self, optimisation: Optimisation, rate: float) -> list[dict[str, Any]]:
        """One a layer, decayed or not."""
        return parameter_groups(self.network, optimisation, rate)

    def to_device(self, batch: CropBatch | EncodedBatch, device: torch.device) -> CropBatch:
        """Decode there what the loader left coded; nvJPEG reads from the computer's memory.

        The tasks stay: the model counts them, and a device would have to be waited for.
        """
        if isinstance(batch, EncodedBatch):
            there = batch.decode(self.network.config.input_size, device)
            return there._replace(task=batch.tasks)
        there = CropBatch(*(values.to(device, non_blocking=True) for values in batch))
        return there._replace(task=batch.task)

    def record_names(self, batch: CropBatch) -> list[str]:
        """Data set, split, instance and picture."""
        return record_names(self.splits, batch.task.tolist(), batch.row.tolist())

    @cached_property
    def multiply_adds(self) -> int:  # type: ignore[override]
        """Of one picture: the mean over the tasks."""
        return mean_multiply_adds(self.network.config)

    def write(self, weights: dict[str, Tensor], folder: Path) -> None:
        """A model's folder, as `save_model` writes it."""
        save_model(with_weights(self.network.config, weights), folder)
