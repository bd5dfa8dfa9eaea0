"""One FFN turned into another: a task's folded out of its experts, a plain one spread to them."""

import re
from dataclasses import dataclass

import torch

from vitpose_plus.errors import CheckpointError
from vitpose_plus.models.config import FFN
from vitpose_plus.models.ffn import (
    IndependentFFN,
    PartiallySharedFFN,
    SharedAndIndependentFFN,
    Weights,
)

_MLP = re.compile(r"(backbone\.blocks\.\d+\.mlp\.)(.+)")
_EXPERT = re.compile(r"experts\.(\d+)\.")


@dataclass(frozen=True)
class Target:
    """The FFNs that a model has.

    Attributes:
        ffn: which of the four.
        experts: how many; 0 in a plain one.
        expert_width: channels of a partially shared FFN's expert.
    """

    ffn: FFN
    experts: int
    expert_width: int


def split_ffns(weights: Weights) -> tuple[Weights, dict[str, Weights]]:
    """All but the FFNs, and each block's FFN by its prefix."""
    rest: Weights = {}
    ffns: dict[str, Weights] = {}
    for name, value in weights.items():
        if found := _MLP.fullmatch(name):
            ffns.setdefault(found[1], {})[found[2]] = value
        else:
            rest[name] = value
    return rest, ffns


def joined(rest: Weights, ffns: dict[str, Weights]) -> Weights:
    """The inverse of `split_ffns`."""
    return rest | {prefix + name: w for prefix, own in ffns.items() for name, w in own.items()}


def folded(own: Weights, ffn: FFN, expert: int) -> Weights:
    """A plain FFN with one task's output.

    Raises:
        CheckpointError: the tensors are not those of such an FFN.
    """
    try:
        with torch.device("meta"):
            module = _empty(own, ffn)
        module.load_state_dict(own, assign=True)
        return module.folded(expert)
    # Tensors of a wrong rank, too few experts, integers: each fails in a way of its own.
    except (KeyError, IndexError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(f"its FFNs are not all {ffn}: {error}") from error


def spread(own: Weights, target: Target) -> Weights:
    """A plain FFN as the model's kind, where each task begins with the same function.

    The partially shared one as the official `load_checkpoint` does it: every expert takes the
    last channels. A sum of two takes half from each.
    """
    match target.ffn:
        case "plain":
            return own
        case "partially_shared":
            return _partially_shared(own, target)
        case "independent":
            return _independent(own, target.experts)
        case "shared_and_independent":
            half = {n: w / 2 if n.startswith("fc2.") else w for n, w in own.items()}
            shared = {f"shared.{name}": w for name, w in half.items()}
            return shared | _independent(half, target.experts)


def _partially_shared(own: Weights, target: Target) -> Weights:
    spread_out = {name: w for name, w in own.items() if not name.startswith("fc2.")}
    for part in {"weight", "bias"} & {name.removeprefix("fc2.") for name in own}:
        if not own[f"fc2.{part}"].ndim:
            raise CheckpointError(f"its FFNs are none: an fc2.{part} is a single number")
        shared = len(own[f"fc2.{part}"]) - target.expert_width
        spread_out[f"fc2.{part}"] = own[f"fc2.{part}"][:shared]
        for expert in range(target.experts):
            spread_out[f"experts.{expert}.{part}"] = own[f"fc2.{part}"][shared:]
    return spread_out


def _independent(own: Weights, experts: int) -> Weights:
    return {f"experts.{e}.{name}": w for e in range(experts) for name, w in own.items()}


def _empty(own: Weights, ffn: FFN) -> PartiallySharedFFN | IndependentFFN:
    count = len({found[1] for name in own if (found := _EXPERT.match(name))})
    if ffn == "partially_shared":
        hidden, width = own["fc1.weight"].shape
        return PartiallySharedFFN(width, hidden, len(own["experts.0.bias"]), count)
    hidden, width = own["experts.0.fc1.weight"].shape
    kind = IndependentFFN if ffn == "independent" else SharedAndIndependentFFN
    return kind(width, hidden, count)
