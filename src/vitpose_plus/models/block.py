"""One block of the transformer, and the paths through it that a training drops."""

import torch
from torch import Tensor, nn

from vitpose_plus.models.attention import build_attention
from vitpose_plus.models.config import ViTPoseConfig
from vitpose_plus.models.convolutions import ParallelConvolutions
from vitpose_plus.models.dispatch import Dispatch
from vitpose_plus.models.ffn import build_ffn

BRANCHES = 3  # of a block: attention, FFN, ViTAE's convolutions


class Block(nn.Module):
    """x + Attention(LN x), then x + FFN(LN x).

    In a ViTAE, convolutions of x are added with the attention.
    """

    def __init__(self, config: ViTPoseConfig, index: int) -> None:
        super().__init__()
        size, eps = config.dimensions, config.layer_norm_eps
        self.norm1 = nn.LayerNorm(size.width, eps=eps)
        self.attn = build_attention(config, index)
        self.norm2 = nn.LayerNorm(size.width, eps=eps)
        self.mlp = build_ffn(config)
        self.pcm = ParallelConvolutions(size.width, config.grid) if size.convolutions else None

    def forward(self, x: Tensor, dispatch: Dispatch, paths: Tensor | None = None) -> Tensor:
        """One block's part.

        Args:
            x: [B, N, C].
            dispatch: whose samples they are.
            paths: [3, B, 1, 1] factors of attention, FFN and convolutions; see `draw_paths`.

        Returns:
            [B, N, C].
        """
        attention, ffn, convolutions = (None, None, None) if paths is None else paths
        attended = _added(x, self.attn(self.norm1(x)), attention)
        if self.pcm is not None:
            attended = _added(attended, self.pcm(x), convolutions)
        return _added(attended, self.mlp(self.norm2(attended), dispatch), ffn)


def draw_paths(rates: list[float], batch: int, device: torch.device) -> Tensor:
    """Stochastic depth (Huang et al. 2016): which samples skip a branch of a block.

    It is drawn for all blocks at once, outside of them: their rates, all different, would each
    be compiled.

    Returns:
        [blocks, 3, batch, 1, 1] factors: 0, skipped, or 1 over the share that is kept.
    """
    kept = (1 - torch.tensor(rates)).to(device, non_blocking=True)
    shares = kept[:, None, None, None, None].expand(-1, BRANCHES, batch, 1, 1)
    return torch.bernoulli(shares) / shares


def _added(x: Tensor, branch: Tensor, factor: Tensor | None) -> Tensor:
    return x + branch if factor is None else torch.addcmul(x, branch, factor)
