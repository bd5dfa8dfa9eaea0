"""Nodes: train a model on an experiment's tasks, and store it in the run."""

import logging
from pathlib import Path

from pipelines.evaluation_parameters import Evaluation
from pipelines.network import network
from pipelines.parameters import Data, Experiment, Model
from pipelines.running import run_training
from pipelines.splits import held_out_splits, training_splits
from pipelines.start_weights import bring_weights
from pipelines.tracking import log_model
from vitpose_plus.datasets.split import read_split
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
    from vitpose_plus.training.fit import train_poses
    from vitpose_plus.training.job import Fitted, PoseJob

    bring_weights(training, data)
    job = PoseJob(
        model=network(model, experiment.ffn, data, experiment.tasks),
        training=training,
        train=training_splits(data, experiment.tasks, crops=crops),
        held_out=held_out_splits(data, experiment.tasks, evaluation.split),
        folder=experiment.models,
        seed=seed,
    )
    worker = "vitpose_plus.training.worker"
    fitted = run_training(train_poses, job, training, job.folder, worker, Fitted)
    log.info(
        "trained in %.0f s; best after epoch %d: %s; last: %s",
        *(fitted.seconds, fitted.best_epoch + 1, fitted.best, fitted.last),
    )
    return str(fitted.best)


def store_model(best_model: str, data: Data, experiment: Experiment, evaluation: Evaluation) -> str:
    """Store the best model in the MLflow run, with a held-out instance as input example.

    Returns:
        The stored model's id.
    """
    split = read_split(data.tables / experiment.tasks[0], evaluation.split)
    first = split.trainable().take([0])
    picture = split.images / first.column("file_name")[0]
    return log_model(Path(best_model), picture, first.bbox[0].tolist())
