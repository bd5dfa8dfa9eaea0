"""The network of an experiment."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.parameters import Data, Model
from vitpose_plus.datasets.manifest import read_manifest
from vitpose_plus.models.config import FFN

if TYPE_CHECKING:
    from vitpose_plus.models import ViTPoseConfig


def network(model: Model, ffn: FFN, data: Data, tasks: Sequence[str]) -> "ViTPoseConfig":
    """What `model` says, for these data sets with the keypoints that were ingested."""
    from vitpose_plus.models import Task, ViTPoseConfig

    return ViTPoseConfig(
        size=model.size,
        input_size=model.input_size,
        ratio=model.ratio,
        attention=model.attention,
        decoder=model.decoder,
        drop_path=model.drop_path,
        sigma=model.sigma,
        ffn=ffn,
        tasks=tuple(
            Task(name=task, skeleton=read_manifest(data.tables / task).skeleton) for task in tasks
        ),
    )
