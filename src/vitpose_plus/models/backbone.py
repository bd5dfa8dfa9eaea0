"""The vision transformer of ViTPose, from timm's parts."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import cast

import torch
from timm.layers import DropPath, trunc_normal_
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from vitpose_plus.geometry.input_size import PATCH
from vitpose_plus.models.attention import build_attention
from vitpose_plus.models.config import ViTPoseConfig
from vitpose_plus.models.convolutions import ParallelConvolutions
from vitpose_plus.models.dispatch import Dispatch
from vitpose_plus.models.ffn import build_ffn
from vitpose_plus.models.positions import initial_positions


class PatchEmbed(nn.Module):
    """Pictures to tokens. The padding is ViTPose's own; timm's embedding has none."""

    def __init__(self, width: int, ratio: int = 1) -> None:
        super().__init__()
        # Official `PatchEmbed`: 4 + 2 * (ratio // 2 - 1).
        padding = {1: 2, 2: 4}[ratio]
        self.proj = nn.Conv2d(3, width, PATCH, stride=PATCH // ratio, padding=padding)

    def forward(self, images: Tensor) -> Tensor:
        """images [B, 3, H, W] -> tokens [B, N, C], row by row."""
        return self.proj(images).flatten(2).transpose(1, 2)


class Block(nn.Module):
    """x + DropPath(Attention(LN x)), then x + DropPath(FFN(LN x)).

    In a ViTAE, convolutions of x are added with the attention.
    """

    def __init__(self, config: ViTPoseConfig, index: int) -> None:
        super().__init__()
        size, eps = config.dimensions, config.layer_norm_eps
        self.norm1 = nn.LayerNorm(size.width, eps=eps)
        self.attn = build_attention(config, index)
        self.norm2 = nn.LayerNorm(size.width, eps=eps)
        self.mlp = build_ffn(config)
        self.drop_path = DropPath(config.drop_path * index / max(1, size.depth - 1))
        self.pcm = ParallelConvolutions(size.width, config.grid) if size.convolutions else None

    def forward(self, x: Tensor, dispatch: Dispatch) -> Tensor:
        """x [B, N, C] -> [B, N, C]."""
        attended = x + self.drop_path(self.attn(self.norm1(x)))
        if self.pcm is not None:
            attended = attended + self.drop_path(self.pcm(x))
        return attended + self.drop_path(self.mlp(self.norm2(attended), dispatch))


class Backbone(nn.Module):
    """Patch embedding, positions, blocks and the final norm.

    Attributes:
        checkpointing: recompute each block in the backward pass instead of keeping it: a third
            more time for the memory of one block.
        frozen_blocks: the first so many blocks stay in evaluation mode; see `freeze`.
    """

    def __init__(self, config: ViTPoseConfig) -> None:
        super().__init__()
        size = config.dimensions
        self.grid = config.grid
        self.checkpointing = False
        self.frozen_blocks = 0
        self.patch_embed = PatchEmbed(size.width, config.ratio)
        self.pos_embed = nn.Parameter(initial_positions(self.grid, size.width))
        self.blocks = nn.ModuleList(Block(config, index) for index in range(size.depth))
        self.last_norm = nn.LayerNorm(size.width, eps=config.layer_norm_eps)
        self.apply(_initialise)

    def forward(self, images: Tensor, dispatch: Dispatch) -> Tensor:
        """images [B, 3, H, W], sorted by task -> features [B, C, h, w], at 1/16 or 1/8."""
        # The class token's slot is added to all tokens: a trait of the official code
        # that its weights were trained with.
        x = self.patch_embed(images) + self.pos_embed[:, 1:] + self.pos_embed[:, :1]
        for block in self.layers:
            if self.checkpointing and torch.is_grad_enabled():
                again = partial(_recomputing, block)
                x = checkpoint(block, x, dispatch, use_reentrant=False, context_fn=again)
            else:
                x = block(x, dispatch)
        return self.last_norm(x).transpose(1, 2).unflatten(2, self.grid)

    @property
    def layers(self) -> list[Block]:
        """The blocks, by their type."""
        return [cast(Block, block) for block in self.blocks]

    def train(self, mode: bool = True) -> "Backbone":
        """Set the mode of all but the frozen blocks, which neither drop paths nor gather means."""
        super().train(mode)
        for block in self.layers[: self.frozen_blocks]:
            block.eval()
        return self


def _recomputing(block: Block) -> tuple[AbstractContextManager, AbstractContextManager]:
    """Contexts of a block's first pass and of its second, which gathers no statistics again."""
    return nullcontext(), _without_statistics(block)


@contextmanager
def _without_statistics(block: Block) -> Iterator[None]:
    norms = [module for module in block.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    counts = [cast(Tensor, norm.num_batches_tracked).clone() for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum, count in zip(norms, momenta, counts, strict=True):
            norm.momentum, norm.num_batches_tracked = momentum, count


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
