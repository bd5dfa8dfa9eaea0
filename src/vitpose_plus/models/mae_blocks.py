"""Transformer blocks of the auto-encoder, whose last decodes only the tokens that are asked for."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vitpose_plus.models.config import LAYER_NORM_EPS


def linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """x [B, N, in] -> [B, N, out].

    In float32 on a CPU it is computed as a 1x1 convolution. With several threads, or from 16
    samples on, PyTorch gives that to oneDNN, but a matrix product to MKL, which is half as fast
    on an AMD processor (benchmarks/mae_step.py).
    """
    if x.device.type != "cpu" or x.dtype != torch.float32 or torch.is_autocast_enabled("cpu"):
        return F.linear(x, weight, bias)
    row = x.transpose(1, 2)[:, :, None]  # [B, in, 1, N], channels last without a copy
    return F.conv2d(row, weight[:, :, None, None], bias).squeeze(2).transpose(1, 2)


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Softmax attention of q [B, heads, M, D] to k and v [B, heads, N, D] -> [B, heads, M, D].

    In bfloat16 on a CPU it is written out: a backward pass of PyTorch's flash kernel takes three
    times as long there (benchmarks/mae_step.py).
    """
    if q.device.type == "cpu" and q.dtype == torch.bfloat16:
        scores = (q * q.shape[3] ** -0.5) @ k.transpose(2, 3)
        return scores.softmax(dim=3) @ v
    return F.scaled_dot_product_attention(q, k, v)


class Linear(nn.Linear):
    """nn.Linear, by `linear`."""

    def forward(self, x: Tensor) -> Tensor:
        """x [B, N, in] -> [B, N, out]."""
        return linear(x, self.weight, self.bias)


class Attention(nn.Module):
    """Multi-head attention, in which not every token need ask."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = Linear(width, 3 * width)
        self.proj = Linear(width, width)

    def forward(self, x: Tensor, first: int = 0) -> Tensor:
        """x [B, N, C] -> [B, N - first, C]: tokens from `first` on ask, all are answered from."""
        if first:
            weights, biases = self.qkv.weight, self.qkv.bias
            width = x.shape[2]
            q = linear(x[:, first:], weights[:width], biases[:width])
            k, v = linear(x, weights[width:], biases[width:]).chunk(2, dim=2)
        else:
            q, k, v = self.qkv(x).chunk(3, dim=2)
        seen = attend(self._by_head(q), self._by_head(k), self._by_head(v))
        return self.proj(seen.transpose(1, 2).flatten(2))

    def _by_head(self, x: Tensor) -> Tensor:
        """[B, N, C] -> [B, heads, N, C / heads]."""
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)


class FFN(nn.Module):
    """Linear, GELU, linear."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = Linear(width, hidden)
        self.fc2 = Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, N, C] -> [B, N, C]."""
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    """x + Attention(LN x), then x + FFN(LN x). Parameter names are timm's."""

    def __init__(self, width: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=LAYER_NORM_EPS)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=LAYER_NORM_EPS)
        self.mlp = FFN(width, hidden)

    def forward(self, x: Tensor, first: int = 0) -> Tensor:
        """x [B, N, C] -> [B, N - first, C]: the tokens from `first` on, which saw all."""
        attended = x[:, first:] + self.attn(self.norm1(x), first)
        return attended + self.mlp(self.norm2(attended))
