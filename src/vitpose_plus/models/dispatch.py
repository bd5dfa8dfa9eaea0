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
        spans: (task, slice of the sorted batch) of every task that is present.
    """

    order: Tensor
    spans: tuple[tuple[int, slice], ...]

    @classmethod
    def by_task(cls, tasks: Tensor) -> "Dispatch":
        """Sort a batch; `tasks` [B] is one task's index a sample. Ties keep their order."""
        present, counts = torch.unique(tasks.cpu(), return_counts=True)
        ends = counts.cumsum(0).tolist()
        starts = [0, *ends[:-1]]
        spans = zip(present.tolist(), map(slice, starts, ends), strict=True)
        return cls(torch.argsort(tasks, stable=True), tuple(spans))

    @classmethod
    def one_task(cls, task: int, batch: int, device: torch.device) -> "Dispatch":
        """A batch that belongs to one task as a whole."""
        return cls(torch.arange(batch, device=device), ((task, slice(0, batch)),))
