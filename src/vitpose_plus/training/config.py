"""How a model is trained. The defaults are the published single-task recipe's."""

from typing import Literal

from pydantic import Field, model_validator

from vitpose_plus.geometry import Augmentation
from vitpose_plus.settings import settings

Precision = Literal["auto", "32-true", "bf16-mixed", "16-mixed"]


@settings
class Optimisation:
    """AdamW with layer decay, linear warm-up, steps and clipping (official configs).

    Attributes:
        learning_rate: of the decoders and the final norm, after warm-up.
        layer_decay: each block below learns by this factor slower; 1 turns it off.
        weight_decay: none on one-dimensional parameters and the position table.
        betas: AdamW's.
        clip_norm: the gradient is scaled down to this norm.
        warmup_steps: optimiser steps that the rate rises in, from a thousandth.
        warmup_share: the warm-up takes at most this share of the run: a small data set's
            whole training would lie inside 500 steps.
        milestones: epochs after which the rate falls to a tenth.
    """

    learning_rate: float = Field(default=5e-4, gt=0)
    layer_decay: float = Field(default=0.75, gt=0, le=1)
    weight_decay: float = Field(default=0.1, ge=0)
    betas: tuple[float, float] = (0.9, 0.999)
    clip_norm: float = Field(default=1.0, gt=0)
    warmup_steps: int = Field(default=500, ge=0)
    warmup_share: float = Field(default=0.1, ge=0, le=1)
    milestones: tuple[int, ...] = (170, 200)


@settings
class Training:
    """One training run.

    Attributes:
        epochs: passes over all instances of all data sets.
        batch_size: instances a step, mixed from all data sets by their share.
        sigma: of the target Gaussians, in heatmap pixels.
        augmentation: how views stray from their boxes.
        optimisation: the optimiser and its schedule.
        validate_every: epochs between two scorings.
        workers: processes that cut crops.
        precision: Lightning's; auto takes bfloat16 where the processor has it.
    """

    epochs: int = Field(default=210, ge=1)
    batch_size: int = Field(default=512, ge=1)
    sigma: float = Field(default=2.0, gt=0)
    augmentation: Augmentation = Augmentation()
    optimisation: Optimisation = Optimisation()
    validate_every: int = Field(default=1, ge=1)
    workers: int = Field(default=2, ge=0)
    precision: Precision = "auto"

    @model_validator(mode="after")
    def _check(self) -> "Training":
        if late := [m for m in self.optimisation.milestones if m >= self.epochs]:
            raise ValueError(f"milestones {late} lie outside the {self.epochs} epochs")
        return self
