"""What the comparison of two models shows of one task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vitpose_plus.errors import PredictionError
from vitpose_plus.evaluation.breakdown import Breakdown
from vitpose_plus.evaluation.significance import LESS_IS_BETTER, Gain, paired_bootstrap
from vitpose_plus.evaluation_pages.cases import SHOWN, Case, draw_case, first_of_each, scenes
from vitpose_plus.evaluation_pages.evaluated import TaskEvaluation
from vitpose_plus.evaluation_pages.measured import KeypointLine, MeasuredTask, measure_task
from vitpose_plus.evaluation_pages.plot import Plot
from vitpose_plus.evaluation_pages.task_section import figure_rows, task_plot


@dataclass(frozen=True)
class GainRow:
    """One figure of both models; the gain has an interval where the figure allows for one."""

    name: str
    first: float
    second: float
    gain: Gain | None

    @property
    def better(self) -> bool:
        """Whether the second model is."""
        return (self.second < self.first) == (self.name in LESS_IS_BETTER)


@dataclass(frozen=True)
class BinGain:
    """Some instances or keypoints: their name and number, and both models' figures of them."""

    name: str
    count: int
    first: float
    second: float


@dataclass(frozen=True)
class BreakdownGain:
    """Both models' figures by one property."""

    title: str
    bins: tuple[BinGain, ...]


@dataclass(frozen=True)
class CasePair:
    """One instance as both models see it."""

    first: Case
    second: Case


@dataclass(frozen=True, eq=False)
class TaskComparison:
    """One task of two models.

    Attributes:
        task: the data set's name.
        rows: all figures, the main one first.
        figure_of_one: what an instance's figure is called.
        pictures, instances: how many.
        units: how many pictures are drawn anew for the intervals, or videos where there are some.
        better, worse: instances whose own figure rose, and fell.
        plot: both models' curves.
        keypoints: by keypoint, in the skeleton's order.
        kinds: the first's and the second's counts of keypoints by kind.
        breakdowns: by size, occlusion and so on.
        gained, lost: the instances whose own figure changed most.
    """

    task: str
    rows: tuple[GainRow, ...]
    figure_of_one: str
    pictures: int
    units: int
    instances: int
    better: int
    worse: int
    plot: Plot
    keypoints: tuple[BinGain, ...]
    kinds: tuple[tuple[int, ...], tuple[int, ...]]
    breakdowns: tuple[BreakdownGain, ...]
    gained: tuple[CasePair, ...]
    lost: tuple[CasePair, ...]


def compare_task(
    first: TaskEvaluation, second: TaskEvaluation, *, resamples: int, seed: int
) -> TaskComparison:
    """Work out all that the comparison shows of one task.

    Args:
        first: model A's.
        second: model B's.
        resamples: draws of pictures for the intervals.
        seed: of the draws.

    Raises:
        PredictionError: the models were not scored on the same instances.
        PictureError: a picture that is to be shown is missing or broken.
    """
    _check_same_truth(first, second)
    a, b = measure_task(first), measure_task(second)
    gains = paired_bootstrap(a.by_picture, b.by_picture, resamples=resamples, seed=seed)
    change = b.figures.of_instances - a.figures.of_instances
    return TaskComparison(
        task=first.task,
        rows=_gain_rows(first, second, gains),
        figure_of_one=a.figures.name,
        pictures=a.pictures,
        units=a.by_picture.units,
        instances=int(np.isfinite(change).sum()),
        better=int((change > 0).sum()),
        worse=int((change < 0).sum()),
        plot=task_plot({"A": a, "B": b}),
        keypoints=_keypoint_gains(a.lines(), b.lines()),
        kinds=(a.kind_counts, b.kind_counts),
        breakdowns=_breakdown_gains(a.breakdowns(), b.breakdowns()),
        gained=_most(change, a, b),
        lost=_most(-change, a, b),
    )


def _check_same_truth(first: TaskEvaluation, second: TaskEvaluation) -> None:
    ours, theirs = (
        one.predictions.rows.column("instance_id").astype(str) for one in (first, second)
    )
    if len(ours) != len(theirs) or (ours != theirs).any():
        alone = sorted(set(ours.tolist()) ^ set(theirs.tolist()))
        example = f", {alone[0]!r} for one" if alone else ", though in another order"
        raise PredictionError(
            f"{first.task}: the two models were scored on other instances ({len(ours):,} and "
            f"{len(theirs):,}{example}): evaluate both on the same split"
        )


def _gain_rows(
    first: TaskEvaluation, second: TaskEvaluation, gains: Mapping[str, Gain]
) -> tuple[GainRow, ...]:
    theirs = {row.name: row.value for row in figure_rows(second, {})}
    return tuple(
        GainRow(row.name, row.value, theirs[row.name], gains.get(row.name))
        for row in figure_rows(first, {})
        if row.name in theirs
    )


def _keypoint_gains(
    first: Sequence[KeypointLine], second: Sequence[KeypointLine]
) -> tuple[BinGain, ...]:
    return tuple(
        BinGain(a.row.name, a.row.keypoints, a.row.figure, b.row.figure)
        for a, b in zip(first, second, strict=True)
        if a.row.keypoints
    )


def _breakdown_gains(
    first: Sequence[Breakdown], second: Sequence[Breakdown]
) -> tuple[BreakdownGain, ...]:
    """The truth alone decides who is in which bin, so both models' bins are the same."""
    return tuple(
        BreakdownGain(
            a.title,
            tuple(
                BinGain(x.name, x.instances, x.figure, y.figure)
                for x, y in zip(a.bins, b.bins, strict=True)
            ),
        )
        for a, b in zip(first, second, strict=True)
    )


def _most(change: np.ndarray, a: MeasuredTask, b: MeasuredTask) -> tuple[CasePair, ...]:
    """The instances with the highest change, above 0, one a scene, as both models see them."""
    change = np.nan_to_num(change)
    order = [i for i in np.argsort(-change, kind="stable").tolist() if change[i] > 0]
    chosen = first_of_each(order, scenes(a.evaluation.predictions.rows), SHOWN)
    return tuple(CasePair(draw_case(a, i), draw_case(b, i)) for i in chosen)
