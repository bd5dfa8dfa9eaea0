"""A classic decoder with as many filters as transformers' has."""

import re

from torch import Tensor
from torch.nn import functional as F

from vitpose_plus.checkpoints.huggingface.refusals import FILTERS

_LAYER = re.compile(r"heads\.0\.(deconv_layers\.\d|final_layer)\.")


def pad_decoder(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The same function with 256 filters: the new ones draw and pass on nothing but zeros.

    Args:
        weights: of one model with one decoder, by our names; a simple decoder has no filters.
    """
    first = weights.get("heads.0.deconv_layers.0.weight")
    if first is None or (new := FILTERS - first.shape[1]) == 0:
        return weights
    return {name: _padded(name, weight, new) for name, weight in weights.items()}


def _padded(name: str, weight: Tensor, new: int) -> Tensor:
    found = _LAYER.match(name)
    layer = found[1] if found else ""
    if not layer or weight.ndim == 0 or name.endswith("final_layer.bias"):
        return weight
    match layer:
        case "deconv_layers.0":  # [C, filters, 4, 4]
            return F.pad(weight, (0, 0, 0, 0, 0, new))
        case "deconv_layers.3":  # [filters, filters, 4, 4]
            return F.pad(weight, (0, 0, 0, 0, 0, new, 0, new))
        case "final_layer":  # [K, filters, 1, 1]
            return F.pad(weight, (0, 0, 0, 0, 0, new))
    # BatchNorm: a variance of one keeps a new filter's zeros finite.
    return F.pad(weight, (0, new), value=1.0 if name.endswith("running_var") else 0.0)
