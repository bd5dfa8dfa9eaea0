"""Tensors of a file, whatever it is packed in, without running any code it carries."""

import argparse
import json
import pickle
import re
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from vitpose_plus.checkpoints.destination import WEIGHTS
from vitpose_plus.checkpoints.differences import cut
from vitpose_plus.errors import CheckpointError

_CONTAINERS = ("state_dict", "model", "module")
_WHOLE = (WEIGHTS, "pytorch_model.bin")
_PARALLEL = "module."


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Every tensor of a checkpoint by the file's own names, floats as float32, on the CPU.

    Args:
        path: a .safetensors file or a torch pickle, told apart by content; or a folder with
            `model.safetensors` or `pytorch_model.bin`, whole or in shards with their index.
            In a pickle the tensors may lie under `state_dict`, `model` or `module`; a prefix
            `module.` that all names have is taken off.

    Raises:
        CheckpointError: there is no such file, it is damaged or no checkpoint, a tensor is no
            plain one, or it is a pickle that carries code.
    """
    tensors = _from_folder(path) if path.is_dir() else _from_file(path)
    if all(name.startswith(_PARALLEL) for name in tensors):
        tensors = {name.removeprefix(_PARALLEL): w for name, w in tensors.items()}
    _refuse_unusable(path, tensors)
    tensors = _apart(tensors)
    return {name: w.float() if w.is_floating_point() else w for name, w in tensors.items()}


def _refuse_unusable(path: Path, tensors: dict[str, Tensor]) -> None:
    if strange := [f"{n} ({why})" for n, w in sorted(tensors.items()) if (why := _unusable(w))]:
        raise CheckpointError(
            f"{path} holds tensors that no weights can be: {cut(strange)}. Save the model's "
            "state_dict() again, as plain floats on the CPU"
        )


def _unusable(tensor: Tensor) -> str | None:
    if tensor.is_meta:
        return "no values"
    if tensor.layout != torch.strided:
        return "sparse"
    if tensor.is_quantized:
        return "quantised"
    if tensor.is_complex():
        return "complex"
    # A few bytes may be said to repeat without end, and float() would write them all out.
    if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
        return "larger than what is stored"
    return None


def _apart(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Copies of those that share memory: as parameters they would be tied."""
    first: dict[int, str] = {}
    for name, tensor in tensors.items():
        first.setdefault(tensor.untyped_storage().data_ptr(), name)
    owners = set(first.values())
    return {name: w if name in owners else w.clone() for name, w in tensors.items()}


def _from_folder(folder: Path) -> dict[str, Tensor]:
    for name in _WHOLE:
        if (folder / name).is_file():
            return _from_file(folder / name)
        if (folder / f"{name}.index.json").is_file():
            return _from_shards(folder / f"{name}.index.json")
    raise CheckpointError(f"{folder} has no weights: give a folder with {' or '.join(_WHOLE)}")


def _from_shards(index: Path) -> dict[str, Tensor]:
    try:
        files: dict[str, str] = dict(json.loads(index.read_text())["weight_map"])
        strange = {name for name in files.values() if Path(name).name != name}
    except (ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{index} is no index of shards: download it again") from error
    if strange:
        raise CheckpointError(f"{index} names files of other folders: {', '.join(strange)}")
    shards = {name: _from_file(index.parent / name) for name in sorted(set(files.values()))}
    found = {(name, file) for file, shard in shards.items() for name in shard}
    if wrong := sorted({name for name, _ in found ^ set(files.items())}):
        raise CheckpointError(
            f"{index} and its shards do not agree on {cut(wrong)}: download the folder again"
        )
    return {name: shards[file][name] for name, file in files.items()}


def _from_file(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise CheckpointError(f"{path} does not exist: give a checkpoint's file or folder")
    with path.open("rb") as file:
        start = file.read(9)
    if not start:
        raise CheckpointError(f"{path} is empty: download it again")
    # Safetensors: eight bytes of length, then JSON.
    if start[8:] == b"{":
        return _from_safetensors(path)
    return _unpacked(path, _unpickled(path))


def _from_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except SafetensorError as error:
        raise CheckpointError(_damaged(path, str(error))) from error


def _unpickled(path: Path) -> Any:
    # The file is opened here since torch.load takes a path's ending for its format.
    try:
        with path.open("rb") as file, torch.serialization.safe_globals(_plain_values()):
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        refused = re.search(r"GLOBAL (\S+)", str(error))
        message = _carries_code(path, refused[1]) if refused else _damaged(path, "not PyTorch's")
        raise CheckpointError(message) from error
    # A damaged pickle fails in any way there is.
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise CheckpointError(_damaged(path, reason)) from error


def _plain_values() -> list[Any]:
    """What training notes are made of: they hold data and run nothing.

    MAE keeps its arguments in a Namespace; mmcv keeps scores, as NumPy's numbers, whose
    constructor has had two names.
    """
    import numpy as np

    scalar = np.float64(0).__reduce__()[0]
    names = ("numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar")
    numbers = {type(np.dtype(code)) for code in np.typecodes["AllInteger"] + "efd?"}
    return [argparse.Namespace, np.dtype, *numbers, *((scalar, name) for name in names)]


def _carries_code(path: Path, wanted: str) -> str:
    return (
        f"{path} carries more than tensors and plain values: it wants to use {wanted}, and "
        "reading it would run that code. Nothing was run. If you trust its source, keep the "
        "tensors alone, on a machine where it may run: torch.save({'state_dict': "
        "torch.load(path, weights_only=False)['state_dict']}, new_path)"
    )


def _damaged(path: Path, reason: str) -> str:
    return (
        f"{path} is damaged or no checkpoint ({reason}): download it again, or save it as "
        ".safetensors or with torch.save({'state_dict': model.state_dict()}, path)"
    )


def _unpacked(path: Path, content: Any) -> dict[str, Tensor]:
    if isinstance(content, dict):
        for key in _CONTAINERS:
            if isinstance(content.get(key), dict):
                content = content[key]
                break
    if not isinstance(content, dict) or not content:
        raise CheckpointError(f"{path} holds no tensors by name: it is no checkpoint of a model")
    if others := [str(name) for name, value in content.items() if not isinstance(value, Tensor)]:
        raise CheckpointError(
            f"{path}: {len(others)} of {len(content)} entries are no tensors "
            f"({', '.join(others[:10])}): give a file whose tensors lie under 'state_dict'"
        )
    return {str(name): value for name, value in content.items()}
