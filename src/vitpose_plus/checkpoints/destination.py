"""The folder that a model is written to."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor

from vitpose_plus.errors import CheckpointError

WEIGHTS = "model.safetensors"
CONFIG = "config.json"
PROCESSOR = "preprocessor_config.json"
CARD = "README.md"
# What our format and transformers' put in a folder; another file there is not ours to remove.
_OURS = {CONFIG, WEIGHTS, PROCESSOR, CARD}


def strays(folder: Path) -> list[str]:
    """Names in a folder that no model has; none where there is no such folder."""
    return (
        sorted(p.name for p in folder.iterdir() if p.name not in _OURS) if folder.exists() else []
    )


def model_folder(folder: Path | str) -> Path:
    """The folder as an absolute path, free to be replaced as a whole.

    Raises:
        CheckpointError: it is a file, or holds something else than a model.
    """
    whole = Path(folder).resolve()
    if whole.is_file():
        raise CheckpointError(f"{whole} is a file: name a folder for the model")
    if found := strays(whole):
        raise CheckpointError(
            f"{whole} holds what is no model ({', '.join(found[:5])}), and a model's folder is "
            "replaced as a whole: name another one"
        )
    return whole


def write_model(
    folder: Path,
    weights: dict[str, Tensor],
    config: Mapping[str, Any],
    metadata: dict[str, str] | None = None,
) -> None:
    """The weights and their configuration, as readable by others as any file here."""
    save_file(weights, folder / WEIGHTS, metadata=metadata)
    write_json(folder / CONFIG, config)
    shutil.copymode(folder / CONFIG, folder / WEIGHTS)  # safetensors hides its files from others


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """As people can read it."""
    path.write_text(json.dumps(content, indent=1) + "\n")
