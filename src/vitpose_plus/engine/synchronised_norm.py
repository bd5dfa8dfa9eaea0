"""Batch normalisation over the batches of all processes, over NCCL and gloo alike."""

from typing import Any

import torch
from torch import Tensor, nn
from torch import distributed as dist


class SynchronisedBatchNorm2d(nn.BatchNorm2d):
    """A BatchNorm whose batch is all processes' together; PyTorch's own refuses a CPU.

    A process whose batch is empty takes part like any other. Where all are empty, the statistics
    and their count stay as they are. It computes in float32, whatever the precision.
    """

    def forward(self, input: Tensor) -> Tensor:
        """x [B, C, H, W], B may be 0 -> [B, C, H, W]. In training all processes must call it."""
        if not self.training:
            return super().forward(input)
        with torch.autocast(input.device.type, enabled=False):
            return self._normalised(input.float()).to(input.dtype)

    def _normalised(self, x: Tensor) -> Tensor:
        seen = x.new_full((1,), x.numel() // self.num_features)
        *sums, total = over_all(torch.cat([x.sum((0, 2, 3)), seen])).split(self.num_features)
        count = total.clamp(min=1)
        # Mean first, then what lies around it: a difference of two large sums would cancel.
        mean = sums[0] / count
        centred = x - mean[:, None, None]
        variance = over_all(centred.square().sum((0, 2, 3))) / count
        self._follow(mean.detach(), variance.detach(), total)
        y = centred * torch.rsqrt(variance + self.eps)[:, None, None]
        if not self.affine:
            return y
        return y * self.weight[:, None, None] + self.bias[:, None, None]

    @torch.no_grad()
    def _follow(self, mean: Tensor, variance: Tensor, total: Tensor) -> None:
        """Move the running statistics; `total` [1] is the number of values of a channel."""
        if not self.track_running_stats:
            return
        assert self.running_mean is not None and self.running_var is not None
        assert self.num_batches_tracked is not None
        # Tensors all along: to ask whether there was a value would make a GPU wait.
        present = (total > 0).squeeze()
        self.num_batches_tracked += present
        count = self.num_batches_tracked.clamp(min=1)
        momentum = 1 / count if self.momentum is None else self.momentum
        unbiased = variance * total / (total - 1).clamp(min=1)
        self.running_mean.lerp_(mean, present * momentum)
        self.running_var.lerp_(unbiased, present * momentum)


def synchronise(network: nn.Module) -> None:
    """Make every BatchNorm of a network a synchronised one, in place.

    Parameters and buffers are the same objects under the same names.
    """
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.__class__ = SynchronisedBatchNorm2d  # as `fully_shard` changes a module


def over_all(values: Tensor) -> Tensor:
    """The sum over all processes, through which gradients flow."""
    total: Tensor = _SumOverAll.apply(values)
    return total


class _SumOverAll(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        total = values.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        # Each process's values are in every process's sum, and all losses count.
        total = gradients[0].clone()
        dist.all_reduce(total)
        return total
