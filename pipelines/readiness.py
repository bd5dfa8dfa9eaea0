"""What a training needs of its machine, asked before the data is read."""

from collections.abc import Collection

from pipelines.parameters import Parameters
from vitpose_plus.engine.config import Run
from vitpose_plus.errors import ConfigurationError

STARTED = ("train", "train_student")  # nodes that begin with training.start


def check_readiness(parameters: Parameters, nodes: Collection[str]) -> None:
    """Refuse a run that would end at its training, hours after it began.

    Args:
        parameters: the configuration.
        nodes: names of the nodes that will run.

    Raises:
        ConfigurationError: weights to start from are missing, or GPUs.
    """
    if set(STARTED) & set(nodes):
        _check_start(parameters)
    for node, key, run in (
        ("train", "training", parameters.training),
        ("train_student", "training", parameters.training),
        ("pretrain", "pretraining", parameters.pretraining),
        ("fit_knowledge_token", "distillation.token", parameters.distillation.token),
    ):
        if node in nodes:
            _check_devices(key, run)


def _check_start(parameters: Parameters) -> None:
    start = parameters.training.start
    if start is not None and not start.weights.exists():
        raise ConfigurationError(
            f"training.start.weights: {start.weights} does not exist. Put the file there, make "
            f"weights by kedro run --pipeline=pretrain_mae and name {parameters.mae.models}/last, "
            "or begin from scratch with --params=training.start=null"
        )


def _check_devices(key: str, run: Run) -> None:
    if run.launch.processes == 1:
        return
    import torch

    if torch.cuda.is_available() and run.launch.processes > torch.cuda.device_count():
        raise ConfigurationError(
            f"{key}.launch.processes: {run.launch.processes}, but this machine has "
            f"{torch.cuda.device_count()} GPUs: one process takes one. Lower it; the batch stays "
            "what it is, so take more accumulate if memory is short"
        )
