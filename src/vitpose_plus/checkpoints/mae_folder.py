"""Our masked auto-encoders: `mae.safetensors`, by MAE's authors' names, with `mae.json`."""

from dataclasses import replace
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor

from vitpose_plus.checkpoints.foreign import Foreign
from vitpose_plus.checkpoints.pretrained import read_pretrained
from vitpose_plus.checkpoints.tensors import read_tensors
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models.config import LAYER_NORM_EPS
from vitpose_plus.models.mae_config import MAEConfig
from vitpose_plus.replacement import replacing
from vitpose_plus.typed_json import read_typed, write_typed

WEIGHTS = "mae.safetensors"
CONFIG = "mae.json"


def mae_folder(path: Path) -> Path | None:
    """The folder that a path means: itself, or that of its weights; None: it is no such thing."""
    folder = path.parent if path.name == WEIGHTS else path
    return folder if (folder / CONFIG).is_file() else None


def write_mae(config: MAEConfig, weights: dict[str, Tensor], folder: Path) -> None:
    """Write an auto-encoder; the folder appears, or is replaced, whole.

    Args:
        config: what the weights are of.
        weights: encoder and decoder, on the CPU.
        folder: to be replaced.

    Raises:
        CheckpointError: the folder holds something else.
    """
    found = sorted(each.name for each in folder.iterdir()) if folder.exists() else []
    if strays := [name for name in found if name not in (WEIGHTS, CONFIG)]:
        raise CheckpointError(
            f"{folder} holds what is no auto-encoder ({', '.join(strays[:5])}), and its folder is "
            "replaced as a whole: name another one"
        )
    with replacing(folder) as part:
        save_file({name: w.contiguous() for name, w in weights.items()}, part / WEIGHTS)
        write_typed(config, part / CONFIG)
        # safetensors hides its files from others.
        (part / WEIGHTS).chmod((part / CONFIG).stat().st_mode)


def read_mae_config(folder: Path) -> MAEConfig:
    """The configuration alone.

    Raises:
        CheckpointError: there is none, or it is not one of this version.
    """
    return read_typed(
        MAEConfig,
        folder / CONFIG,
        error=CheckpointError,
        absent="Give the folder that a pretraining wrote.",
        stale="no configuration of this version's auto-encoder; pretrain again",
    )


def read_mae(folder: Path) -> Foreign:
    """The encoder that `write_mae` wrote, by a ViTPose's names.

    Raises:
        CheckpointError: a file is missing or cannot be read.
    """
    config = read_mae_config(folder)
    encoder = read_pretrained(read_tensors(folder / WEIGHTS), config.dimensions.heads)
    return replace(
        encoder,
        format="MAE of vitpose_plus",
        input_size=config.input_size,
        layer_norm_eps=LAYER_NORM_EPS,
    )
