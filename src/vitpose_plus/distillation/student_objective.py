"""Phase 2: what a student minimises."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from vitpose_plus.datasets.crops import CropBatch
from vitpose_plus.datasets.split import Split
from vitpose_plus.distillation.losses import joined, teacher_losses
from vitpose_plus.distillation.projection import with_own_token
from vitpose_plus.engine.objective import Losses
from vitpose_plus.engine.speed import BACKWARD_AND_FORWARD
from vitpose_plus.geometry import normalise
from vitpose_plus.models import ViTPose
from vitpose_plus.models.cost import mean_multiply_adds
from vitpose_plus.training.loss import heatmap_losses
from vitpose_plus.training.objective import PoseObjective


class StudentObjective(PoseObjective):
    """MSE(S, K_gt), and with a teacher MSE(S, K_t) too; its token, if any, is in the student.

    Logged are `loss`, `loss_<task>` (a sample of its own), `loss_truth` and `loss_teacher`.

    Args:
        student: what learns.
        teacher: frozen, of the same tasks in the same order; None: its heatmaps are no target.
        splits: what the batches are made from, in the order of the tasks.
    """

    def __init__(self, student: ViTPose, teacher: ViTPose | None, splits: Sequence[Split]) -> None:
        super().__init__(student, splits)
        self.teacher = teacher

    def forward(self, batch: CropBatch) -> Losses:
        """The sum of the losses, from one pass of the student."""
        images = normalise(batch.picture)
        drawn = self.network.by_task(images, batch.task, every=True)
        losses = {"loss_truth": heatmap_losses(drawn, batch, self.codec)}
        if self.teacher is not None:
            with torch.no_grad():
                taught = self.teacher.by_task(images, batch.task)
            losses["loss_teacher"] = teacher_losses(drawn, taught)
        return joined(losses, batch, self.network.config.tasks)

    def train(self, mode: bool = True) -> "StudentObjective":
        """The teacher stays in evaluation mode: no path is dropped, no mean gathered."""
        super().train(mode)
        if self.teacher is not None:
            self.teacher.eval()
        return self

    def compile_units(self) -> None:
        """The teacher's blocks too."""
        super().compile_units()
        for block in self.teacher.backbone.layers if self.teacher is not None else ():
            block.compile()

    @cached_property
    def multiply_adds(self) -> int:  # type: ignore[override]
        """Of one picture. A training step costs three passes of it, the teacher's part one."""
        teacher = 0 if self.teacher is None else mean_multiply_adds(self.teacher.config)
        return mean_multiply_adds(self.network.config) + teacher // BACKWARD_AND_FORWARD

    def write(self, weights: dict[str, Tensor], folder: Path) -> None:
        """A model's folder that needs no teacher and no token's file."""
        super().write(with_own_token(weights), folder)
