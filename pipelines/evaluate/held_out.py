"""Held-out instances and what a model makes of them."""

import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.evaluate.target import Target
from pipelines.evaluation_parameters import Evaluation
from pipelines.parameters import Data
from pipelines.splits import read_splits
from vitpose_plus.datasets.split import Split
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.evaluation.kept import keep_predictions, kept_predictions
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.replacement import replacing

if TYPE_CHECKING:
    from vitpose_plus.evaluation_pages import TaskEvaluation
    from vitpose_plus.models import ViTPoseConfig

log = logging.getLogger(__name__)

HeldOut = list[tuple[Split, Predictions]]
KEPT = "predictions"  # in a reports folder
METRICS = "metrics.json"
SCORED = "scored.json"
REPORT, DETECTED, GALLERY = "report", "detected", "gallery"


def predict_held_out(target: Target, data: Data, evaluation: Evaluation) -> HeldOut:
    """Estimate the poses of all held-out instances, and keep them as COCO's results.

    Raises:
        ConfigurationError: the model covers no data set that was ingested.
    """
    from vitpose_plus.evaluation.predict import predict

    network = target.load()
    serving = {name: name for name in target.tasks or ()}
    if target.tasks is None:
        serving = covered(network.config, data, evaluation.split)
    splits = [one for one in read_splits(data, list(serving), evaluation.split) if _scorable(one)]
    if not splits:
        raise ConfigurationError(
            f"{target.name} serves {', '.join(task.name for task in network.config.tasks)}: no "
            f"data set with these keypoints has a split {evaluation.split} with anybody labelled. "
            "Ingest one (kedro run --pipeline=ingest)"
        )
    predictions = predict(
        network,
        splits,
        tasks=[serving[split.name] for split in splits],
        flip=evaluation.flip,
        batch_size=evaluation.batch_size,
        workers=evaluation.workers,
    )
    held_out = list(zip(splits, predictions, strict=True))
    # Poses of this model must never lie beside another's figures, nor a page or picture of them.
    for name in (SCORED, METRICS):
        (target.reports / name).unlink(missing_ok=True)
    for name in (REPORT, DETECTED, GALLERY):
        shutil.rmtree(target.reports / name, ignore_errors=True)
    with replacing(target.reports / KEPT) as folder:
        for split, found in held_out:
            keep_predictions(found, split, folder)
    return held_out


def kept_held_out(reports: Path, data: Data, split: str) -> HeldOut:
    """What `predict_held_out` kept, with the splits as they are now."""
    kept = {path.stem for path in (reports / KEPT).glob("*.json")}
    splits = read_splits(data, [name for name in data.datasets if name in kept], split)
    return [(one, kept_predictions(one, reports / KEPT)) for one in splits]


def task_evaluation(
    split: Split, predictions: Predictions, figures: dict[str, Any]
) -> "TaskEvaluation":
    """What pages are written from. Figures: as in metrics.json, which has null for nan."""
    from vitpose_plus.evaluation_pages import TaskEvaluation

    model, baseline = (
        {name: value for name, value in figures[split.name][who].items() if value is not None}
        for who in ("model", "mean_pose")
    )
    return TaskEvaluation(split, predictions, model, baseline)


def covered(config: "ViTPoseConfig", data: Data, split: str) -> dict[str, str]:
    """Every ingested data set that has the split, and the model's task of its keypoints."""
    from vitpose_plus.datasets.manifest import MANIFEST_NAME, read_manifest
    from vitpose_plus.evaluation.coverage import covered_sets

    having = [name for name, source in data.datasets.items() if split in source.splits]
    ingested = [name for name in having if (data.tables / name / MANIFEST_NAME).is_file()]
    if absent := sorted(set(having) - set(ingested)):
        log.warning("not ingested, so not scored: %s", ", ".join(absent))
    skeletons = {name: read_manifest(data.tables / name).skeleton for name in ingested}
    found = covered_sets(config, skeletons)
    if foreign := sorted(set(ingested) - set(found)):
        log.info("the model draws other keypoints, so not scored: %s", ", ".join(foreign))
    for name, task in found.items():
        if task != name:
            log.info("%s is scored by the model's task %s", name, task)
    return found


def _scorable(split: Split) -> bool:
    anybody = bool(split.table.trainable.any()) if len(split.table) else False
    if not anybody:
        log.warning("%s: nobody is labelled in the split, so it is not scored", split.name)
    return anybody
