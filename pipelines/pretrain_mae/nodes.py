"""Node: train a masked auto-encoder around the network's encoder."""

import logging

from pipelines.evaluation_parameters import Evaluation
from pipelines.parameters import Data, MaskedExperiment, Model
from pipelines.running import run_training
from pipelines.splits import held_out_splits, training_splits
from vitpose_plus.pretraining.config import Pretraining

log = logging.getLogger(__name__)


def pretrain(
    crops: bool,
    data: Data,
    mae: MaskedExperiment,
    model: Model,
    pretraining: Pretraining,
    evaluation: Evaluation,
    seed: int,
) -> str:
    """Learn to guess what is hidden of the training pictures.

    Returns:
        Folder of the weights, for `training.start.weights`.
    """
    from vitpose_plus.pretraining.job import Pretrained, PretrainingJob
    from vitpose_plus.pretraining.pretrain import pretrain as work

    stores = crops and pretraining.view == "instances"
    job = PretrainingJob(
        model=pretraining.model(model.size, model.input_size),
        pretraining=pretraining,
        train=training_splits(data, mae.tasks, crops=stores),
        held_out=held_out_splits(data, mae.tasks, evaluation.split),
        folder=mae.models,
        seed=seed,
    )
    worker = "vitpose_plus.pretraining.worker"
    trained = run_training(work, job, pretraining, job.folder, worker, Pretrained)
    log.info(
        "pretrained in %.0f s; start from it by training.start.weights: %s",
        *(trained.seconds, trained.weights),
    )
    return str(trained.weights)
