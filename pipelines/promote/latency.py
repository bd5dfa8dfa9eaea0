"""Milliseconds a crop, of two models in turn, so that what slows the machine slows both."""

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from pipelines.promote.policy import LatencyBudget

if TYPE_CHECKING:
    from vitpose_plus.models import ViTPose

WARM_UP = 2


@dataclass(frozen=True)
class Latency:
    """Milliseconds a crop with its mirrored copy: medians, and the median of the rounds' ratios."""

    challenger_ms: float
    champion_ms: float | None = None
    ratio: float | None = None


def measure_latency(challenger: Path, champion: Path | None, budget: LatencyBudget) -> Latency:
    """Time the challenger, and the champion beside it where there is one.

    Args:
        challenger: a folder that `load_model` takes.
        champion: another; None: there is none.
        budget: tells crops at once and rounds.
    """
    import torch

    from vitpose_plus.checkpoints import load_model

    device = "cuda" if torch.cuda.is_available() else "cpu"
    folders = [challenger] if champion is None else [challenger, champion]
    models = [load_model(folder).to(device) for folder in folders]
    rounds = [
        [_milliseconds(model, budget.batch_size) for model in models]
        for _ in range(WARM_UP + budget.rounds)
    ][WARM_UP:]
    if champion is None:
        return Latency(median(one for (one,) in rounds))
    ours, theirs = zip(*rounds, strict=True)
    # Neighbours in time share the machine's mood: their ratio is steadier than the medians'.
    ratio = median(a / b for a, b in rounds)
    return Latency(median(ours), median(theirs), ratio)


def _milliseconds(model: "ViTPose", batch_size: int) -> float:
    """One batch of the first task through the network and back to keypoints, a crop's share."""
    import torch

    from vitpose_plus.inference.infer import infer

    device = next(model.parameters()).device
    crops = torch.zeros(batch_size, *model.config.input_size, 3, dtype=torch.uint8, device=device)
    tasks = torch.zeros(batch_size, dtype=torch.long, device=device)
    start = time.perf_counter()
    keypoints, _ = infer(model, crops, tasks)
    keypoints.cpu()  # waits for the device
    return 1000 * (time.perf_counter() - start) / batch_size
