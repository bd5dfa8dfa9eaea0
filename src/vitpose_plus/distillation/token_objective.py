"""Phase 1: what a knowledge token minimises."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from timm.layers import trunc_normal_
from torch import Tensor, nn

from vitpose_plus.datasets.crops import CropBatch
from vitpose_plus.datasets.encoded_crops import EncodedBatch
from vitpose_plus.datasets.split import Split
from vitpose_plus.distillation.losses import Drawn, joined
from vitpose_plus.distillation.token import NAME, KnowledgeToken, TokenRecord, save_token
from vitpose_plus.engine.config import Optimisation
from vitpose_plus.engine.objective import Losses, Objective
from vitpose_plus.engine.speed import BACKWARD_AND_FORWARD
from vitpose_plus.geometry import normalise
from vitpose_plus.models import ViTPose
from vitpose_plus.models.cost import mean_multiply_adds
from vitpose_plus.training.loss import heatmap_losses
from vitpose_plus.training.objective import PoseObjective


class LearnedToken(nn.Module):
    """All that phase 1 teaches: [1, T, C], which begins small and random."""

    def __init__(self, tokens: int, width: int) -> None:
        super().__init__()
        self.token = nn.Parameter(trunc_normal_(torch.empty(1, tokens, width), std=0.02))

    def forward(self) -> Tensor:
        """The token [1, T, C]."""
        # Not the parameter itself: FSDP takes what a forward pass computed.
        return self.token + 0


class TokenObjective(Objective):
    """MSE(T({t; X}), K_gt), where the token t alone learns (ViTPose, section 3.4).

    Logged are `loss` and `loss_<task>`, a sample of its own.

    Args:
        teacher: frozen; its tasks are the splits', in the same order.
        token: what learns.
        splits: what the batches are made from.
        record: written beside the token.
    """

    network: LearnedToken

    def __init__(
        self,
        teacher: ViTPose,
        token: LearnedToken,
        splits: Sequence[Split],
        record: TokenRecord,
    ) -> None:
        super().__init__()
        self.network = token
        self.poses = PoseObjective(teacher, splits)
        self.record = record
        self.eval()

    @property
    def teacher(self) -> ViTPose:
        """Whose token it is."""
        return self.poses.network

    def forward(self, batch: CropBatch) -> Losses:
        """The teacher's losses beside its token."""
        drawn = draw(self.teacher, batch, self.network())
        losses = {"loss_truth": heatmap_losses(drawn, batch, self.poses.codec)}
        return joined(losses, batch, self.teacher.config.tasks)

    def train(self, mode: bool = True) -> "TokenObjective":
        """The teacher stays in evaluation mode: no path is dropped, no mean gathered."""
        super().train(mode)
        self.teacher.eval()
        return self

    def units(self) -> Sequence[nn.Module]:
        """None: a token is too small to be spread, and the teacher has no gradient to share."""
        return ()

    def compile_units(self) -> None:
        """The teacher's blocks."""
        for block in self.teacher.backbone.layers:
            block.compile()

    def parameter_groups(self, optimisation: Optimisation, rate: float) -> list[dict[str, Any]]:
        """The token, which is a place among tokens as positions are: not decayed."""
        return [{"params": [self.network.token], "name": NAME, "lr": rate, "weight_decay": 0.0}]

    def to_device(self, batch: CropBatch | EncodedBatch, device: torch.device) -> CropBatch:
        """As a training of the teacher's would."""
        return self.poses.to_device(batch, device)

    def record_names(self, batch: CropBatch) -> list[str]:
        """As a training of the teacher's would."""
        return self.poses.record_names(batch)

    @cached_property
    def multiply_adds(self) -> int:  # type: ignore[override]
        """Of one picture, less the third pass of a training step: no weight has a gradient."""
        passes = BACKWARD_AND_FORWARD
        return mean_multiply_adds(self.teacher.config) * (passes - 1) // passes

    def write(self, weights: dict[str, Tensor], folder: Path) -> None:
        """A token's folder."""
        save_token(KnowledgeToken(weights["token"], self.record), folder)


def draw(teacher: ViTPose, batch: CropBatch, token: Tensor | None) -> Drawn:
    """What a teacher draws with a token [1, T, C] beside those of its own, or without."""
    own = teacher.backbone.knowledge_token
    knowledge = token if own is None or token is None else torch.cat([own, token], dim=1)
    return teacher.by_task(normalise(batch.picture), batch.task, knowledge)
