"""Nodes: what one training leaves becomes what the next begins from."""

from dataclasses import replace
from pathlib import Path

from vitpose_plus.distillation.config import Distillation
from vitpose_plus.training.config import Start, Training


def start_from(weights: str, training: Training) -> Training:
    """The recipe, started from the auto-encoder's weights."""
    start = training.start or Start(weights=Path(weights))
    return replace(training, start=replace(start, weights=Path(weights)))


def teach_with(best_model: str, distillation: Distillation) -> Distillation:
    """The distillation, with this model as its teacher."""
    return replace(distillation, teacher=Path(best_model))
