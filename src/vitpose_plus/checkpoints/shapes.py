"""A checkpoint's configuration, as far as the shapes of its tensors tell."""

import re
from dataclasses import replace
from itertools import islice
from typing import Literal, cast

from pydantic import ValidationError as PydanticError
from torch import Tensor

from vitpose_plus.checkpoints.differences import cut
from vitpose_plus.checkpoints.foreign import Foreign
from vitpose_plus.checkpoints.grids import POSITIONS, stored_grid
from vitpose_plus.checkpoints.hints import Hints, agreed
from vitpose_plus.checkpoints.tasks import infer_tasks
from vitpose_plus.errors import CheckpointError
from vitpose_plus.geometry.input_size import PATCH
from vitpose_plus.models import SIZES, Size, SizeName, ViTPoseConfig
from vitpose_plus.models.config import FFN, LAYER_NORM_EPS, Decoder
from vitpose_plus.models.positions import Grid

KNOWLEDGE = "backbone.knowledge_token"
_PATCHES = "backbone.patch_embed.proj.weight"
_MLP = "backbone.blocks.0.mlp."
_FINAL = "heads.0.final_layer.weight"
_FIRST_DOUBLING = "heads.0.deconv_layers.0.weight"
_FINALS = re.compile(r"heads\.\d+\.final_layer\.(weight|bias)")
_FINAL_RANKS = {"weight": 4, "bias": 1}
_BLOCK = re.compile(r"backbone\.blocks\.(\d{1,18})\.")


def infer_config(foreign: Foreign, hints: Hints) -> ViTPoseConfig:
    """What model the weights are of.

    Raises:
        CheckpointError: a tensor that tells it is missing, a hint contradicts the checkpoint,
            or something cannot be told and the message says which hint does.
    """
    _refuse_what_is_no_vitpose(foreign)
    decoder = infer_decoder(foreign.weights)
    ratio = _ratio(foreign, decoder, hints.ratio)
    input_size = hints.input_size or _pixels(stored_grid(foreign, None, ratio), ratio)
    try:
        return ViTPoseConfig(
            size=infer_size(foreign, hints.heads),
            input_size=input_size,
            ratio=ratio,
            ffn=infer_ffn(foreign.weights),
            decoder=decoder,
            layer_norm_eps=foreign.layer_norm_eps or LAYER_NORM_EPS,
            knowledge_tokens=knowledge_tokens(foreign.weights),
            tasks=infer_tasks(foreign, hints),
        )
    except PydanticError as error:
        raise CheckpointError("; ".join(each["msg"] for each in error.errors())) from error


def infer_ffn(weights: dict[str, Tensor]) -> FFN:
    """Which of the FFNs the first block has."""
    if any(name.startswith(_MLP + "shared.") for name in weights):
        return "shared_and_independent"
    if _MLP + "experts.0.fc1.weight" in weights:
        return "independent"
    return "partially_shared" if _MLP + "experts.0.weight" in weights else "plain"


def infer_decoder(weights: dict[str, Tensor]) -> Decoder:
    """Simple: a 3x3 convolution and nothing before it."""
    plain = not any(name.startswith("heads.0.deconv_layers.") for name in weights)
    return "simple" if plain and weights[_FINAL].shape[2:] == (3, 3) else "classic"


def infer_size(foreign: Foreign, heads: int | None) -> SizeName | Size:
    """A size's name where all numbers that matter agree, else the numbers.

    Raises:
        CheckpointError: the heads are not known, or no such size can be.
    """
    weights = foreign.weights
    own = _numbers(foreign, heads)
    for name, size in SIZES.items():
        if size.width == own.width and own == _told(size, own, weights):
            return name
    return own


def usual_heads(width: int) -> int | None:
    """Attention heads of the family's size of this width."""
    return next((size.heads for size in SIZES.values() if size.width == width), None)


def knowledge_tokens(weights: dict[str, Tensor]) -> int:
    """Tokens beside the visual ones."""
    return weights[KNOWLEDGE].shape[1] if KNOWLEDGE in weights else 0


def expert_count(weights: dict[str, Tensor]) -> int:
    """Experts of the first block; 0 in a plain FFN."""
    found = re.compile(re.escape(_MLP) + r"experts\.(\d+)\.")
    return len({at[1] for name in weights if (at := found.match(name))})


