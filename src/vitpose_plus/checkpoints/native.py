"""Our own format: a folder with `model.safetensors` and `config.json`."""

import json
from pathlib import Path

from pydantic import TypeAdapter
from pydantic import ValidationError as PydanticError
from safetensors.torch import load_file, save_file

from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import ViTPose, ViTPoseConfig
from vitpose_plus.replacement import replacing

WEIGHTS = "model.safetensors"
CONFIG = "config.json"
_CONFIG = TypeAdapter(ViTPoseConfig)


def save_model(model: ViTPose, folder: Path | str) -> None:
    """Write a model; the folder appears, or is replaced, whole."""
    weights = {name: w.detach().cpu().contiguous() for name, w in model.state_dict().items()}
    config = _CONFIG.dump_python(model.config, mode="json")
    with replacing(Path(folder)) as part:
        save_file(weights, part / WEIGHTS)
        (part / CONFIG).write_text(json.dumps(config, indent=1) + "\n")


def load_model(folder: Path | str) -> ViTPose:
    """Read what `save_model` wrote, in evaluation mode, on the CPU.

    Raises:
        CheckpointError: a file is missing, or weights and configuration do not belong together.
    """
    model = ViTPose(load_config(folder))
    path = Path(folder) / WEIGHTS
    weights = load_file(_existing(path))
    _refuse_differences(path, set(weights), set(model.state_dict()))
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError(f"{path} does not fit {CONFIG}: {error}") from error
    return model.eval()


def load_config(folder: Path | str) -> ViTPoseConfig:
    """The configuration alone, without the weights.

    Raises:
        CheckpointError: there is none, or it is not one of this version.
    """
    path = _existing(Path(folder) / CONFIG)
    try:
        return _CONFIG.validate_json(path.read_text())
    except PydanticError as error:
        raise CheckpointError(f"{path}: {error}") from error


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise CheckpointError(
            f"{path} does not exist: give the folder that save_model or a training wrote"
        )
    return path


def _refuse_differences(path: Path, found: set[str], wanted: set[str]) -> None:
    missing, unexpected = sorted(wanted - found), sorted(found - wanted)
    if missing or unexpected:
        raise CheckpointError(
            f"{path} does not fit {CONFIG}: "
            f"missing {', '.join(missing) or 'none'}; unexpected {', '.join(unexpected) or 'none'}"
        )
