"""Feed-forward networks: a plain one, and the three of ViTPose+ that know their task."""

import torch
from timm.layers import Mlp
from torch import Tensor, nn

from vitpose_plus.models.config import ViTPoseConfig
from vitpose_plus.models.dispatch import Dispatch

Weights = dict[str, Tensor]


# Counts differ from batch to batch: a compiler would make a graph for each of them.
@torch.compiler.disable
def by_expert(experts: nn.ModuleList, x: Tensor, dispatch: Dispatch) -> Tensor:
    """Each sample through its own task's expert: x [B, N, C], sorted by task -> [B, N, C']."""
    return torch.cat([experts[task](part) for task, part in dispatch.split(x)])


class PlainFFN(Mlp):
    """timm's FFN, deaf to the task."""

    def forward(self, x: Tensor, dispatch: Dispatch) -> Tensor:  # type: ignore[override]
        """x [B, N, C] -> [B, N, C]."""
        return super().forward(x)

    def folded(self, task: int) -> Weights:
        """The weights of a plain FFN with this task's output: its own."""
        return {name: value.detach() for name, value in self.state_dict().items()}


class PartiallySharedFFN(nn.Module):
    """ViTPose+'s FFN (ViTPose++, Xu et al. 2023, section 3.3; official `vit_moe.py`).

    The second linear's first C - P output channels are shared by all tasks, the last P come
    from the sample's own task. Parameter names are the official ones.
    """

    def __init__(self, width: int, hidden: int, expert_width: int, experts: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, width - expert_width)
        self.experts = nn.ModuleList(nn.Linear(hidden, expert_width) for _ in range(experts))

    def forward(self, x: Tensor, dispatch: Dispatch) -> Tensor:
        """x [B, N, C], sorted by task -> [B, N, C]."""
        hidden = self.act(self.fc1(x))
        own = by_expert(self.experts, hidden, dispatch)
        return torch.cat([self.fc2(hidden), own], dim=-1)

    def folded(self, task: int) -> Weights:
        """The weights of a plain FFN with this task's output."""
        expert = self.experts[task]
        weight = torch.cat([self.fc2.weight, expert.weight])  # type: ignore[list-item]
        bias = torch.cat([self.fc2.bias, expert.bias])  # type: ignore[list-item]
        return _weights(self.fc1.weight, self.fc1.bias, weight, bias)


class IndependentFFN(nn.Module):
    """An FFN a task (ViTPose++, section 3.3)."""

    def __init__(self, width: int, hidden: int, experts: int) -> None:
        super().__init__()
        self.experts = nn.ModuleList(Mlp(width, hidden) for _ in range(experts))

    def forward(self, x: Tensor, dispatch: Dispatch) -> Tensor:
        """x [B, N, C], sorted by task -> [B, N, C]."""
        return by_expert(self.experts, x, dispatch)

    def folded(self, task: int) -> Weights:
        """The weights of a plain FFN with this task's output."""
        return {name: value.detach() for name, value in self.experts[task].state_dict().items()}


class SharedAndIndependentFFN(IndependentFFN):
    """The sum of an FFN that all tasks share and the task's own (ViTPose++, section 3.3)."""

    def __init__(self, width: int, hidden: int, experts: int) -> None:
        super().__init__(width, hidden, experts)
        self.shared = Mlp(width, hidden)

    def forward(self, x: Tensor, dispatch: Dispatch) -> Tensor:
        """x [B, N, C], sorted by task -> [B, N, C]."""
        return self.shared(x) + super().forward(x, dispatch)

    def folded(self, task: int) -> Weights:
        """The weights of a plain FFN with this task's output: twice as wide inside."""
        one, other = self.shared.state_dict(), self.experts[task].state_dict()
        return _weights(
            torch.cat([one["fc1.weight"], other["fc1.weight"]]),
            torch.cat([one["fc1.bias"], other["fc1.bias"]]),
            torch.cat([one["fc2.weight"], other["fc2.weight"]], dim=1),
            one["fc2.bias"] + other["fc2.bias"],
        )


AnyFFN = PlainFFN | PartiallySharedFFN | IndependentFFN


def build_ffn(config: ViTPoseConfig) -> AnyFFN:
    """One block's FFN."""
    size = config.dimensions
    match config.ffn:
        case "plain":
            return PlainFFN(size.width, size.hidden)
        case "partially_shared":
            return PartiallySharedFFN(size.width, size.hidden, size.expert_width, config.experts)
        case "independent":
            return IndependentFFN(size.width, size.hidden, config.experts)
        case "shared_and_independent":
            return SharedAndIndependentFFN(size.width, size.hidden, config.experts)


def _weights(fc1: Tensor, fc1_bias: Tensor, fc2: Tensor, fc2_bias: Tensor) -> Weights:
    names = ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")
    values = (fc1, fc1_bias, fc2, fc2_bias)
    return {name: value.detach() for name, value in zip(names, values, strict=True)}
