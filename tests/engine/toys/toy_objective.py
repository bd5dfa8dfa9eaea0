"""A network with blocks and a head a task, small enough to train in many ways in a second."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from vitpose_plus.engine.config import Optimisation
from vitpose_plus.engine.objective import Losses, Objective
from vitpose_plus.models.normalisation import BatchNorm

TASKS, SIDE = 3, 4


class ToyNetwork(nn.Module):
    """Blocks that all samples pass, heads with a BatchNorm that each task has of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(nn.Conv2d(5, 5, 3, padding=1) for _ in range(2))
        self.heads = nn.ModuleList(
            nn.Sequential(
                # With a bias its gradient would be rounding alone, which Adam makes steps of.
                nn.Conv2d(5, 7, 1, bias=False),
                BatchNorm(7),
                nn.ReLU(),
                nn.Conv2d(7, 2, 1),
            )
            for _ in range(TASKS)
        )
        self.frozen = nn.Parameter(torch.ones(1, 5, 1, 1), requires_grad=False)

    def by_task(self, images: Tensor, tasks: Tensor) -> list[Tensor]:
        x = images * self.frozen
        for block in self.blocks:
            x = torch.tanh(block(x))
        return [head(x[tasks == task]) for task, head in enumerate(self.heads)]


class ToyObjective(Objective):
    """Summed squares over the batch's size; a frozen teacher beside the network."""

    network: ToyNetwork
    multiply_adds = 1

    def __init__(self, seed: int) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.network = ToyNetwork()
        self.teacher = nn.Linear(3, 3).requires_grad_(False)

    def forward(self, batch: tuple[Tensor, Tensor]) -> Losses:
        images, tasks = batch
        outputs = self.network.by_task(images, tasks)
        each = [(output - 1).square().sum() / len(images) for output in outputs]
        total = torch.stack(each).sum()
        return Losses(total, {"loss": (total.detach() * len(images), len(images))})

    def units(self) -> list[nn.Module]:
        return list(self.network.blocks)

    def parameter_groups(self, optimisation: Optimisation, rate: float) -> list[dict[str, Any]]:
        learning = [p for p in self.network.parameters() if p.requires_grad]
        return [
            {"name": "matrices", "params": [p for p in learning if p.ndim > 1], "lr": rate},
            {"name": "vectors", "params": [p for p in learning if p.ndim == 1], "lr": rate / 2},
        ]

    def to_device(self, batch: Any, device: torch.device) -> Any:
        return batch

    def record_names(self, batch: Any) -> list[str]:
        return []

    def write(self, weights: dict[str, Tensor], folder: Path) -> None:
        raise NotImplementedError


def toy_batch(step: int, size: int = 8) -> tuple[Tensor, Tensor]:
    """The global batch of a step: of two parts by turns, one lacks the last task."""
    generator = torch.Generator().manual_seed(100 + step)
    images = torch.randn(size, 5, SIDE, SIDE, generator=generator)
    return images, torch.tensor([2, 0, 1, 0, 2, 1, 0, 0] * (size // 8))
