"""What the report shows of one task."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vitpose_plus.evaluation.breakdown import Breakdown
from vitpose_plus.evaluation.drawn_precision import DrawnPrecision
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.score import score
from vitpose_plus.evaluation.significance import Interval, bootstrap
from vitpose_plus.evaluation.taxonomy import OracleGain, oracle_gains
from vitpose_plus.evaluation_pages.cases import Gallery, worst_cases
from vitpose_plus.evaluation_pages.error_figure import error_figure
from vitpose_plus.evaluation_pages.evaluated import TaskEvaluation
from vitpose_plus.evaluation_pages.measured import KeypointLine, MeasuredTask, measure_task
from vitpose_plus.evaluation_pages.plot import Plot, nearness_plot, precision_recall_plot
from vitpose_plus.inference.skeleton_figure import SkeletonFigure

LEFT_OUT = "_rows_left_out"
"""How the figures end that are counts of rows."""


@dataclass(frozen=True)
class FigureRow:
    """One figure: the model's with its interval where there is one, and the mean pose's."""

    name: str
    value: float
    interval: Interval | None
    baseline: float | None


@dataclass(frozen=True, eq=False)
class TaskSection:
    """One task on the page.

    Attributes:
        task: the data set's name.
        main: its figure, with an interval.
        figures: all of them.
        figure_of_one: what an instance's figure is called.
        unit: of distances from the truth.
        mean: of the instances' figures.
        pictures, instances, keypoints: how many were measured.
        units: how many pictures are drawn anew for the interval, or videos where there are some.
        left_out: how many instances could not be measured by the metric.
        plot: its curves.
        skeleton: drawn with every keypoint's figure.
        lines: keypoints.
        kinds: counts of all keypoints by kind.
        costs: what each kind of mistake costs.
        inverts: whether the skeleton has a left and a right to confuse.
        breakdowns: by size, occlusion and so on.
        galleries: what went wrong.
    """

    task: str
    main: FigureRow
    figures: tuple[FigureRow, ...]
    figure_of_one: str
    unit: str
    mean: float
    pictures: int
    units: int
    instances: int
    keypoints: int
    left_out: int
    plot: Plot
    skeleton: SkeletonFigure | None
    lines: tuple[KeypointLine, ...]
    kinds: tuple[int, ...]
    costs: tuple[OracleGain, ...]
    inverts: bool
    breakdowns: tuple[Breakdown, ...]
    galleries: tuple[Gallery, ...]


def task_section(evaluation: TaskEvaluation, *, resamples: int, seed: int) -> TaskSection:
    """Work out all that the report shows of one task.

    Args:
        evaluation: the poses and figures.
        resamples: draws of pictures for the intervals.
        seed: of the draws.

    Raises:
        PictureError: a picture that is to be shown is missing or broken.
    """
    task = measure_task(evaluation)
    figures, by_picture = task.figures, task.by_picture
    rows = figure_rows(evaluation, bootstrap(by_picture, resamples=resamples, seed=seed))
    measured = np.isfinite(figures.of_instances)
    return TaskSection(
        task=evaluation.task,
        main=rows[0],
        figures=rows,
        figure_of_one=figures.name,
        unit=figures.unit,
        mean=float(figures.of_instances[measured].mean()) if measured.any() else np.nan,
        pictures=task.pictures,
        units=by_picture.units,
        instances=int(measured.sum()),
        keypoints=int(np.isfinite(figures.value).sum()),
        left_out=int((~measured).sum()),
        plot=task_plot({"": task}),
        skeleton=error_figure(evaluation.predictions.rows, evaluation.split.skeleton, figures),
        lines=task.lines(),
        kinds=task.kind_counts,
        costs=_costs(task),
        inverts=bool(evaluation.split.skeleton.twins),
        breakdowns=task.breakdowns(),
        galleries=tuple(worst_cases(task)),
    )


def figure_rows(
    evaluation: TaskEvaluation, intervals: Mapping[str, Interval]
) -> tuple[FigureRow, ...]:
    """All shares and means among the figures, the main one first."""
    names = [evaluation.main, *(name for name in evaluation.figures if name != evaluation.main)]
    return tuple(
        FigureRow(
            name, evaluation.figures[name], intervals.get(name), evaluation.baseline.get(name)
        )
        for name in names
        if not name.endswith(LEFT_OUT)
    )


def task_plot(models: Mapping[str, MeasuredTask]) -> Plot:
    """Precision over recall where the set is scored by OKS, else the share of near keypoints.

    Args:
        models: the same task of one or two models, by what they are called.
    """
    curves = {
        name: task.by_picture.curves(np.ones(task.by_picture.units))
        for name, task in models.items()
        if isinstance(task.by_picture, DrawnPrecision)
    }
    figures = {name: task.figures for name, task in models.items()}
    first = next(iter(figures.values()))
    if curves:
        thin = "; thin lines are the thresholds between" if len(curves) == 1 else ""
        instances = int(np.isfinite(first.of_instances).sum())
        return precision_recall_plot(
            curves, f"Nearer the top right is better. {instances:,} instances{thin}."
        )
    keypoints = int(np.isfinite(first.value).sum())
    return nearness_plot(figures, f"Steeper and higher is better. {keypoints:,} keypoints.")


def _costs(task: MeasuredTask) -> tuple[OracleGain, ...]:
    evaluation, split = task.evaluation, task.evaluation.split

    def figure(poses: Predictions) -> float:
        return score(poses, split.table, split.skeleton, split.metrics[:1])[evaluation.main]

    order_by = task.figures.of_instances if split.metrics[0] == "oks" else None
    return oracle_gains(evaluation.predictions, task.kinds, figure, order_by)
