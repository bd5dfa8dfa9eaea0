"""The feed-forward network with task experts: what ViTPose+ adds to a ViT."""

import torch
from timm.layers import Mlp
from torch import Tensor, nn

from vitpose_plus.models.dispatch import Dispatch


class PlainFFN(Mlp):
    """timm's FFN, deaf to the task."""

    def forward(self, x: Tensor, dispatch: Dispatch) -> Tensor:  # type: ignore[override]
        """x [B, N, C] -> [B, N, C]."""
        return super().forward(x)


class TaskExpertFFN(nn.Module):
    """Partially shared FFN (ViTPose++, Xu et al. 2023, section 3.3; official `vit_moe.py`).

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
        own = [self.experts[task](hidden[span]) for task, span in dispatch.spans]
        return torch.cat([self.fc2(hidden), torch.cat(own)], dim=-1)
