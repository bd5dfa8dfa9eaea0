"""A moving average of the weights."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class MovingAverage:
    """Follows a network's trainable parameters; its buffers are the network's own.

    The decay is lower in the first steps, (1 + step) / (10 + step), or the average would be
    of the start for long.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.parameters: list[Tensor] = [p for p in network.parameters() if p.requires_grad]
        self.decay = decay
        self.take()

    @torch.no_grad()
    def take(self) -> None:
        """The average is what the network holds now."""
        self.averages = [p.detach().clone() for p in self.parameters]

    @torch.no_grad()
    def update(self, step: int) -> None:
        """After an optimiser step, counted from 0."""
        decay = min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self.averages, self.parameters, 1 - decay)

    @contextmanager
    def swapped(self) -> Iterator[None]:
        """The network holds the average."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def _swap(self) -> None:
        for parameter, average in zip(self.parameters, self.averages, strict=True):
            held = parameter.detach().clone()
            parameter.copy_(average)
            average.copy_(held)
