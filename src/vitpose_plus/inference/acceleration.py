"""One task's model, compiled for the machine at hand."""

import torch
from torch import Tensor, nn

from vitpose_plus.models import ViTPose
from vitpose_plus.models.folding import fold_batch_norms


class Accelerated(nn.Module):
    """A compiled ViTPose of one task, for `infer` and `estimate`; made by `accelerate`.

    Attributes:
        config: the folded model's.
    """

    def __init__(self, model: ViTPose) -> None:
        super().__init__()
        self.config = model.config
        self.model = model
        self.model.backbone.compile()

    def forward(self, images: Tensor, task: str | None = None) -> Tensor:
        """images [B, 3, H, W] -> heatmaps [B, K, H/4, W/4].

        Raises:
            KeyError: the model serves another task.
        """
        name = self.config.tasks[self.config.task_index(task) if task else 0].name
        # Unbacked: one compilation serves every batch size, a single picture too. With a known
        # size PyTorch takes MKL's matrix product, half as fast as oneDNN's on an AMD processor.
        torch._dynamo.decorators.mark_unbacked(images, 0)
        # Freezing lays the weights out as the kernels want them. The compiler reads it when it
        # traces, so an option of the compilation alone does not reach it.
        with torch._inductor.config.patch(freezing=True):
            return self.model(images, name)

    def by_task(self, images: Tensor, tasks: Tensor) -> dict[int, Tensor]:
        """As `ViTPose.by_task` of a model with this one task."""
        return {0: self(images)}


def accelerate(model: ViTPose, task: str) -> Accelerated:
    """Make a task's model fast: expert and BatchNorms folded, compiled at the first batch.

    The first call compiles for some ten seconds, with a C++ compiler on a CPU. Use it under
    `torch.inference_mode()`, as `estimate` does, and save the model that it was made from.

    Raises:
        KeyError: the model does not serve this task.
    """
    folded = fold_batch_norms(model.for_task(task).eval()).requires_grad_(False)
    return Accelerated(folded.to(memory_format=torch.channels_last)).eval()
