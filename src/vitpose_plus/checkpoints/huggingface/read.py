"""A transformers folder as our tensors."""

import re
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from vitpose_plus.checkpoints.differences import naming
from vitpose_plus.checkpoints.foreign import Foreign
from vitpose_plus.checkpoints.huggingface.config import FolderConfig, read_config
from vitpose_plus.checkpoints.huggingface.names import their_name, to_ours
from vitpose_plus.checkpoints.huggingface.tasks import decoder_task, expert_tasks
from vitpose_plus.checkpoints.tensors import read_tensors
from vitpose_plus.errors import CheckpointError
from vitpose_plus.geometry.input_size import PATCH
from vitpose_plus.models import Task

_EXPERT = re.compile(r"(?<=\.mlp\.experts\.)\d+(?=\.)")
_NO_DECODER = "expert without a decoder in this folder; load_backbone takes all experts"


def read_huggingface(
    folder: Path, task: str | None = None, *, all_experts: bool = False
) -> Foreign:
    """A ViTPose or ViTPose+ that transformers wrote, or our export.

    A ViTPose+ folder holds many experts and one decoder. What is read is the ViTPose+ of that
    decoder's task alone, with its expert.

    Args:
        folder: with `config.json` and the weights.
        task: the data set that the decoder was trained for. Where it is not given: what our
            export states; the set whose keypoints `id2label` names; COCO, of six experts and 17
            keypoints.
        all_experts: keep them all, for the sake of the backbone; the tasks are then theirs.

    Raises:
        CheckpointError: it is a model that ours cannot be, its configuration and weights
            contradict each other, or nothing says which of several experts is the decoder's.
    """
    config = read_config(folder)
    weights = to_ours(read_tensors(folder))
    with naming(folder):
        _refuse_contradictions(config, weights)
        found = _everything(config, weights)
        if all_experts:
            return replace(found, tasks=expert_tasks(config))
        own = decoder_task(config, _keypoints(weights), task)
        if config.backbone_config.num_experts == 1:
            return replace(found, tasks=(own,) if own else None)
        return _one_expert(found, *_with_position(config, own))


def _everything(config: FolderConfig, weights: dict[str, Tensor]) -> Foreign:
    backbone = config.backbone_config
    return Foreign(
        weights=weights,
        heads=backbone.num_attention_heads,
        layer_norm_eps=backbone.layer_norm_eps,
        input_size=backbone.image_size,
        format="transformers ViTPose" + ("+" if backbone.num_experts > 1 else ""),
        their_name=their_name,
    )


def _keypoints(weights: dict[str, Tensor]) -> int:
    name = "heads.0.final_layer.bias"
    if name not in weights:
        raise CheckpointError(f"the weights have no {their_name(name)}: download the folder again")
    return weights[name].numel()


def _with_position(config: FolderConfig, own: Task | None) -> tuple[Task, int]:
    """The decoder's task, and which of the experts is its own."""
    order, count = expert_tasks(config), config.backbone_config.num_experts
    if order is None:
        raise CheckpointError(
            f"{count} experts, and nothing says whose: only the official six have a known order; "
            "load_backbone takes them all"
        )
    names = [task.name for task in order]
    if own is None:
        raise CheckpointError(
            f"{count} experts and one decoder, and nothing says whose it is: "
            f"name its task, one of {', '.join(names)}"
        )
    return own, names.index(own.name)


def _one_expert(found: Foreign, task: Task, position: int) -> Foreign:
    weights, left_out = {}, {}
    for name, weight in found.weights.items():
        expert = _EXPERT.search(name)
        if expert is None or int(expert[0]) == position:
            weights[_EXPERT.sub("0", name)] = weight
        else:
            left_out[their_name(name)] = _NO_DECODER

    def name_in_folder(name: str) -> str:
        return their_name(_EXPERT.sub(str(position), name))

    return replace(
        found, weights=weights, left_out=left_out, tasks=(task,), their_name=name_in_folder
    )


def _refuse_contradictions(config: FolderConfig, weights: dict[str, Tensor]) -> None:
    """What the configuration says and the weights show; a key left unsaid says its default."""
    backbone, found = config.backbone_config, _shown(weights)
    height, width = backbone.image_size
    said = {
        "backbone_config.hidden_size": backbone.hidden_size,
        "backbone_config.num_hidden_layers": backbone.num_hidden_layers,
        "backbone_config.num_experts": backbone.num_experts,
        "backbone_config.image_size, in patches": (height // PATCH) * (width // PATCH),
        "use_simple_decoder": config.use_simple_decoder,
    }
    wrong = [
        f"{key} is {said[key]}, the weights have {shown}"
        for key, shown in found.items()
        if shown != said[key]
    ]
    if wrong:
        raise CheckpointError(f"config.json is not of these weights: {'; '.join(wrong)}")


def _shown(weights: dict[str, Tensor]) -> dict[str, int | bool]:
    """Numbers of the configuration as the weights show them; what is missing is reported later."""
    blocks = {name.split(".")[2] for name in weights if name.startswith("backbone.blocks.")}
    experts = {found[0] for name in weights if (found := _EXPERT.search(name))}
    shown: dict[str, int | bool] = {
        "backbone_config.num_hidden_layers": len(blocks),
        "backbone_config.num_experts": max(1, len(experts)),
        "use_simple_decoder": not any(".deconv_layers." in name for name in weights),
    }
    if (norm := weights.get("backbone.last_norm.bias")) is not None:
        shown["backbone_config.hidden_size"] = norm.numel()
    if (table := weights.get("backbone.pos_embed")) is not None and table.ndim == 3:
        shown["backbone_config.image_size, in patches"] = table.shape[1] - 1
    return shown
