"""The official repository's files: ViTPose, ViTPose+, and the pieces its split tool makes."""

import re

from torch import Tensor

from vitpose_plus.checkpoints.foreign import Foreign

_FIRST = "keypoint_head."
_OTHERS = re.compile(r"associate_keypoint_heads\.(\d+)\.")
_OURS = re.compile(r"heads\.(\d+)\.")
_EXPERT = ".mlp.experts."


def read_official(tensors: dict[str, Tensor]) -> Foreign:
    """The tensors of a ViTPose or ViTPose+ by our names; unknown names stay as they are.

    `model_split.py` joins a task's expert to fc2, but leaves all experts behind in the file,
    and in coco.pth the other decoders too: they are left out.
    """
    is_official = any(name.startswith(_FIRST) for name in tensors)
    split = _is_split(tensors)
    left_out = {name: why for name in tensors if split and (why := _left_behind(name))}
    weights = {_our_name(name): w for name, w in tensors.items() if name not in left_out}
    return Foreign(
        weights=weights,
        left_out=left_out,
        format=_format(tensors, split) if is_official else "ViTPose by our own names",
        wide_decoders=is_official and any(map(_plus, tensors)),
        their_name=_their_name if is_official else str,
    )


def _is_split(tensors: dict[str, Tensor]) -> bool:
    """Whether fc2 has all its channels although there are experts."""
    fc2, last = (
        tensors.get(f"backbone.{name}") for name in ("blocks.0.mlp.fc2.bias", "last_norm.bias")
    )
    has_experts = any(_EXPERT in name for name in tensors)
    return has_experts and fc2 is not None and last is not None and fc2.shape == last.shape


def _left_behind(name: str) -> str | None:
    if _EXPERT in name:
        return "expert that the split tool left behind: its task's is joined to fc2"
    if _OTHERS.match(name):
        return "decoder of another task that the split tool left behind"
    return None


def _plus(name: str) -> bool:
    return _EXPERT in name or _OTHERS.match(name) is not None


def _format(tensors: dict[str, Tensor], split: bool) -> str:
    if split:
        return "official ViTPose, split from a ViTPose+"
    return "official ViTPose+" if any(map(_plus, tensors)) else "official ViTPose"


def _our_name(name: str) -> str:
    if name.startswith(_FIRST):
        return "heads.0." + name.removeprefix(_FIRST)
    return _OTHERS.sub(lambda found: f"heads.{int(found[1]) + 1}.", name, count=1)


def _their_name(name: str) -> str:
    if name.startswith("heads.0."):
        return _FIRST + name.removeprefix("heads.0.")
    return _OURS.sub(lambda found: f"associate_keypoint_heads.{int(found[1]) - 1}.", name, count=1)
