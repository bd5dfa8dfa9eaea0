"""What the loop minimises, seen from the loop."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from vitpose_plus.engine.config import Optimisation


class Losses(NamedTuple):
    """What one forward pass gave.

    Attributes:
        total: scalar; its mean over ranks and accumulated parts is the global batch's loss.
        parts: name -> the detached sum over this batch's samples, and their number. They are
            what is logged: exact for any number of ranks.
    """

    total: Tensor
    parts: dict[str, tuple[Tensor, int]]


class Objective(nn.Module, ABC):
    """A loss over batches, and the network that it teaches.

    Attributes:
        network: what learns, is spread over processes, and is written.
        multiply_adds: of one sample's forward pass.
    """

    network: nn.Module
    multiply_adds: int

    @abstractmethod
    def forward(self, batch: Any) -> Losses:
        """The losses of one batch, whose tensors are on the device."""

    @abstractmethod
    def units(self) -> Sequence[nn.Module]:
        """The blocks: FSDP shards them one by one, compilation takes them one by one."""

    def compile_units(self) -> None:
        """Compile the blocks in place; their parameters keep their names."""
        for unit in self.units():
            unit.compile()

    @abstractmethod
    def parameter_groups(self, optimisation: Optimisation, rate: float) -> list[dict[str, Any]]:
        """The optimiser's groups of trainable parameters.

        Args:
            optimisation: the recipe.
            rate: the top learning rate, for this batch size.

        Returns:
            `params`, `name` (for the history), `lr` and `weight_decay` of each.
        """

    @abstractmethod
    def to_device(self, batch: Any, device: torch.device) -> Any:
        """The loader's batch as `forward` takes it."""

    @abstractmethod
    def record_names(self, batch: Any) -> list[str]:
        """What people call the samples of a batch: data set, record and file."""

    @abstractmethod
    def write(self, weights: dict[str, Tensor], folder: Path) -> None:
        """Write a model's folder, whole.

        Args:
            weights: the network's state dict, whole and on the CPU.
            folder: to be replaced.
        """
