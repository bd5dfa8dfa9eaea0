"""Our own format: a folder with `model.safetensors` and `config.json`."""

import json
import shutil
from pathlib import Path

from pydantic import TypeAdapter
from pydantic import ValidationError as PydanticError
from safetensors.torch import load_file, save_file

from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import ViTPose, ViTPoseConfig

WEIGHTS = "model.safetensors"
CONFIG = "config.json"
_CONFIG = TypeAdapter(ViTPoseConfig)


def save_model(model: ViTPose, folder: Path | str) -> None:
    """Write a model; the folder appears, or is replaced, whole."""
    folder = Path(folder)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    weights = {name: w.detach().cpu().contiguous() for name, w in model.state_dict().items()}
    save_file(weights, part / WEIGHTS)
    config = _CONFIG.dump_python(model.config, mode="json")
    (part / CONFIG).write_text(json.dumps(config, indent=1) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def load_model(folder: Path | str) -> ViTPose:
    """Read what `save_model` wrote, in evaluation mode, on the CPU.

    Raises:
        CheckpointError: a file is missing, or weights and configuration do not belong together.
    """
    folder = Path(folder)
    for name in (WEIGHTS, CONFIG):
        if not (folder / name).is_file():
            raise CheckpointError(
                f"{folder} has no {name}: give the folder that save_model or a training wrote"
            )
    try:
        config = _CONFIG.validate_json((folder / CONFIG).read_text())
    except PydanticError as error:
        raise CheckpointError(f"{folder / CONFIG}: {error}") from error
    model = ViTPose(config)
    weights = load_file(folder / WEIGHTS)
    _refuse_differences(folder, set(weights), set(model.state_dict()))
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError(f"{folder / WEIGHTS} does not fit {CONFIG}: {error}") from error
    return model.eval()


def _refuse_differences(folder: Path, found: set[str], wanted: set[str]) -> None:
    missing, unexpected = sorted(wanted - found), sorted(found - wanted)
    if missing or unexpected:
        raise CheckpointError(
            f"{folder / WEIGHTS} does not fit {CONFIG}: "
            f"missing {', '.join(missing) or 'none'}; unexpected {', '.join(unexpected) or 'none'}"
        )
