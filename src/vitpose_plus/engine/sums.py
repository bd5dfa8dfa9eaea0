"""Means over many steps and processes, exact whatever stops them."""

from collections.abc import Mapping

import torch
from torch import Tensor

from vitpose_plus.engine.world import World


class Sums:
    """Sums and counts by name, kept on the device so that no step waits for them."""

    def __init__(self, kept: Mapping[str, tuple[float, float]] | None = None) -> None:
        self._held = {
            name: torch.tensor(pair, dtype=torch.float64) for name, pair in (kept or {}).items()
        }

    def add(self, parts: Mapping[str, tuple[Tensor, float]]) -> None:
        """Take what a forward pass gave."""
        for name, (total, count) in parts.items():
            pair = torch.stack([total.detach().double(), total.new_full((), count).double()])
            held = self._held.get(name)
            self._held[name] = pair if held is None else held.to(pair.device) + pair

    def whole(self, world: World) -> dict[str, tuple[float, float]]:
        """Of every process; each must ask."""
        names = sorted({name for each in world.gather(list(self._held)) for name in each})
        if not names:
            return {}
        nothing = torch.zeros(2, dtype=torch.float64)
        pairs = [self._held.get(name, nothing).to(world.device) for name in names]
        total = world.sum(torch.stack(pairs)).tolist()
        return {name: (pair[0], pair[1]) for name, pair in zip(names, total, strict=True)}

    def take(self, world: World) -> dict[str, float]:
        """Every process's means since the last time; names without a sample are left out."""
        whole = self.whole(world)
        self._held = {}
        return {name: total / count for name, (total, count) in whole.items() if count}
