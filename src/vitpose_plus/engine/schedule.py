"""The learning rate's course over a run: a factor on every group's rate, by optimiser step."""

import math
from dataclasses import dataclass

from vitpose_plus.engine.config import Optimisation

WARMUP_START = 1e-3  # official configs; MAE's warm-up begins at nothing
STEP_FACTOR = 0.1


@dataclass(frozen=True)
class RateCourse:
    """A linear rise, then a fall in steps or along half a cosine.

    Attributes:
        steps: of the whole run.
        warmup: steps of the rise.
        milestones: steps from which on the rate is a tenth of what it was; None: a cosine, to
            nothing at the run's end.
    """

    steps: int
    warmup: int
    milestones: tuple[int, ...] | None

    @classmethod
    def of(cls, optimisation: Optimisation, steps_an_epoch: int, epochs: int) -> "RateCourse":
        """The course of a run of this length."""
        steps = steps_an_epoch * epochs
        warmup = int(optimisation.warmup_share * steps)
        if optimisation.warmup_steps is not None:
            warmup = min(warmup, optimisation.warmup_steps)
        if optimisation.schedule == "cosine":
            return cls(steps, warmup, None)
        # Whole epochs, as in the official configs.
        milestones = tuple(round(m * epochs) * steps_an_epoch for m in optimisation.milestones)
        return cls(steps, warmup, milestones)

    def __call__(self, step: int) -> float:
        """The factor at an optimiser step, counted from 0."""
        if self.milestones is None:
            return self._cosine(step)
        passed = sum(step >= milestone for milestone in self.milestones)
        return self._rise(step, WARMUP_START) * STEP_FACTOR**passed

    def _rise(self, step: int, start: float) -> float:
        return start + (1 - start) * step / self.warmup if step < self.warmup else 1.0

    def _cosine(self, step: int) -> float:
        """MAE's `adjust_learning_rate`, by step."""
        if step < self.warmup:
            return self._rise(step, 0.0)
        done = (step - self.warmup) / max(1, self.steps - self.warmup)
        return 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
