"""How a model is trained. The defaults are the published single-task recipe's."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vitpose_plus.geometry import Augmentation
from vitpose_plus.settings import settings

Share = Annotated[float, Field(gt=0, lt=1)]
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
        milestones: shares of the run after which the rate falls to a tenth; official: after 170
            and 200 of 210 epochs.
    """

    learning_rate: float = Field(default=5e-4, gt=0)
    layer_decay: float = Field(default=0.75, gt=0, le=1)
    weight_decay: float = Field(default=0.1, ge=0)
    betas: tuple[float, float] = (0.9, 0.999)
    clip_norm: float = Field(default=1.0, gt=0)
    warmup_steps: int = Field(default=500, ge=0)
    warmup_share: float = Field(default=0.1, ge=0, le=1)
    milestones: tuple[Share, ...] = (170 / 210, 200 / 210)


@settings
class Freeze:
    """What does not learn (ViTPose, table 7).

    Attributes:
        attention: every block's attention and the norm before it.
        ffn: every block's FFN and the norm before it, and the embeddings, as the official
            `freeze_ffn` has it.
        blocks: the first so many blocks as a whole, and the embeddings. The official
            `frozen_stages` leaves block 0 trainable; here the first block is the first.
    """

    attention: bool = False
    ffn: bool = False
    blocks: int = Field(default=0, ge=0)


@settings
class Start:
    """Weights to start from; see `checkpoints.load_backbone`.

    Attributes:
        weights: a .pth of MAE, timm or ViTPose, a transformers folder, or one of ours.
        heads: attention heads the weights were trained with, where their format is silent.
        task: whose expert a plain model takes from a ViTPose+.
        decoders: take the decoders of tasks that both have, too.
        tasks: the data sets of the weights' decoders in order, where they do not tell.
    """

    weights: Path
    heads: int | None = None
    task: str | None = None
    decoders: bool = False
    tasks: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _check(self) -> "Start":
        if not self.weights.exists():
            raise ValueError(f"weights {self.weights} does not exist")
        return self


@settings
class Training:
    """One training run.

    Attributes:
        epochs: passes over all instances of all data sets.
        batch_size: instances a step, mixed from all data sets by their share.
        sigma: of the target Gaussians, in heatmap pixels.
        augmentation: how views stray from their boxes.
        optimisation: the optimiser and its schedule.
        validate_every: at most so many epochs lie between two scorings.
        workers: processes that cut crops.
        decode: who decodes and warps the crops of crop stores: the loader's processes, or the
            training's device (nvJPEG on a graphics card). Held-out pictures are the loader's.
        precision: Lightning's; auto takes bfloat16 where the processor has it.
        start: weights to start from; None, from scratch.
        freeze: what does not learn.
        activation_checkpointing: recompute blocks in the backward pass: less memory, more time.
    """

    epochs: int = Field(default=210, ge=1)
    batch_size: int = Field(default=512, ge=1)
    sigma: float = Field(default=2.0, gt=0)
    augmentation: Augmentation = Augmentation()
    optimisation: Optimisation = Optimisation()
    validate_every: int = Field(default=1, ge=1)
    workers: int = Field(default=2, ge=0)
    decode: Literal["loader", "device"] = "loader"
    precision: Precision = "auto"
    start: Start | None = None
    freeze: Freeze = Freeze()
    activation_checkpointing: bool = False

    @property
    def scoring_interval(self) -> int:
        """Epochs between two scorings, such that the last epoch is scored."""
        return max(n for n in range(1, self.validate_every + 1) if self.epochs % n == 0)
