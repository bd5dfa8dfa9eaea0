"""Train, score and use ViTPose and ViTPose+.

Names are loaded when they are first used: importing the package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vitpose_plus import evaluation, heatmaps
    from vitpose_plus.checkpoints import (
        export_huggingface,
        export_onnx,
        load_backbone,
        load_model,
        save_model,
    )
    from vitpose_plus.inference.acceleration import accelerate
    from vitpose_plus.inference.drawing import draw_poses
    from vitpose_plus.inference.estimate import Poses, estimate
    from vitpose_plus.models import Task, ViTPose, ViTPoseConfig
    from vitpose_plus.skeletons import SKELETONS, Skeleton, load_skeleton

_HOMES = {
    "Poses": "inference.estimate",
    "SKELETONS": "skeletons",
    "Skeleton": "skeletons",
    "Task": "models",
    "ViTPose": "models",
    "ViTPoseConfig": "models",
    "accelerate": "inference.acceleration",
    "draw_poses": "inference.drawing",
    "estimate": "inference.estimate",
    "export_huggingface": "checkpoints",
    "export_onnx": "checkpoints",
    "load_backbone": "checkpoints",
    "load_model": "checkpoints",
    "load_skeleton": "skeletons",
    "save_model": "checkpoints",
}
_ROOMS = {"evaluation", "heatmaps"}

__all__ = [
    "SKELETONS",
    "Poses",
    "Skeleton",
    "Task",
    "ViTPose",
    "ViTPoseConfig",
    "accelerate",
    "draw_poses",
    "estimate",
    "evaluation",
    "export_huggingface",
    "export_onnx",
    "heatmaps",
    "load_backbone",
    "load_model",
    "load_skeleton",
    "save_model",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"{__name__}.{name}")
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__} has no {name!r}")


def __dir__() -> list[str]:
    return __all__
