"""A worker: trains the toy objective by each strategy, and keeps what came of it."""

from itertools import product
from pathlib import Path

import torch
from torch import Tensor
from torch.distributed.tensor import DTensor
from torch.optim import AdamW
from toy_objective import ToyObjective, toy_batch

from vitpose_plus.engine.config import Optimisation
from vitpose_plus.engine.launch import work
from vitpose_plus.engine.parallel import (
    accumulating,
    clip,
    load_whole,
    spread,
    whole_state,
    whole_weights,
)
from vitpose_plus.engine.world import World
from vitpose_plus.settings import settings

CLIP = 0.5


@settings
class Comparison:
    folder: Path
    weights: tuple[Path, ...] = ()


@settings
class Compared:
    ranks: tuple[int, ...]


class Trained:
    """The toy objective with its optimiser, in a world."""

    def __init__(self, strategy: str, accumulate: int, world: World) -> None:
        self.world, self.accumulate = world, accumulate
        self.objective = ToyObjective(seed=1 + world.rank)  # the others must take rank 0's
        self.module = spread(self.objective, strategy, world)
        groups = self.objective.parameter_groups(Optimisation(), rate=0.01)
        self.optimiser = AdamW(groups, fused=True)

    def step(self, step: int) -> tuple[dict[str, Tensor], Tensor]:
        """Gradients by name, before they are clipped, and their norm."""
        self.module.train()
        self.optimiser.zero_grad()
        images, tasks = toy_batch(step)
        parts = self.world.size * self.accumulate
        for part in range(self.accumulate):
            own = slice(self.world.rank * self.accumulate + part, None, parts)
            with accumulating(self.module, last=part == self.accumulate - 1):
                (self.module((images[own], tasks[own])).total / self.accumulate).backward()
        named = self.objective.network.named_parameters()
        gradients = {n: whole(p.grad).clone() for n, p in named if p.grad is not None}
        norm = clip(self.objective, CLIP)
        self.optimiser.step()
        return gradients, norm

    def outcome(self, first: int = 0, steps: int = 3) -> dict:
        """Train some steps; what changes on the way and in the end."""
        taken = [self.step(step) for step in range(first, first + steps)]
        weights, optimiser = whole_state(self.objective, self.optimiser)
        return {
            "gradients": [gradients for gradients, _ in taken],
            "norms": torch.stack([norm for _, norm in taken]),
            "weights": weights,
            "optimiser": optimiser,
            "teacher": dict(self.objective.teacher.state_dict()),
        }

    def scored(self) -> Tensor:
        """What the network draws in evaluation mode, between two steps."""
        self.objective.eval()
        with torch.no_grad():
            images, tasks = toy_batch(50)
            return torch.cat(self.objective.network.by_task(images, tasks))


def whole(values: Tensor) -> Tensor:
    return values.full_tensor() if isinstance(values, DTensor) else values


def compare(job: Comparison, world: World) -> Compared:
    for strategy, accumulate in product(("ddp", "fsdp"), (1, 2)):
        trained = Trained(strategy, accumulate, world)
        keep(trained.outcome(), job.folder / f"{strategy}-{accumulate}.pt", world)
        keep(resumed(job, strategy, world), job.folder / f"{strategy}-resumed.pt", world)
    return Compared(ranks=tuple(world.gather(world.rank)))


def resumed(job: Comparison, strategy: str, world: World) -> dict:
    """One process's training goes on here, with weights swapped for a scoring on the way."""
    trained = Trained(strategy, 1, world)
    empty: dict = {}
    held = torch.load(job.folder / "one-2.pt") if world.main else {"weights": {}, "optimiser": {}}
    load_whole(trained.objective, trained.optimiser, held["weights"], held["optimiser"])
    at_once = whole_state(trained.objective, trained.optimiser)
    other = {name: values * 2 for name, values in held["weights"].items()} if world.main else empty
    load_whole(trained.objective, trained.optimiser, other, empty)
    doubled = trained.scored()
    load_whole(trained.objective, trained.optimiser, held["weights"], empty)
    found = trained.outcome(first=2, steps=1) | {"at_once": at_once, "doubled": doubled}
    return found | {"scored": trained.scored(), "again": whole_weights(trained.objective)}


def keep(found: dict, path: Path, world: World) -> None:
    if world.main:
        torch.save(found, path)


if __name__ == "__main__":
    work(Comparison, compare)
