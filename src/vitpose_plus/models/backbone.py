"""The vision transformer of ViTPose, from timm's parts."""

import math
from typing import cast

import torch
from timm.layers import trunc_normal_
from torch import Tensor, nn

from vitpose_plus.geometry.input_size import PATCH
from vitpose_plus.models.block import Block, draw_paths
from vitpose_plus.models.config import ViTPoseConfig, check_knowledge
from vitpose_plus.models.dispatch import Dispatch
from vitpose_plus.models.positions import initial_positions
from vitpose_plus.models.recomputation import recomputed


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


class Backbone(nn.Module):
    """Patch embedding, positions, blocks and the final norm.

    Attributes:
        knowledge_token: [1, T, C] learned tokens that go through the blocks beside the visual
            ones, without a position, and end there; None where there are none.
        checkpointing: recompute each block in the backward pass instead of keeping it: a third
            more time for the memory of one block.
        frozen_blocks: the first so many blocks stay in evaluation mode; see `freeze`.
    """

    def __init__(self, config: ViTPoseConfig) -> None:
        super().__init__()
        size = config.dimensions
        self.config = config
        self.grid = config.grid
        self.checkpointing = False
        self.frozen_blocks = 0
        self.patch_embed = PatchEmbed(size.width, config.ratio)
        self.pos_embed = nn.Parameter(initial_positions(self.grid, size.width))
        self.blocks = nn.ModuleList(Block(config, index) for index in range(size.depth))
        self.last_norm = nn.LayerNorm(size.width, eps=config.layer_norm_eps)
        self.apply(_initialise)
        # Last: the other weights begin as they do without it.
        self.knowledge_token = _initial_knowledge(config.knowledge_tokens, size.width)

    def forward(
        self, images: Tensor, dispatch: Dispatch, knowledge: Tensor | None = None
    ) -> Tensor:
        """Features of a batch.

        Args:
            images: [B, 3, H, W], sorted by task.
            dispatch: whose samples they are.
            knowledge: [1, T, C], in the place of the backbone's own token; T may be 0.

        Returns:
            features [B, C, h, w], at 1/16 or 1/8.

        Raises:
            ValueError: these tokens are none of this backbone's.
        """
        # The class token's slot is added to all tokens: a trait of the official code
        # that its weights were trained with.
        x = self.patch_embed(images) + self.pos_embed[:, 1:] + self.pos_embed[:, :1]
        x = self._with_knowledge(x, knowledge)
        recomputing = self.checkpointing and torch.is_grad_enabled()
        for block, paths in zip(self.layers, self._paths(x), strict=True):
            x = recomputed(block, x, dispatch, paths) if recomputing else block(x, dispatch, paths)
        visual = x[:, : math.prod(self.grid)]
        return self.last_norm(visual).transpose(1, 2).unflatten(2, self.grid)

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

    def _paths(self, x: Tensor) -> list[Tensor | None]:
        """Each block's `paths`. Frozen ones drop none."""
        if not (self.training and self.config.drop_path):
            return [None] * len(self.layers)
        drawn = draw_paths(self.config.drop_rates, len(x), x.device)
        return [
            paths if block.training else None
            for block, paths in zip(self.layers, drawn, strict=True)
        ]

    def _with_knowledge(self, x: Tensor, knowledge: Tensor | None) -> Tensor:
        """x [B, N, C] -> [B, N + T, C]."""
        if knowledge is not None:
            self._check_knowledge(knowledge)
        elif self.knowledge_token is not None:
            knowledge = self.knowledge_token
        else:
            return x
        # Not len(x): an export would fix the batch's size.
        return torch.cat([x, knowledge.expand(x.shape[0], -1, -1)], dim=1)

    def _check_knowledge(self, knowledge: Tensor) -> None:
        width = self.config.dimensions.width
        if knowledge.ndim != 3 or (knowledge.shape[0], knowledge.shape[2]) != (1, width):
            raise ValueError(
                f"knowledge is {list(knowledge.shape)}, not [1, tokens, {width}]: project a token "
                "of another width first"
            )
        check_knowledge(knowledge.shape[1], self.config.attention, self.config.dimensions)


def _initial_knowledge(tokens: int, width: int) -> nn.Parameter | None:
    return nn.Parameter(trunc_normal_(torch.empty(1, tokens, width), std=0.02)) if tokens else None


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
