"""What the served model takes and gives."""

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.models import ModelSignature

PACKAGES = (
    *("msgspec", "numpy", "opencv-python-headless", "pandas", "pillow", "pyarrow", "pydantic"),
    *("pyyaml", "safetensors", "timm", "torch", "torchvision", "tqdm"),
)


def signature(folder: Path) -> "ModelSignature":
    """Columns in and out; the parameters choose the keypoint set and mirroring.

    `boxes` is of no declared type: MLflow takes no whole numbers for a list of doubles, and no gap
    in a list column, and `serving.rows` judges them anyway.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
    from mlflow.types.schema import AnyType, Array

    from vitpose_plus.checkpoints import load_config

    first = load_config(folder).tasks[0].name
    lists = Array(Array(DataType.double))
    return ModelSignature(
        inputs=Schema(
            [ColSpec(DataType.binary, "image"), ColSpec(AnyType(), "boxes", required=False)]
        ),
        outputs=Schema(
            [
                ColSpec(lists, "boxes"),
                ColSpec(Array(lists), "keypoints"),
                ColSpec(Array(DataType.string), "names"),
            ]
        ),
        params=ParamSchema(
            [
                ParamSpec("task", DataType.string, first),
                ParamSpec("flip", DataType.boolean, True),
            ]
        ),
    )


def example(picture: Path, box: list[float]) -> "pd.DataFrame":
    """One instance of a held-out picture."""
    import pandas as pd

    return pd.DataFrame({"image": [picture.read_bytes()], "boxes": [[box]]})


def requirements() -> list[str]:
    """What the stored code needs, in the versions that trained it."""
    # A local build's suffix (+cpu, +cu132) is no release's name.
    return [f"{name}=={version(name).split('+')[0]}" for name in PACKAGES]
