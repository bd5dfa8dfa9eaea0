"""Any checkpoint that is understood, read by what it holds and not by its name."""

import json
from pathlib import Path

from vitpose_plus.checkpoints.destination import CONFIG
from vitpose_plus.checkpoints.foreign import Foreign
from vitpose_plus.checkpoints.huggingface.config import is_huggingface
from vitpose_plus.checkpoints.huggingface.read import read_huggingface
from vitpose_plus.checkpoints.mae_folder import mae_folder, read_mae
from vitpose_plus.checkpoints.native import read_native
from vitpose_plus.checkpoints.official import read_official
from vitpose_plus.checkpoints.pretrained import is_pretrained, read_pretrained
from vitpose_plus.checkpoints.tensors import read_tensors
from vitpose_plus.checkpoints.timm_folder import heads_of_architecture


def read_checkpoint(path: Path, task: str | None = None, *, all_experts: bool = False) -> Foreign:
    """A checkpoint's tensors by our names, with what its format states.

    Args:
        path: our own folder, of a ViTPose or a masked auto-encoder, transformers' or timm's; or a
            file of ViTPose, MAE or timm.
        task: whose expert to take where a folder has one decoder for all, as transformers'.
        all_experts: take them all from such a folder.

    Raises:
        CheckpointError: it cannot be read.
    """
    if (folder := mae_folder(path)) is not None:
        return read_mae(folder)
    if not path.is_dir():
        tensors = read_tensors(path)
        return read_pretrained(tensors) if is_pretrained(tensors) else read_official(tensors)
    if is_huggingface(path):
        return read_huggingface(path, task, all_experts=all_experts)
    if architecture := _timm_architecture(path):
        return read_pretrained(read_tensors(path), heads_of_architecture(architecture))
    return read_native(path)


def _timm_architecture(folder: Path) -> str | None:
    """What timm's own config.json names."""
    try:
        stated = json.loads((folder / CONFIG).read_text())
    except (OSError, ValueError):
        return None
    is_timm = isinstance(stated, dict) and "architecture" in stated
    return str(stated["architecture"]) if is_timm else None
