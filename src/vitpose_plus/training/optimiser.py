"""Parameter groups with layer decay, and the learning rate's course."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import LambdaLR

from vitpose_plus.models import ViTPose
from vitpose_plus.training.config import Optimisation

WARMUP_START = 1e-3
STEP_FACTOR = 0.1
POSITIONS = ("pos_embed", "rel_pos_h", "rel_pos_w")  # not decayed, by the official configs


def build_optimiser(model: ViTPose, config: Optimisation) -> AdamW:
    """AdamW over the model's trainable parameters, one group a (layer, decayed or not)."""
    groups = list(_groups(model, config))
    return AdamW(groups, lr=config.learning_rate, betas=config.betas)


def layer_of(name: str, depth: int) -> int:
    """A parameter's layer: 0 the embeddings, i + 1 block i, depth + 1 everything after.

    Source: the official `LayerDecayOptimizerConstructor`.
    """
    if name.startswith(("backbone.pos_embed", "backbone.patch_embed")):
        return 0
    if name.startswith("backbone.blocks."):
        return int(name.split(".")[2]) + 1
    return depth + 1


def _groups(model: ViTPose, config: Optimisation) -> Iterator[dict[str, Any]]:
    depth = model.config.dimensions.depth
    members: dict[tuple[int, bool], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            decayed = parameter.ndim > 1 and not name.endswith(POSITIONS)
            members.setdefault((layer_of(name, depth), decayed), []).append(parameter)
    for (layer, decayed), parameters in sorted(members.items(), key=lambda item: item[0]):
        yield {
            "params": parameters,
            "lr": config.learning_rate * config.layer_decay ** (depth + 1 - layer),
            "weight_decay": config.weight_decay if decayed else 0.0,
        }


@dataclass(frozen=True)
class RateCourse:
    """The factor on every group's learning rate, by optimiser step.

    Attributes:
        warmup: steps of linear rise from a thousandth.
        milestones: steps after which the rate falls to a tenth.
    """

    warmup: int
    milestones: tuple[int, ...]

    @classmethod
    def of(cls, config: Optimisation, steps_an_epoch: int, epochs: int) -> "RateCourse":
        """The course of a run of this length."""
        most = int(config.warmup_share * steps_an_epoch * epochs)
        milestones = tuple(round(m * epochs) * steps_an_epoch for m in config.milestones)
        return cls(min(config.warmup_steps, most), milestones)

    def __call__(self, step: int) -> float:
        """The factor at an optimiser step, counted from 0."""
        rise = 1.0
        if step < self.warmup:
            rise = WARMUP_START + (1 - WARMUP_START) * step / self.warmup
        passed = sum(step >= milestone for milestone in self.milestones)
        return rise * STEP_FACTOR**passed


def build_schedule(optimiser: AdamW, course: RateCourse) -> LambdaLR:
    """A scheduler to be stepped after every optimiser step."""
    return LambdaLR(optimiser, course)