def depth(weights: dict[str, Tensor]) -> int:
    """Blocks.

    Raises:
        CheckpointError: one before the last is missing.
    """
    found = {int(at[1]) for name in weights if (at := _BLOCK.match(name))}
    last = max(found, default=-1)
    # The last may be any number: the missing ones are not all listed.
    if missing := list(islice((str(index) for index in range(last) if index not in found), 10)):
        raise CheckpointError(
            f"it has a block {last} but lacks {last + 1 - len(found)} before it, first of all "
            f"{', '.join(missing)}: download it again"
        )
    return len(found)


def _numbers(foreign: Foreign, hint: int | None) -> Size:
    weights = foreign.weights
    width = len(weights[_PATCHES])
    heads = agreed("heads", hint, foreign.heads) or usual_heads(width)
    if heads is None:
        raise CheckpointError(f"width {width} tells no number of attention heads: say heads=")
    expert, last = weights.get(_MLP + "experts.0.bias"), weights.get(_FIRST_DOUBLING)
    return Size(
        width=width,
        depth=depth(weights),
        heads=heads,
        hidden=len(weights[_fc1(weights)]),
        expert_width=width // 4 if expert is None else len(expert),
        decoder_width=256 if last is None else last.shape[1],
        convolutions=any(".pcm." in name for name in weights),
    )


def _told(size: Size, own: Size, weights: dict[str, Tensor]) -> Size:
    """The size, with the checkpoint's number where this kind of model does not use it."""
    if infer_ffn(weights) != "partially_shared":
        size = replace(size, expert_width=own.expert_width)
    if infer_decoder(weights) == "simple":
        size = replace(size, decoder_width=own.decoder_width)
    return size


def _ratio(foreign: Foreign, decoder: Decoder, hint: int | None) -> Literal[1, 2]:
    """A simple decoder fits any ratio; a classic one has a doubling less at 1/8."""
    doublings = sum(
        name.startswith("heads.0.deconv_layers.") and w.ndim == 4
        for name, w in foreign.weights.items()
    )
    told = {1: 2, 2: 1}.get(doublings) if decoder == "classic" else None
    ratio = agreed("ratio", hint, told) or 1
    if ratio not in (1, 2):
        raise CheckpointError(f"ratio={ratio}: 1, features at 1/16, or 2, at 1/8")
    return cast(Literal[1, 2], ratio)


def _pixels(grid: Grid, ratio: int) -> tuple[int, int]:
    return grid[0] * PATCH // ratio, grid[1] * PATCH // ratio


def _fc1(weights: dict[str, Tensor]) -> str:
    inside = {"independent": "experts.0.", "shared_and_independent": "shared."}
    return _MLP + inside.get(infer_ffn(weights), "") + "fc1.weight"


def _refuse_what_is_no_vitpose(foreign: Foreign) -> None:
    weights = foreign.weights
    if any(".attn.rel_pos_" in name for name in weights):
        raise CheckpointError(
            "relative positions: which tokens a window attention joins cannot be told from "
            "shapes. Give the folder that save_model wrote, with its config.json"
        )
    needed = {_PATCHES: 4, POSITIONS: 3, _fc1(weights): 2, _FINAL: 4}
    absent = [name for name, ndim in needed.items() if _ndim(weights.get(name)) != ndim]
    if absent == [_FINAL]:
        raise CheckpointError(
            "it has a backbone and no decoder: start a training from it with load_backbone"
        )
    if absent:
        raise CheckpointError(
            f"it is no ViTPose: no {', '.join(map(foreign.their_name, absent))} of the usual "
            f"rank; it holds {cut(sorted(map(foreign.their_name, weights)))}. Give an official "
            ".pth, a transformers folder or one that save_model wrote"
        )
    if strange := [
        f"{foreign.their_name(name)} {list(weights[name].shape)}"
        for name, ndim in _ranks(weights).items()
        if weights[name].ndim != ndim
    ]:
        raise CheckpointError(f"no ViTPose has tensors of such a rank: {cut(strange)}")


def _ranks(weights: dict[str, Tensor]) -> dict[str, int]:
    """How many dimensions those tensors have that tell something where they are there."""
    final = {name: _FINAL_RANKS[at[1]] for name in weights if (at := _FINALS.fullmatch(name))}
    others = {_MLP + "experts.0.bias": 1, _FIRST_DOUBLING: 4, KNOWLEDGE: 3}
    return final | {name: ndim for name, ndim in others.items() if name in weights}


def _ndim(tensor: Tensor | None) -> int | None:
    return None if tensor is None else tensor.ndim
