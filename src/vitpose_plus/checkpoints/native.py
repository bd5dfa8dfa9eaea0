"""Our own format: a folder with `model.safetensors` and `config.json`."""

from pathlib import Path

from pydantic import TypeAdapter
from pydantic import ValidationError as PydanticError

from vitpose_plus.checkpoints.destination import CONFIG, WEIGHTS, model_folder, write_model
from vitpose_plus.checkpoints.foreign import Foreign
from vitpose_plus.checkpoints.tensors import read_tensors
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import ViTPose, ViTPoseConfig
from vitpose_plus.replacement import replacing

_CONFIG = TypeAdapter(ViTPoseConfig)


def save_model(model: ViTPose, folder: Path | str) -> None:
    """Write a model; the folder appears, or is replaced, whole.

    Raises:
        CheckpointError: the folder holds something else than a model.
    """
    folder = model_folder(folder)
    weights = {name: w.detach().cpu().contiguous() for name, w in model.state_dict().items()}
    config = _CONFIG.dump_python(model.config, mode="json")
    with replacing(folder) as part:
        write_model(part, weights, config)


def load_config(folder: Path | str) -> ViTPoseConfig:
    """The configuration alone, without the weights.

    Raises:
        CheckpointError: there is none, or it is not one of this version.
    """
    path = _existing(Path(folder) / CONFIG)
    try:
        return _CONFIG.validate_json(path.read_bytes())
    except PydanticError as error:
        raise CheckpointError(f"{path}: {error}") from error


def read_native(folder: Path) -> Foreign:
    """What `save_model` wrote.

    Raises:
        CheckpointError: a file is missing or cannot be read.
    """
    config = load_config(folder)
    return Foreign(
        weights=read_tensors(_existing(folder / WEIGHTS)),
        heads=config.dimensions.heads,
        layer_norm_eps=config.layer_norm_eps,
        input_size=config.input_size,
        tasks=config.tasks,
        format="vitpose_plus",
        config=config,
    )


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise CheckpointError(
            f"{path} does not exist: give the folder that save_model or a training wrote, "
            "a transformers folder, or a checkpoint's file"
        )
    return path
