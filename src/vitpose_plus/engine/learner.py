"""One optimiser step: from samples to gradients to weights."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import AdamW

from vitpose_plus.engine.checkpoints import Learned
from vitpose_plus.engine.config import Run
from vitpose_plus.engine.ema import MovingAverage
from vitpose_plus.engine.objective import Objective
from vitpose_plus.engine.parallel import (
    accumulating,
    clip,
    load_whole,
    spread,
    whole_state,
    whole_weights,
)
from vitpose_plus.engine.precision import autocast, resolve_precision
from vitpose_plus.engine.schedule import RateCourse
from vitpose_plus.engine.world import World

LEAST_SCALE = 1e-3  # of float16's losses: below it every step has overflowed for long


@dataclass(frozen=True)
class Gradients:
    """What the backward passes of one step gave; the gradients lie in the parameters.

    Attributes:
        loss: scalar, of this process's share of the batch.
        norm: scalar, of all gradients, before clipping.
        parts: each part's named sums and counts.
        batches: each part's samples.
    """

    loss: Tensor
    norm: Tensor
    parts: list[dict[str, tuple[Tensor, int]]]
    batches: list[Any]


class Learner:
    """The network on its way: its optimiser, its precision, its average.

    Attributes:
        optimiser: its groups have names.
    """

    def __init__(
        self, objective: Objective, run: Run, steps_an_epoch: int, world: World, seed: int
    ) -> None:
        self.objective, self.run, self.world, self.seed = objective, run, world, seed
        if run.compile:
            objective.compile_units()
        self.module = spread(objective, run.launch.strategy, world)
        rate = run.optimisation.rate(run.batch_size)
        groups = objective.parameter_groups(run.optimisation, rate)
        self.optimiser = AdamW(groups, lr=rate, betas=run.optimisation.betas, fused=True)
        self._rates = [float(group["lr"]) for group in groups]
        self._course = RateCourse.of(run.optimisation, steps_an_epoch, run.epochs)
        half = resolve_precision(run.precision) == "16-mixed"
        self.scaler = torch.amp.GradScaler(world.device.type, enabled=half)
        self.average = MovingAverage(objective.network, run.ema) if run.ema else None

    def gradients(self, samples: Iterator[Any], step: int) -> Gradients:
        """Of one global batch, clipped."""
        batches, parts = [], []
        loss = torch.zeros((), device=self.world.device)
        for part in range(self.run.accumulate):
            batch = self.objective.to_device(next(samples), self.world.device)
            self._seed(step, part)
            with accumulating(self.module, last=part == self.run.accumulate - 1):
                with autocast(self.run.precision, self.world.device):
                    losses = self.module(batch)
                share = losses.total / self.run.accumulate
                self.scaler.scale(share).backward()
            loss += share.detach()
            batches.append(batch)
            parts.append(losses.parts)
        self.scaler.unscale_(self.optimiser)
        norm = clip(self.objective, self.run.optimisation.clip_norm)
        return Gradients(loss, norm, parts, batches)

    def _seed(self, step: int, part: int) -> None:
        """What a forward pass draws depends on its place alone: not on the loader before it."""
        entropy = np.random.SeedSequence((self.seed, step, self.world.rank, part))
        torch.manual_seed(int(entropy.generate_state(1, np.uint64)[0]))

    def diverged(self, gradients: Gradients) -> bool:
        """Whether this process's loss or the gradients are no numbers.

        A float16 overflow of the gradients is the scaler's to skip, unless it skips for ever.
        """
        if self.scaler.is_enabled():
            lost = self.scaler.get_scale() < LEAST_SCALE
            return lost or not bool(torch.isfinite(gradients.loss))
        return not bool(torch.isfinite(gradients.loss + gradients.norm))

    def apply(self, step: int) -> None:
        """Change the weights by the gradients, at this step's rates."""
        factor = self._course(step)
        for group, rate in zip(self.optimiser.param_groups, self._rates, strict=True):
            group["lr"] = rate * factor
        self.scaler.step(self.optimiser)
        self.scaler.update()
        self.optimiser.zero_grad(set_to_none=True)
        if self.average is not None:
            self.average.update(step)

    def state(self) -> Learned:
        """All of it, whole, on the main process; every process calls this."""
        weights, optimiser = whole_state(self.objective, self.optimiser)
        average = self.weights() if self.average is not None else {}
        return Learned(weights, optimiser, self.scaler.state_dict(), average)

    def restore(self, learned: Learned | None) -> None:
        """Every process calls this; the main one has the state."""
        held = learned or Learned({}, {}, {}, {})
        if self.average is not None:
            load_whole(self.objective, self.optimiser, held.average, held.optimiser)
            self.average.take()
        load_whole(self.objective, self.optimiser, held.weights, held.optimiser)
        if scaler := self.world.broadcast(held.scaler):
            self.scaler.load_state_dict(scaler)

    def averaged(self) -> AbstractContextManager[None]:
        """The network as it is scored and kept: the average where there is one."""
        return nullcontext() if self.average is None else self.average.swapped()

    def weights(self) -> dict[str, Tensor]:
        """That network's, whole, on the main process; every process calls this."""
        with self.averaged():
            return whole_weights(self.objective)
