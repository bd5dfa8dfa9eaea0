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
        counts: (task, its number of samples), in order: of the tasks that are present, or of all.
    """

    order: Tensor
    counts: tuple[tuple[int, int], ...]

    @classmethod
    def by_task(cls, tasks: Tensor, every: int = 0) -> "Dispatch":
        """Sort a batch by task; ties keep their order.

        Args:
            tasks: [B] one task's index a sample.
            every: the first so many tasks are counted even where no sample is theirs.
        """
        present, counts = torch.unique(tasks.cpu(), return_counts=True)
        found = dict(zip(present.tolist(), counts.tolist(), strict=True))
        pairs = sorted((dict.fromkeys(range(every), 0) | found).items())
        return cls(torch.argsort(tasks, stable=True), tuple(pairs))

    @classmethod
    def one_task(cls, task: int, batch: int, device: torch.device) -> "Dispatch":
        """A batch that belongs to one task as a whole."""
        return cls(torch.arange(batch, device=device), ((task, batch),))

    def split(self, batch: Tensor) -> list[tuple[int, Tensor]]:
        """Each counted task and its own samples, perhaps none, of a sorted batch.

        One split, not a slice a task: in the backward pass each slice would fill a gradient of
        the whole batch with zeros.
        """
        own = batch.split([count for _, count in self.counts])
        return [(task, part) for (task, _), part in zip(self.counts, own, strict=True)]
