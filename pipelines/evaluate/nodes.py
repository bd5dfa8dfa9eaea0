"""Nodes: predict held-out pictures, score them beside the mean pose, draw them."""

import logging
from typing import Any

import numpy as np

from pipelines.evaluate.evaluated_run import tag_evaluated_run
from pipelines.evaluate.held_out import GALLERY, METRICS, REPORT, HeldOut, task_evaluation
from pipelines.evaluate.scored import write_scored
from pipelines.evaluate.target import Target
from pipelines.evaluation_parameters import Evaluation
from pipelines.parameters import TRAIN_SPLIT, Data
from pipelines.tracking import log_files, log_scores
from vitpose_plus.checkpoints.destination import WEIGHTS
from vitpose_plus.datasets.split import Split, read_split
from vitpose_plus.evaluation.baseline import mean_pose, mean_pose_predictions
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.report import Scores, render_scores, scores_to_json, write_scores
from vitpose_plus.evaluation.score import instance_figures, score, shown_figures
from vitpose_plus.replacement import replacing

log = logging.getLogger(__name__)

FIGURE_OF_ONE = {"oks": "OKS", "pckh": "PCKh", "pck": "PCK", "hand": "AUC"}


def score_held_out(
    held_out: HeldOut, target: Target, data: Data, evaluation: Evaluation
) -> dict[str, Any]:
    """Score by each set's own metrics, print the table, write and track the figures."""
    scores = [_score(*one, data, evaluation) for one in held_out]
    path = target.reports / METRICS
    write_scores(path, scores)
    write_scored(target, [split for split, _ in held_out], data, evaluation)
    if WEIGHTS in target.checksums:  # a file of another kind can never be promoted
        tag_evaluated_run(target.reports, target.checksums[WEIGHTS])
    for one in scores:
        log_scores("best", one.task, one.model)
        log_scores("mean_pose", one.task, one.baseline)
    # Printed, not logged: a log's margin would break the columns.
    print(f"\nHeld-out figures, also in {path}\n\n{render_scores(scores)}\n")
    return scores_to_json(scores)


def draw_held_out(held_out: HeldOut, target: Target, evaluation: Evaluation) -> None:
    """Draw the best and the worst of each set, and a row of each for an overview."""
    from vitpose_plus.evaluation.gallery import OverviewRow, draw_gallery, draw_overview

    folder = target.reports / GALLERY
    with replacing(folder) as part:
        rows = []
        for split, predictions in held_out:
            rank = instance_figures(predictions, split.skeleton, split.metrics)
            if np.isnan(rank).all():
                log.warning("%s: no instance can be ranked, so none is drawn", split.name)
                continue
            draw_gallery(
                predictions,
                split.skeleton,
                split.images,
                part / f"{split.name}.jpg",
                rank=rank,
                figure=FIGURE_OF_ONE[split.metrics[0]],
                count=evaluation.gallery,
            )
            rows.append(OverviewRow(split.name, predictions, split.skeleton, split.images, rank))
        if rows:
            draw_overview(rows, part / "overview.jpg")
    log_files(folder, GALLERY)
    log.info("the best and the worst are drawn in %s", folder)


def report_held_out(
    held_out: HeldOut,
    figures: dict[str, Any],
    target: Target,
    evaluation: Evaluation,
    seed: int,
) -> None:
    """Write a page that shows where the model errs and how."""
    from vitpose_plus.evaluation_pages import ModelEvaluation, write_report

    tasks = [task_evaluation(*one, figures) for one in held_out]
    measured = [task for task in tasks if task.main in task.figures]
    for task in tasks:
        if task not in measured:
            log.warning(
                "%s: nothing gives its %s, so the report is without it", task.task, task.main
            )
    folder = target.reports / REPORT
    facts = {
        "Split": evaluation.split,
        "Boxes": "the annotations'",
        "Mirrored crops": "averaged" if evaluation.flip else "not used",
    }
    page = write_report(
        ModelEvaluation(target.name, measured, facts),
        folder,
        resamples=evaluation.resamples,
        seed=seed,
    )
    log_files(folder, REPORT)
    log.info("the report is %s", page)


def _score(split: Split, predictions: Predictions, data: Data, evaluation: Evaluation) -> Scores:
    how = split.table, split.skeleton, split.metrics
    return Scores(
        task=split.name,
        figures=shown_figures(split.metrics),
        model=score(predictions, *how, backend=evaluation.backend),
        baseline=_mean_pose_figures(split, predictions, data),
        instances=len(predictions),
    )


def _mean_pose_figures(split: Split, predictions: Predictions, data: Data) -> dict[str, float]:
    """Of the training split's mean pose; a set for tests alone has none."""
    folder = data.tables / split.name
    if TRAIN_SPLIT not in data.datasets[split.name].splits:
        return {}
    train = read_split(folder, TRAIN_SPLIT).trainable()
    guess = mean_pose_predictions(mean_pose(train), predictions.rows)
    return score(guess, split.table, split.skeleton, split.metrics)
