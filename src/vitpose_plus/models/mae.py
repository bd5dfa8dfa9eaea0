"""The masked auto-encoder, from which a ViTPose starts (He et al. 2022)."""

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vitpose_plus.geometry.input_size import PATCH
from vitpose_plus.models.config import LAYER_NORM_EPS
from vitpose_plus.models.mae_blocks import Block, Linear, linear
from vitpose_plus.models.mae_config import MAEConfig
from vitpose_plus.models.mae_masking import (
    CHANNELS,
    PATCH_PIXELS,
    Target,
    fixed_positions,
    take,
    target_of,
    to_patches,
    to_pictures,
    visible_first,
)

TOKEN_DEVIATION = 0.02  # of the class and mask tokens at the start; the authors'


class Reconstruction(NamedTuple):
    """What the model makes of pictures it sees a part of.

    Attributes:
        pictures: [B, 3, H, W], normalised as the given ones; masked patches are predicted.
        masked: [B, N] bool, patches row by row.
    """

    pictures: Tensor
    masked: Tensor


class PatchEmbed(nn.Module):
    """Patches to tokens: MAE's convolution, which has no padding, on the patches that are seen."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(CHANNELS, width, PATCH, stride=PATCH)

    def forward(self, patches: Tensor) -> Tensor:
        """Patches [B, V, P] -> tokens [B, V, C]."""
        weight = self.proj.weight.permute(0, 2, 3, 1).flatten(1)  # colours fastest, as in a patch
        return linear(patches, weight, cast(Tensor, self.proj.bias))


class MAE(nn.Module):
    """A ViT that sees a part of a picture's patches, and a small one that predicts the others.

    Names and shapes of the weights are the authors' (facebookresearch/mae, `models_mae.py`), so
    that theirs, timm's and ours can be exchanged. It computes what theirs does, less what no loss
    depends on: masked patches are not embedded, and the decoder's last block, norm and prediction
    leave out the visible ones. Attention does not know the order of tokens: they stay shuffled,
    the class token first, then the visible, then the masked.

    Attributes:
        blocks: the encoder's.
        decoder_blocks: the decoder's.
    """

    pos_embed: Tensor
    decoder_pos_embed: Tensor

    def __init__(self, config: MAEConfig) -> None:
        super().__init__()
        self.config = config
        size, width = config.dimensions, config.decoder_width
        self.patch_embed = PatchEmbed(size.width)
        self.cls_token = nn.Parameter(torch.empty(1, 1, size.width))
        self.register_buffer("pos_embed", fixed_positions(config.grid, size.width))
        self.blocks = nn.ModuleList(
            Block(size.width, size.heads, size.hidden) for _ in range(size.depth)
        )
        self.norm = nn.LayerNorm(size.width, eps=LAYER_NORM_EPS)
        self.decoder_embed = Linear(size.width, width)
        self.mask_token = nn.Parameter(torch.empty(1, 1, width))
        self.register_buffer("decoder_pos_embed", fixed_positions(config.grid, width))
        self.decoder_blocks = nn.ModuleList(
            Block(width, config.decoder_heads, 4 * width) for _ in range(config.decoder_depth)
        )
        self.decoder_norm = nn.LayerNorm(width, eps=LAYER_NORM_EPS)
        self.decoder_pred = Linear(width, PATCH_PIXELS)
        _initialise(self)

    def forward(self, images: Tensor, noise: Tensor) -> Tensor:
        """Each sample's loss.

        Args:
            images: [B, 3, H, W], normalised as `geometry.normalise` does.
            noise: [B, N], uniform in [0, 1): the patches with the lowest are seen.

        Returns:
            [B]: the mean over the masked patches of each one's mean squared error.

        Raises:
            ValueError: pictures or noise are not of the configured size.
        """
        self._check(images, noise)
        order = visible_first(noise)
        predicted, target = self._predict(to_patches(images), order)
        return (predicted - target.values).square().mean(dim=(1, 2))

    @torch.no_grad()
    def reconstruct(self, images: Tensor, noise: Tensor) -> Reconstruction:
        """The pictures with their masked patches as predicted; see `forward` for the arguments.

        Where pixels are normalised, a prediction gets its own patch's mean and deviation back.
        """
        self._check(images, noise)
        order, patches = visible_first(noise), to_patches(images)
        predicted, target = self._predict(patches, order)
        pixels = predicted * target.deviation + target.mean
        masked = order[:, self.config.visible :]
        places = masked[..., None].expand_as(pixels)
        pictures = to_pictures(patches.scatter(1, places, pixels), self.config.grid)
        unseen = torch.zeros_like(noise, dtype=torch.bool).scatter(1, masked, True)
        return Reconstruction(pictures, unseen)

    def encode(self, patches: Tensor, visible: Tensor) -> Tensor:
        """Features [B, 1 + V, C] of the visible patches, the class token's first.

        Args:
            patches: [B, V, P], the visible ones alone.
            visible: [B, V], their indices.
        """
        positions = self.pos_embed[0, 1:][visible]
        class_token = (self.cls_token + self.pos_embed[:, :1]).expand(len(patches), -1, -1)
        x = torch.cat([class_token, self.patch_embed(patches) + positions], dim=1)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)

    def decode(self, features: Tensor, order: Tensor) -> Tensor:
        """Features [B, 1 + V, C] -> predictions [B, N - V, P] of the masked patches.

        Args:
            features: of the class token and the visible patches.
            order: [B, N], indices of the patches, the visible first.
        """
        seen = self.decoder_embed(features)
        unseen = self.mask_token.expand(len(order), order.shape[1] + 1 - seen.shape[1], -1)
        slots = F.pad(order + 1, (1, 0))  # the table's first is the class token's
        x = torch.cat([seen, unseen], dim=1) + self.decoder_pos_embed[0][slots]
        *others, last = self.decoder_blocks
        for block in others:
            x = block(x)
        return self.decoder_pred(self.decoder_norm(last(x, first=seen.shape[1])))

    def _predict(self, patches: Tensor, order: Tensor) -> tuple[Tensor, Target]:
        """Predictions [B, N - V, P] of the masked patches, and what they should be."""
        visible, masked = order[:, : self.config.visible], order[:, self.config.visible :]
        features = self.encode(take(patches, visible), visible)
        target = target_of(take(patches, masked), normalise=self.config.normalise_pixels)
        return self.decode(features, order), target

    def _check(self, images: Tensor, noise: Tensor) -> None:
        expected = (CHANNELS, *self.config.input_size)
        if images.shape[1:] != expected or noise.shape != (len(images), self.config.patches):
            raise ValueError(
                f"pictures {tuple(images.shape)} with noise {tuple(noise.shape)}: this model takes "
                f"[B, {', '.join(map(str, expected))}] with [B, {self.config.patches}]"
            )


def multiply_adds(config: MAEConfig) -> int:
    """Of one sample's forward pass: matrix products, attention's two among them."""
    size, width = config.dimensions, config.decoder_width
    masked = config.patches - config.visible
    seen, tokens = config.visible + 1, config.patches + 1
    pixels = PATCH_PIXELS * (config.visible * size.width + masked * width)
    encoder = size.depth * _of_block(seen, seen, size.width, size.hidden)
    between = seen * size.width * width
    decoder = (config.decoder_depth - 1) * _of_block(tokens, tokens, width, 4 * width)
    last = _of_block(tokens, masked, width, 4 * width)
    return pixels + encoder + between + decoder + last


def _of_block(tokens: int, asking: int, width: int, hidden: int) -> int:
    keys_and_values = 2 * tokens * width**2
    queries_and_projection = 2 * asking * width**2
    products = 2 * asking * tokens * width
    return keys_and_values + queries_and_projection + products + 2 * asking * width * hidden


def _initialise(model: MAE) -> None:
    """As the authors' `initialize_weights` does; the patch embedding counts as a linear."""
    nn.init.xavier_uniform_(model.patch_embed.proj.weight.flatten(1))
    nn.init.normal_(model.cls_token, std=TOKEN_DEVIATION)
    nn.init.normal_(model.mask_token, std=TOKEN_DEVIATION)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)
