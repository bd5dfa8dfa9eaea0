"""What a training needs of its machine, asked before the data is read."""

from collections.abc import Collection

from pipelines.parameters import Parameters
from pipelines.start_weights import origin_of
from vitpose_plus.engine.config import Run
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.training.config import Training


def check_readiness(parameters: Parameters, nodes: Collection[str]) -> None:
    """Refuse a run that would end at its training, hours after it began.

    Args:
        parameters: the configuration.
        nodes: names of the nodes that will run.

    Raises:
        ConfigurationError: weights to start from are missing, or GPUs, or the promotion policy.
    """
    if "score_detected" in nodes:
        for name, boxes in parameters.evaluation.detections.items():
            for path in (boxes.file, boxes.pictures, boxes.images):
                if path is not None and not path.exists():
                    raise ConfigurationError(
                        f"evaluation.detections.{name}: {path} does not exist. Put it there, "
                        "or take the data set out of evaluation.detections"
                    )
    if "promote_model" in nodes:
        from pipelines.promote.policy import read_policy

        read_policy(parameters.promotion.policy, parameters.data.datasets)
    recipes: tuple[tuple[str, str, Run], ...] = (
        ("train", "training", parameters.training),
        ("train_student", "student_training", parameters.student_training),
        ("pretrain", "pretraining", parameters.pretraining),
        ("fit_knowledge_token", "distillation.token", parameters.distillation.token),
    )
    for node, key, run in recipes:
        if node in nodes:
            _check_devices(key, run)
            if isinstance(run, Training):
                _check_start(key, run, parameters)


def _check_start(key: str, training: Training, parameters: Parameters) -> None:
    start, mae = training.start, parameters.mae.models
    if start is None or start.weights.exists():
        return
    if origin_of(start, parameters.data) is None:
        raise ConfigurationError(
            f"{key}.start.weights: {start.weights} does not exist. Put the file there, make "
            f"weights by kedro run --pipeline=pretrain_mae and name {mae}/last, or begin from "
            f"scratch with --params={key}.start=null"
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
