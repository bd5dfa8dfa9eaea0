"""A worker: a sharded network is scored before its first training step, as a resumed one may be."""

from pathlib import Path

import torch
from torch.optim import SGD

from vitpose_plus.datasets.crops import CropBatch
from vitpose_plus.engine.evaluating import evaluating
from vitpose_plus.engine.launch import work
from vitpose_plus.engine.parallel import spread, whole_weights
from vitpose_plus.engine.world import World
from vitpose_plus.inference.infer import infer
from vitpose_plus.models import ViTPose, ViTPoseConfig
from vitpose_plus.settings import settings
from vitpose_plus.training.objective import PoseObjective

SAMPLES = 4


@settings
class Order:
    model: ViTPoseConfig
    folder: Path
    weights: tuple[Path, ...] = ()


@settings
class Outcome:
    """What was estimated before the step; the weights after it lie in `weights.pt`."""

    keypoints: tuple[tuple[float, ...], ...]


def score_then_step(order: Order, world: World) -> Outcome:
    torch.manual_seed(0)
    objective = PoseObjective(ViTPose(order.model), [])
    batch = samples(world)
    module = spread(objective, "fsdp", world)
    with evaluating(objective.network):
        keypoints, _ = infer(objective.network, batch.picture, batch.task)
    module.train()
    module(batch).total.backward()
    SGD(objective.network.parameters(), lr=0.1).step()
    weights = whole_weights(objective)
    if world.main:
        torch.save(weights, order.folder / "weights.pt")
    everyone = [points for own in world.gather(keypoints.flatten(1).tolist()) for points in own]
    return Outcome(keypoints=tuple(map(tuple, everyone)))


def samples(world: World) -> CropBatch:
    """This process's share of one batch of both tasks."""
    draw = torch.Generator().manual_seed(1)
    whole = CropBatch(
        picture=torch.randint(0, 256, (SAMPLES, 64, 48, 3), generator=draw, dtype=torch.uint8),
        keypoints=48 * torch.rand(SAMPLES, 17, 2, generator=draw),
        visibility=torch.full((SAMPLES, 17), 2),
        task=torch.tensor([1, 0, 0, 0]),
        row=torch.arange(SAMPLES),
        matrix=torch.zeros(SAMPLES, 2, 3),
    )
    share = slice(world.rank * SAMPLES // world.size, (world.rank + 1) * SAMPLES // world.size)
    return CropBatch(*(values[share] for values in whole))


if __name__ == "__main__":
    work(Order, score_then_step)
