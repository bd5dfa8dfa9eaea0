"""What a training step of the tiny ViTPose+ costs on this CPU, side by side.

    python benchmarks/training_step.py

Prints images a second and the ratio to the first line. Nothing is asserted: machines differ.
"""

import math
import time
from contextlib import nullcontext

import torch
from torch.optim import AdamW

from vitpose_plus.checkpoints.tasks import OFFICIAL_ORDER
from vitpose_plus.engine.config import Optimisation
from vitpose_plus.engine.precision import fast_attention
from vitpose_plus.heatmaps import HeatmapCodec, encode
from vitpose_plus.models import Task, ViTPose, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS
from vitpose_plus.training.loss import heatmap_loss
from vitpose_plus.training.optimiser import parameter_groups

STEPS, WARM, BATCH = 15, 4, 32


def images_a_second(*, bfloat16: bool, math_attention: bool) -> float:
    """Train on random pictures of all six tasks."""
    torch.manual_seed(0)
    tasks = tuple(Task(name=name, skeleton=SKELETONS[name]) for name in OFFICIAL_ORDER)
    size = (128, 96)
    config = ViTPoseConfig(size="tiny", input_size=size, ffn="partially_shared", tasks=tasks)
    model = ViTPose(config).to(memory_format=torch.channels_last)
    codec = HeatmapCodec(size, config.heatmap_size)
    optimiser = AdamW(parameter_groups(model, Optimisation(), 5e-4))
    with fast_attention(math.prod(config.grid)) if math_attention else nullcontext():
        for step in range(WARM + STEPS):
            if step == WARM:
                began = time.perf_counter()
            index = torch.randint(len(tasks), (BATCH,))
            with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
                heatmaps = model.by_task(torch.randn(BATCH, 3, *size), index)
            losses = []
            for maps in heatmaps.values():
                points = torch.rand(*maps.shape[:2], 2) * 96
                target, weight = encode(points, torch.ones(maps.shape[:2]), codec)
                losses.append(heatmap_loss(maps, target, weight, BATCH))
            optimiser.zero_grad()
            torch.stack(losses).sum().backward()
            optimiser.step()
    return BATCH * STEPS / (time.perf_counter() - began)


if __name__ == "__main__":
    first = 0.0
    for name, choice in {
        "float32, PyTorch's choice of attention": {"bfloat16": False, "math_attention": False},
        "float32, no flash kernel": {"bfloat16": False, "math_attention": True},
        "bfloat16, PyTorch's choice of attention": {"bfloat16": True, "math_attention": False},
        "bfloat16, no flash kernel": {"bfloat16": True, "math_attention": True},
    }.items():
        speed = images_a_second(**choice)
        first = first or speed
        print(f"{name:42} {speed:6.0f} images/s  x{speed / first:.2f}")
