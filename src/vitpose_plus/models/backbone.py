"""The plain vision transformer of ViTPose, from timm's parts."""

import torch
from timm.layers import DropPath, build_sincos2d_pos_embed, trunc_normal_
from timm.models.vision_transformer import Attention
from torch import Tensor, nn

from vitpose_plus.geometry.input_size import PATCH
from vitpose_plus.models.config import ViTPoseConfig
from vitpose_plus.models.dispatch import Dispatch
from vitpose_plus.models.ffn import PlainFFN, TaskExpertFFN

# The official code's; transformers' default of 1e-12 gives other heatmaps.
LAYER_NORM_EPS = 1e-6
FFN_RATIO = 4


class PatchEmbed(nn.Module):
    """Pictures to tokens. The padding of 2 is ViTPose's own; timm's embedding has none."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, width, kernel_size=PATCH, stride=PATCH, padding=2)

    def forward(self, images: Tensor) -> Tensor:
        """images [B, 3, H, W] -> tokens [B, H/16 * W/16, C], row by row."""
        return self.proj(images).flatten(2).transpose(1, 2)


class Block(nn.Module):
    """x + DropPath(Attention(LN x)), then x + DropPath(FFN(LN x))."""

    def __init__(self, config: ViTPoseConfig, drop_path: float) -> None:
        super().__init__()
        size = config.dimensions
        hidden = FFN_RATIO * size.width
        self.norm1 = nn.LayerNorm(size.width, eps=LAYER_NORM_EPS)
        self.attn = Attention(size.width, num_heads=size.heads, qkv_bias=True)
        self.norm2 = nn.LayerNorm(size.width, eps=LAYER_NORM_EPS)
        self.mlp: PlainFFN | TaskExpertFFN = (
            TaskExpertFFN(size.width, hidden, size.expert_width, config.experts)
            if config.experts
            else PlainFFN(size.width, hidden)
        )
        self.drop_path = DropPath(drop_path)

    def forward(self, x: Tensor, dispatch: Dispatch) -> Tensor:
        """x [B, N, C] -> [B, N, C]."""
        x = x + self.drop_path(self.attn(self.norm1(x)))
        return x + self.drop_path(self.mlp(self.norm2(x), dispatch))


class Backbone(nn.Module):
    """Patch embedding, positions, blocks and the final norm."""

    def __init__(self, config: ViTPoseConfig) -> None:
        super().__init__()
        size = config.dimensions
        rates = [config.drop_path * block / (size.depth - 1) for block in range(size.depth)]
        self.grid = config.grid
        self.patch_embed = PatchEmbed(size.width)
        self.pos_embed = nn.Parameter(_positions(self.grid, size.width))
        self.blocks = nn.ModuleList(Block(config, rate) for rate in rates)
        self.last_norm = nn.LayerNorm(size.width, eps=LAYER_NORM_EPS)
        self.apply(_initialise)

    def forward(self, images: Tensor, dispatch: Dispatch) -> Tensor:
        """images [B, 3, H, W], sorted by task -> features [B, C, H/16, W/16]."""
        # The class token's slot is added to all tokens: a trait of the official code
        # that its weights were trained with.
        x = self.patch_embed(images) + self.pos_embed[:, 1:] + self.pos_embed[:, :1]
        for block in self.blocks:
            x = block(x, dispatch)
        return self.last_norm(x).transpose(1, 2).unflatten(2, self.grid)


def _positions(grid: tuple[int, int], width: int) -> Tensor:
    """[1, 1 + rows * columns, C]: 2-D sines as MAE has them; a random table learns later."""
    table = build_sincos2d_pos_embed(list(grid), dim=width)
    return torch.cat([torch.zeros(1, width), table])[None]


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
