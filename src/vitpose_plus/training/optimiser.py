"""The optimiser's groups: how fast each layer learns, and which weights decay."""

from collections.abc import Iterator
from typing import Any

from torch import nn

from vitpose_plus.engine.config import Optimisation

EMBEDDINGS = ("pos_embed", "patch_embed", "knowledge_token")
# As the official configurations have it. What projects a token is named after it.
NOT_DECAYED = {"pos_embed", "rel_pos_h", "rel_pos_w", "knowledge_token"}
WRAPPERS = {
    "module",  # DistributedDataParallel
    "_fsdp_wrapped_module",
    "_checkpoint_wrapped_module",
    "_orig_mod",  # torch.compile
}


def parameter_groups(
    model: nn.Module, optimisation: Optimisation, rate: float
) -> list[dict[str, Any]]:
    """One group a (layer, decayed or not), from the embeddings up.

    Args:
        model: a ViTPose, or any network whose transformer is its `backbone`; wrapped or not.
        optimisation: layer decay and weight decay.
        rate: of what lies above the blocks.

    Returns:
        For AdamW: `params`, the trainable ones; `name`, of the layer; `lr` and `weight_decay`.
    """
    top = _depth(model) + 1
    members: dict[tuple[int, bool], list[nn.Parameter]] = {}
    for name, parameter in _named(model):
        if parameter.requires_grad:
            group = layer_of(name, top), _is_decayed(name, parameter)
            members.setdefault(group, []).append(parameter)
    return [
        {
            "params": members[layer, decayed],
            "name": _layer_name(layer, top) + ("" if decayed else ", no decay"),
            "lr": rate * optimisation.layer_decay ** (top - layer),
            "weight_decay": optimisation.weight_decay if decayed else 0.0,
        }
        for layer, decayed in sorted(members)
    ]


def layer_of(name: str, top: int) -> int:
    """A parameter's layer: 0 the embeddings, i + 1 block i, `top` everything after.

    Source: the official `LayerDecayOptimizerConstructor`, which knows no knowledge token: ours
    enters with the patches' tokens and the table of positions, and learns as slowly.
    """
    room, _, rest = name.partition(".")
    if room != "backbone":
        return top
    if rest.startswith(EMBEDDINGS):
        return 0
    return int(rest.split(".")[1]) + 1 if rest.startswith("blocks.") else top


def _named(model: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    """Trainable or not, by the names that they have in a model without wrappers."""
    for name, parameter in model.named_parameters():
        yield ".".join(part for part in name.split(".") if part not in WRAPPERS), parameter


def _depth(model: nn.Module) -> int:
    """Blocks of the backbone."""
    blocks = {
        name.split(".")[2] for name, _ in _named(model) if name.startswith("backbone.blocks.")
    }
    return len(blocks)


def _is_decayed(name: str, parameter: nn.Parameter) -> bool:
    return parameter.ndim > 1 and NOT_DECAYED.isdisjoint(name.split("."))


def _layer_name(layer: int, top: int) -> str:
    if layer == 0:
        return "embeddings"
    return "above the blocks" if layer == top else f"block {layer - 1}"
