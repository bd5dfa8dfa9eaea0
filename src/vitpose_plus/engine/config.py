"""How anything is trained here. The defaults are the published single-task recipe's."""

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vitpose_plus.settings import settings

Share = Annotated[float, Field(gt=0, lt=1)]
Precision = Literal["auto", "32-true", "bf16-mixed", "16-mixed"]
Strategy = Literal["ddp", "fsdp"]


@settings
class Optimisation:
    """AdamW with layer decay, linear warm-up, a falling rate and clipping (official configs).

    Attributes:
        learning_rate: after warm-up, of what lies above the blocks.
        rate_for_batch: the batch size that `learning_rate` is for: with another `batch_size` the
            rate is scaled in proportion. None: it stands as it is.
        layer_decay: each block below learns by this factor slower; 1 turns it off.
        weight_decay: none on one-dimensional parameters and tables of positions.
        betas: AdamW's.
        clip_norm: the gradient is scaled down to this norm; None: not at all.
        warmup_steps: optimiser steps that the rate rises in; None: the share alone tells.
        warmup_share: the warm-up takes at most this share of the run: a small data set's
            whole training would lie inside 500 steps.
        schedule: steps, a tenth after each milestone, and the warm-up from a thousandth; cosine,
            to nothing, and the warm-up from nothing (MAE's).
        milestones: shares of the run; official: after 170 and 200 of 210 epochs.
    """

    learning_rate: float = Field(default=5e-4, gt=0)
    rate_for_batch: int | None = Field(default=None, ge=1)
    layer_decay: float = Field(default=0.75, gt=0, le=1)
    weight_decay: float = Field(default=0.1, ge=0)
    betas: tuple[float, float] = (0.9, 0.999)
    clip_norm: float | None = Field(default=1.0, gt=0)
    warmup_steps: int | None = Field(default=500, ge=0)
    warmup_share: float = Field(default=0.1, ge=0, le=1)
    schedule: Literal["steps", "cosine"] = "steps"
    milestones: tuple[Share, ...] = (170 / 210, 200 / 210)

    def rate(self, batch_size: int) -> float:
        """The learning rate for a batch of this size."""
        if self.rate_for_batch is None:
            return self.learning_rate
        return self.learning_rate * batch_size / self.rate_for_batch


@settings
class Launch:
    """Processes and nodes that train together.

    Attributes:
        processes: on each node; one a GPU.
        nodes: one runs kedro, the others the command that it prints; or `vitpose node` on each.
        strategy: ddp, a whole model a process; fsdp, the model in shards, for H and G.
        rendezvous: where the nodes meet, `host:port` of the one that runs kedro.
        restarts: how often workers that died are started again, from the newest checkpoint.
    """

    processes: int = Field(default=1, ge=1)
    nodes: int = Field(default=1, ge=1)
    strategy: Strategy = "ddp"
    rendezvous: str | None = None
    restarts: int = Field(default=3, ge=0)

    @property
    def world_size(self) -> int:
        """All processes."""
        return self.processes * self.nodes

    @model_validator(mode="after")
    def _check(self) -> "Launch":
        if self.nodes > 1 and not re.fullmatch(r"[^\s]+:[0-9]{1,5}", self.rendezvous or ""):
            raise ValueError(
                f"{self.nodes} nodes must meet somewhere: set rendezvous to host:port of the first"
            )
        return self


@settings
class Run:
    """One training run, of whatever kind.

    Attributes:
        epochs: passes over all samples.
        batch_size: samples an optimiser step, all processes and accumulated parts together.
        accumulate: parts that a process takes its share of a batch in: less memory, more time.
            BatchNorms see a part at a time.
        precision: auto takes bfloat16 where the processor has it.
        workers: processes that prepare samples, for each training process.
        optimisation: the optimiser and its schedule.
        ema: keep a moving average of the weights by this decay a step, and score and keep that.
        compile: compile the blocks by torch.compile.
        validate_every: epochs between two scorings; the last epoch is scored, too.
        log_every: steps between two lines of the history.
        checkpoint_every: steps between two checkpoints; one is written after each epoch anyway.
        launch: processes and nodes.
        peak_tflops: what a device could do in this precision, for the share that is reached (MFU);
            None: known for common GPUs.
    """

    epochs: int = Field(default=210, ge=1)
    batch_size: int = Field(default=512, ge=1)
    accumulate: int = Field(default=1, ge=1)
    precision: Precision = "auto"
    workers: int = Field(default=2, ge=0)
    optimisation: Optimisation = Optimisation()
    ema: float | None = Field(default=None, gt=0, lt=1)
    compile: bool = False
    validate_every: int = Field(default=1, ge=1)
    log_every: int = Field(default=10, ge=1)
    checkpoint_every: int | None = Field(default=None, ge=1)
    launch: Launch = Launch()
    peak_tflops: float | None = Field(default=None, gt=0)

    def scores(self, epoch: int) -> bool:
        """Whether the model is scored after an epoch, counted from 0; after the last it is."""
        return (epoch + 1) % self.validate_every == 0 or epoch + 1 == self.epochs

    @model_validator(mode="after")
    def _check_parts(self) -> "Run":
        parts = self.launch.world_size * self.accumulate
        if self.batch_size % parts:
            raise ValueError(
                f"batch_size {self.batch_size} is the batch of all {self.launch.world_size} "
                f"processes in {self.accumulate} parts each, and is no multiple of {parts}"
            )
        return self
