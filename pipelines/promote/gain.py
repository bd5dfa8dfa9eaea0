"""What a challenger has over the champion, task by task and on the whole, and how sure that is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitpose_plus.evaluation.significance import Interval, PictureFigures, draws, percentiles
from vitpose_plus.evaluation_pages import TaskEvaluation

Pair = tuple[TaskEvaluation, TaskEvaluation]


@dataclass(frozen=True)
class TaskGain:
    """One task's main figure, the champion's and the challenger's, nan where nothing gives it."""

    task: str
    figure: str
    champion: float
    challenger: float

    @property
    def value(self) -> float:
        """By how much it rises."""
        return self.challenger - self.champion


@dataclass(frozen=True)
class Gains:
    """What the challenger has over the champion on the same test data.

    Attributes:
        tasks: each of the champion's.
        mean: over those of which the champion has a figure; None: it has none at all.
    """

    tasks: Sequence[TaskGain]
    mean: Interval | None


def measure_gains(pairs: Sequence[Pair], *, resamples: int, seed: int) -> Gains:
    """Measure both models' kept poses, here and now: an older evaluator may have told otherwise.

    For the interval each set's own pictures are drawn anew, for both models alike, as often as
    there are: a stratified bootstrap (Efron and Tibshirani 1993, ch. 8).

    Args:
        pairs: the champion's and the challenger's evaluation of each task.
        resamples: draws.
        seed: of the draws.
    """
    measured = [_Measured(old.by_picture(), new.by_picture(), old.main) for old, new in pairs]
    tasks = [
        TaskGain(old.task, both.figure, *both.of_draw(np.ones(both.champion.units)))
        for (old, _), both in zip(pairs, measured, strict=True)
    ]
    known = [at for at, gain in enumerate(tasks) if not math.isnan(gain.champion)]
    if not known:
        return Gains(tasks, None)
    drawn = [measured[at].drawn_gains(resamples, seed + at) for at in known]
    # A draw in which one of the tasks cannot be measured is left aside.
    low, high = percentiles(np.mean(drawn, axis=0)[:, None])
    value = np.mean([tasks[at].value for at in known])
    return Gains(tasks, Interval(float(value), low.item(), high.item()))


@dataclass(frozen=True, eq=False)
class _Measured:
    """One task's figures of both models over any draw of its pictures, and the main one's name."""

    champion: PictureFigures
    challenger: PictureFigures
    figure: str

    def of_draw(self, times: np.ndarray) -> tuple[float, float]:
        """The main figure of both where each unit counts as many times as `times` [U] says."""
        at = self.champion.names.index(self.figure)
        return float(self.champion.of_draw(times)[at]), float(self.challenger.of_draw(times)[at])

    def drawn_gains(self, resamples: int, seed: int) -> np.ndarray:
        """[R] gains over draws."""
        both = [self.of_draw(times) for times in draws(self.champion.units, resamples, seed)]
        return np.diff(both, axis=1)[:, 0]
