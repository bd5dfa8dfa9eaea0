"""Which samples of a mixed batch belong to which task."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Dispatch:
    """A batch sorted by task, so that each task's samples lie side by side.

    Experts and decoders then run on plain slices: no gather in each of the blocks, and no
    sample meets another task's weights.

    Attributes:
        order: [B] where each sorted sample came from.
        counts: (task, its number of samples) of every task that is present, in order.
    """

    order: Tensor
    counts: tuple[tuple[int, int], ...]

    @classmethod
    def by_task(cls, tasks: Tensor) -> "Dispatch":
        """Sort a batch; `tasks` [B] is one task's index a sample. Ties keep their order."""
        present, counts = torch.unique(tasks.cpu(), return_counts=True)
        pairs = zip(present.tolist(), counts.tolist(), strict=True)
        return cls(torch.argsort(tasks, stable=True), tuple(pairs))

    @classmethod
    def one_task(cls, task: int, batch: int, device: torch.device) -> "Dispatch":
        """A batch that belongs to one task as a whole."""
        return cls(torch.arange(batch, device=device), ((task, batch),))

    def split(self, batch: Tensor) -> list[tuple[int, Tensor]]:
        """Each present task and its own samples of a sorted batch.

        One split, not a slice a task: in the backward pass each slice would fill a gradient of
        the whole batch with zeros.
        """
        own = batch.split([count for _, count in self.counts])
        return [(task, part) for (task, _), part in zip(self.counts, own, strict=True)]
