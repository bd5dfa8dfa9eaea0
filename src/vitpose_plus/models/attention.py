"""Attention within windows, for features at 1/8 whose full attention would cost 16 times more."""

import torch
from timm.models.vision_transformer import Attention
from torch import Tensor, nn
from torch.nn import functional as F

from vitpose_plus.models.config import ViTPoseConfig


def build_attention(config: ViTPoseConfig, block: int) -> nn.Module:
    """The attention of one block, counted from 0."""
    size, pattern = config.dimensions, config.attention
    if pattern.kind == "full":
        return Attention(size.width, num_heads=size.heads, qkv_bias=True)
    return WindowAttention(
        size.width,
        size.heads,
        config.grid,
        pattern.window,
        # Swin: every other block's windows lie half a window further.
        shifted="shift" in pattern.kind and block % 2 == 1,
        pooled="pool" in pattern.kind,
    )


class WindowAttention(nn.Module):
    """Attention within windows of tokens, optionally shifted or joined by pooled tokens.

    Relative positions are decomposed into rows and columns, shared by the heads (MViTv2, Li et
    al. 2022, equation 4; ViTDet). They start at zero, so that weights trained without them keep
    their meaning. A pooled token is a window's mean: a key and value for all windows, without a
    relative position (ViTPose, section 3.3, "pooling window").

    Args:
        width: channels of a token.
        heads: attention heads.
        grid: (rows, columns) of tokens.
        window: (rows, columns) of tokens in a window; they tile the grid.
        shifted: windows lie half a window further, wrapped around but blind across the wrap.
        pooled: each window also sees every window's mean.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        grid: tuple[int, int],
        window: tuple[int, int],
        *,
        shifted: bool,
        pooled: bool,
    ) -> None:
        super().__init__()
        self.heads, self.grid, self.window, self.pooled = heads, grid, window, pooled
        # A window as long as the grid has no neighbour to reach: Swin does not shift it either.
        self.shift = tuple(
            side // 2 if shifted and side < whole else 0
            for side, whole in zip(window, grid, strict=True)
        )
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.rel_pos_h = nn.Parameter(torch.zeros(2 * window[0] - 1, width // heads))
        self.rel_pos_w = nn.Parameter(torch.zeros(2 * window[1] - 1, width // heads))

    def forward(self, x: Tensor) -> Tensor:
        """x [B, N, C] -> [B, N, C], tokens row by row."""
        qkv = self.qkv(x).unflatten(1, self.grid)
        pools = self._pools(qkv) if self.pooled else None
        rolled = torch.roll(qkv, (-self.shift[0], -self.shift[1]), dims=(1, 2))
        q, k, v = self._by_head(partition(rolled, self.window))
        bias = self._bias(q)
        if pools is not None:
            k, v = torch.cat([k, pools[0]], dim=2), torch.cat([v, pools[1]], dim=2)
            bias = F.pad(bias, (0, pools[0].shape[2]))
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        joined = merge(seen.transpose(1, 2).flatten(2), self.grid, self.window)
        back = torch.roll(joined, (self.shift[0], self.shift[1]), dims=(1, 2))
        return self.proj(back.flatten(1, 2))

    def _by_head(self, qkv: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """[B, N, 3C] -> three of [B, heads, N, C / heads]."""
        q, k, v = qkv.unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        return q, k, v

    def _pools(self, qkv: Tensor) -> tuple[Tensor, Tensor]:
        """Each window's mean key and value, for all windows: [B * windows, heads, windows, D].

        The mean of the projected tokens is the projection of their mean.
        """
        windows = self.grid[0] // self.window[0] * (self.grid[1] // self.window[1])
        means = partition(qkv, self.window).mean(dim=1).unflatten(0, (-1, windows))
        _, k, v = self._by_head(means.repeat_interleave(windows, dim=0))
        return k, v

    def _bias(self, q: Tensor) -> Tensor:
        """q [B * windows, heads, n, D] -> what is added to its n x n products."""
        rows, columns = self.window
        at = q.unflatten(2, self.window)
        by_row = self.rel_pos_h[_distances(rows, q.device)]
        by_column = self.rel_pos_w[_distances(columns, q.device)]
        down = torch.einsum("bhyxd,ykd->bhyxk", at, by_row)
        across = torch.einsum("bhyxd,xkd->bhyxk", at, by_column)
        bias = (down[..., None] + across[..., None, :]).flatten(4).flatten(2, 3)
        if not any(self.shift):
            return bias
        apart = wrap_mask(self.grid, self.window, self.shift, q.device)
        per_picture = bias.unflatten(0, (-1, len(apart)))
        return per_picture.masked_fill(apart[:, None], float("-inf")).flatten(0, 1)


def partition(tokens: Tensor, window: tuple[int, int]) -> Tensor:
    """[B, H, W, C] -> [B * windows, n, C], a picture's windows side by side."""
    split = tokens.unflatten(2, (-1, window[1])).unflatten(1, (-1, window[0]))
    return split.transpose(2, 3).flatten(3, 4).flatten(0, 2)


def merge(windows: Tensor, grid: tuple[int, int], window: tuple[int, int]) -> Tensor:
    """[B * windows, n, C] -> [B, H, W, C]: the inverse of `partition`."""
    across = (grid[0] // window[0], grid[1] // window[1])
    split = windows.unflatten(1, window).unflatten(0, (-1, *across))
    return split.transpose(2, 3).flatten(3, 4).flatten(1, 2)


def wrap_mask(
    grid: tuple[int, int], window: tuple[int, int], shift: tuple[int, ...], device: torch.device
) -> Tensor:
    """[windows, n, n]: True where two tokens share a shifted window only by the wrap (Swin)."""
    rows = torch.arange(grid[0], device=device) >= grid[0] - shift[0]
    columns = torch.arange(grid[1], device=device) >= grid[1] - shift[1]
    region = 2 * rows[:, None].int() + columns[None].int()
    own = partition(region[None, :, :, None], window)[..., 0]
    return own[:, :, None] != own[:, None, :]


def _distances(side: int, device: torch.device) -> Tensor:
    """[side, side] rows of a table of relative positions."""
    at = torch.arange(side, device=device)
    return at[:, None] - at[None] + side - 1
