"""Batch normalisation that knows what to do with a task that has no sample."""

from torch import Tensor, nn
from torch.nn import functional as F


class BatchNorm(nn.BatchNorm2d):
    """PyTorch's, but an empty batch in training leaves the statistics and their count alone.

    Its output is empty; its weight and bias get a gradient of zeros.
    """

    def forward(self, input: Tensor) -> Tensor:
        """x [B, C, H, W] -> [B, C, H, W]."""
        if len(input) or not self.training:
            return super().forward(input)
        # By the running statistics, which it then does not touch.
        return F.batch_norm(
            input, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps
        )
