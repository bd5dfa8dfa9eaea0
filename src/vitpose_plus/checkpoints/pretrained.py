"""Vision transformers by MAE's and timm's names, which are the same."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from vitpose_plus.checkpoints.foreign import Foreign

_PREFIX = "backbone."
_PATCHES = "patch_embed.proj.weight"
_TABLE = "pos_embed"
_LAST_NORMS = ("norm.", "fc_norm.")
_UNUSED = {
    "cls_token": "class token: ViTPose has none",
    "mask_token": "MAE's decoder",
    "decoder_": "MAE's decoder",
    "head.": "classifier",
    "head_dist.": "classifier",
}


def is_pretrained(tensors: dict[str, Tensor]) -> bool:
    """Whether a vision transformer's names stand without a prefix."""
    return _PATCHES in tensors and any(name.startswith("blocks.") for name in tensors)


def read_pretrained(tensors: dict[str, Tensor], heads: int | None = None) -> Foreign:
    """A backbone's tensors by our names; unknown names stay as they are, behind `backbone.`.

    Args:
        tensors: by the file's names.
        heads: attention heads, where a folder states them.
    """
    left_out = {name: why for name in tensors if (why := _unused(name))}
    if "norm.weight" in tensors:
        left_out |= {n: "a second last norm" for n in tensors if n.startswith("fc_norm.")}
    kept = {name: w for name, w in tensors.items() if name not in left_out}
    if _TABLE in kept and kept[_TABLE].ndim == 3:
        has_slot = has_class_slot(kept[_TABLE], is_mae="mask_token" in tensors)
        if has_slot and kept[_TABLE][:, 0].any():
            left_out["pos_embed[:, 0]"] = "the class token's position: ViTPose has no such token"
        kept[_TABLE] = without_class_token(kept[_TABLE], has_slot=has_slot)
    last = next((norm for norm in _LAST_NORMS if norm + "weight" in kept), _LAST_NORMS[0])
    return Foreign(
        weights={_our_name(name, last): w for name, w in kept.items()},
        left_out=left_out,
        heads=heads,
        format="MAE" if "mask_token" in tensors else "ViT by the names of MAE and timm",
        is_vitpose=False,
        their_name=_naming(last),
    )


def has_class_slot(table: Tensor, *, is_mae: bool = False) -> bool:
    """Whether the first slot of a table [1, slots, C] is the class token's.

    A table of timm may lack it (`no_embed_class`): its slots are then those of a square, 196. Not
    every such number lacks it: a grid of 8x6 with the class token has 49. MAE's tables always have
    it, and their sines leave it empty, which no learned slot is.
    """
    square = math.isqrt(table.shape[1]) ** 2 == table.shape[1]
    return is_mae or not square or not table[:, 0].any()


def without_class_token(table: Tensor, *, has_slot: bool) -> Tensor:
    """The table [1, 1 + positions, C] with nothing in its first slot.

    ViTPose adds that slot to every token.

    Args:
        table: of timm or MAE.
        has_slot: whether its first slot is the class token's, or a position.
    """
    positions = table[:, 1:] if has_slot else table
    return torch.cat([torch.zeros_like(table[:, :1]), positions], dim=1)


def _unused(name: str) -> str | None:
    return next((why for start, why in _UNUSED.items() if name.startswith(start)), None)


def _our_name(name: str, last: str) -> str:
    if name.startswith(last):
        name = "last_norm." + name.removeprefix(last)
    return _PREFIX + name


def _naming(last: str) -> Callable[[str], str]:
    def their_name(name: str) -> str:
        return name.removeprefix(_PREFIX).replace("last_norm.", last)

    return their_name
