"""What the served model takes and gives."""

import base64
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.models import ModelSignature

PACKAGES = (
    *("numpy", "opencv-python-headless", "pandas", "pyarrow", "pydantic", "pyyaml"),
    *("safetensors", "timm", "torch", "torchvision", "tqdm"),
)


def signature(folder: Path) -> "ModelSignature":
    """Columns in and out; the parameter `task` chooses the keypoint set."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
    from mlflow.types.schema import Array

    from vitpose_plus.checkpoints import load_config

    first = load_config(folder).tasks[0].name
    numbers = Array(DataType.double)
    return ModelSignature(
        inputs=Schema([ColSpec(DataType.string, "image"), ColSpec(numbers, "bbox")]),
        outputs=Schema([ColSpec(Array(numbers), "keypoints")]),
        params=ParamSchema([ParamSpec("task", DataType.string, first)]),
    )


def example(picture: Path, box: list[float]) -> "pd.DataFrame":
    """One instance of a held-out picture."""
    import pandas as pd

    return pd.DataFrame({"image": [base64.b64encode(picture.read_bytes()).decode()], "bbox": [box]})


def requirements() -> list[str]:
    """What the stored code needs, in the versions that trained it."""
    # A local build's suffix (+cpu, +cu132) is no release's name.
    return [f"{name}=={version(name).split('+')[0]}" for name in PACKAGES]
