"""Nodes: predict held-out pictures, score them beside the mean pose, draw them."""

import logging
import math
from typing import Any

import numpy as np

from pipelines.parameters import TRAIN_SPLIT, Data, Evaluation, Experiment
from pipelines.splits import read_splits
from pipelines.tracking import log_figures, log_files
from vitpose_plus.datasets.split import Split, read_split
from vitpose_plus.evaluation.baseline import mean_pose, mean_pose_predictions
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.evaluation.report import Scores, render_scores, scores_to_json, write_scores
from vitpose_plus.evaluation.score import MAIN_FIGURE, instance_figures, score
from vitpose_plus.replacement import replacing

log = logging.getLogger(__name__)

HeldOut = list[tuple[Split, Predictions]]
FIGURE_OF_ONE = {"oks": "OKS", "pckh": "PCKh", "pck": "PCK"}


def find_best_model(experiment: Experiment) -> str:
    """Folder of the model that the experiment's training left."""
    return str(experiment.models / "best")


def predict_held_out(
    best_model: str, data: Data, experiment: Experiment, evaluation: Evaluation
) -> HeldOut:
    """Estimate the poses of all held-out instances."""
    import torch

    from vitpose_plus.checkpoints import load_model
    from vitpose_plus.evaluation.predict import predict

    splits = read_splits(data, experiment.tasks, evaluation.split)
    model = load_model(best_model).to("cuda" if torch.cuda.is_available() else "cpu")
    predictions = predict(
        model,
        splits,
        flip=evaluation.flip,
        batch_size=evaluation.batch_size,
        workers=evaluation.workers,
    )
    return list(zip(splits, predictions, strict=True))


def score_held_out(held_out: HeldOut, data: Data, experiment: Experiment) -> dict[str, Any]:
    """Score by each set's own metrics, print the table, write and track the figures."""
    scores = [_score(split, predictions, data) for split, predictions in held_out]
    path = experiment.reports / "metrics.json"
    write_scores(path, scores)
    for one in scores:
        log_figures(_named("best", one.task, one.model))
        log_figures(_named("mean_pose", one.task, one.baseline))
    # Printed, not logged: a log's margin would break the columns.
    print(f"\nHeld-out figures, also in {path}\n\n{render_scores(scores)}\n")
    return scores_to_json(scores)


def draw_held_out(held_out: HeldOut, experiment: Experiment, evaluation: Evaluation) -> None:
    """Draw the best and the worst of each set, and a row of each for an overview."""
    from vitpose_plus.evaluation.gallery import OverviewRow, draw_gallery, draw_overview

    folder = experiment.reports / "gallery"
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
        draw_overview(rows, part / "overview.jpg")
    log_files(folder, "gallery")
    log.info("the best and the worst are drawn in %s", folder)


def _score(split: Split, predictions: Predictions, data: Data) -> Scores:
    train = read_split(data.tables / split.name, TRAIN_SPLIT).trainable()
    guess = mean_pose_predictions(mean_pose(train), predictions.rows)
    return Scores(
        task=split.name,
        figures=tuple(MAIN_FIGURE[metric] for metric in split.metrics),
        model=score(predictions, split.table, split.skeleton, split.metrics),
        baseline=score(guess, split.table, split.skeleton, split.metrics),
        instances=len(predictions),
    )


def _named(who: str, task: str, figures: dict[str, float]) -> dict[str, float]:
    finite = {name: value for name, value in figures.items() if math.isfinite(value)}
    return {f"{who}/{name}_{task}": value for name, value in finite.items()}
