"""What a challenger has over the champion, task by task and on the whole, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitpose_plus.evaluation.significance import LEVEL, draws
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
class MeanGain:
    """The mean of all tasks' gains, and the percentile interval around it."""

    value: float
    low: float
    high: float


def task_gains(pairs: Sequence[Pair]) -> list[TaskGain]:
    """The main figure of each task.

    Args:
        pairs: the champion's and the challenger's evaluation of each task.
    """
    nan = float("nan")
    return [
        TaskGain(old.task, old.main, old.figures.get(old.main, nan), new.figures.get(new.main, nan))
        for old, new in pairs
    ]


def mean_gain(pairs: Sequence[Pair], *, resamples: int, seed: int) -> MeanGain:
    """The mean over the tasks, with the paired bootstrap's interval.

    Each set's own pictures are drawn anew, for both models alike, as often as there are: a
    stratified bootstrap (Efron and Tibshirani 1993, ch. 8).

    Args:
        pairs: the champion's and the challenger's evaluation of each task.
        resamples: draws.
        seed: of the draws.
    """
    drawn = [_drawn_gains(*pair, resamples, seed + at) for at, pair in enumerate(pairs)]
    mean = np.mean(drawn, axis=0)  # [R]: a draw in which a task cannot be measured is left aside
    tail = 100 * (1 - LEVEL) / 2
    low, high = (
        np.nanpercentile(mean, [tail, 100 - tail]) if np.isfinite(mean).any() else (np.nan, np.nan)
    )
    value = np.mean([gain.value for gain in task_gains(pairs)])
    return MeanGain(float(value), float(low), float(high))


def _drawn_gains(old: TaskEvaluation, new: TaskEvaluation, resamples: int, seed: int) -> np.ndarray:
    """[R] gains of one task's main figure over draws of its pictures."""
    ours, theirs = new.by_picture(), old.by_picture()
    at = ours.names.index(old.main)
    return np.array(
        [ours.of_draw(t)[at] - theirs.of_draw(t)[at] for t in draws(ours.units, resamples, seed)]
    )
