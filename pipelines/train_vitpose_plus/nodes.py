"""Nodes: train a model on an experiment's tasks, and store it in the run."""

import logging
from collections.abc import Sequence
from pathlib import Path

from pipelines.parameters import Data, Evaluation, Experiment, Model
from pipelines.splits import crop_folder, read_splits, read_training_splits
from pipelines.tracking import log_model, log_parameters, run_logger
from vitpose_plus.datasets.crop_store.store import CropStore, open_crops
from vitpose_plus.datasets.split import Split, read_split
from vitpose_plus.training.config import Training

log = logging.getLogger(__name__)


def train(
    crops: bool,
    data: Data,
    experiment: Experiment,
    model: Model,
    training: Training,
    evaluation: Evaluation,
    seed: int,
) -> str:
    """Train one model on all of an experiment's tasks.

    Returns:
        Folder of the best model.
    """
    from vitpose_plus.models import Task, ViTPoseConfig
    from vitpose_plus.training.fit import fit
    from vitpose_plus.training.precision import resolve_precision

    log_parameters({"resolved_precision": resolve_precision(training.precision)})
    splits = read_training_splits(data, experiment)
    held_out = read_splits(data, experiment, evaluation.split)
    config = ViTPoseConfig(
        size=model.size,
        input_size=model.input_size,
        ratio=model.ratio,
        attention=model.attention,
        decoder=model.decoder,
        drop_path=model.drop_path,
        ffn=experiment.ffn,
        tasks=tuple(Task(name=split.name, skeleton=split.skeleton) for split in splits),
    )
    fitted = fit(
        config,
        training,
        splits,
        held_out,
        experiment.models,
        stores=_open_stores(data, splits, model, training) if crops else (),
        seed=seed,
        logger=run_logger(),
    )
    log.info(
        "trained in %.0f s; best after epoch %d: %s; last: %s",
        *(fitted.seconds, fitted.best_epoch + 1, fitted.best, fitted.last),
    )
    return str(fitted.best)


def store_model(
    best_model: str, data: Data, experiment: Experiment, evaluation: Evaluation
) -> None:
    """Store the best model in the MLflow run, with a held-out instance as input example."""
    split = read_split(data.tables / experiment.tasks[0], evaluation.split)
    first = split.trainable().take([0])
    picture = split.images / first.column("file_name")[0]
    log_model(Path(best_model), picture, first.bbox[0].tolist())


def _open_stores(
    data: Data, splits: Sequence[Split], model: Model, training: Training
) -> list[CropStore]:
    assert data.crops is not None
    return [
        open_crops(split, crop_folder(data.crops, split), training.augmentation, model.input_size)
        for split in splits
    ]
