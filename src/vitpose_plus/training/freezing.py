"""Partial fine-tuning: parts of a backbone that keep their weights (ViTPose, table 7)."""

from torch import nn

from vitpose_plus.models import ViTPose
from vitpose_plus.training.config import Freeze


def freeze(model: ViTPose, parts: Freeze) -> None:
    """Stop the gradients of these parts; blocks frozen as a whole also drop no paths.

    Raises:
        ValueError: the model has fewer blocks.
    """
    backbone = model.backbone
    if parts.blocks > len(backbone.layers):
        raise ValueError(f"freeze.blocks {parts.blocks}: the model has {len(backbone.layers)}")
    for block in backbone.layers:
        if parts.attention:
            _stop(block.attn, block.norm1)
        if parts.ffn:
            _stop(block.mlp, block.norm2)
    _stop(*backbone.layers[: parts.blocks])
    backbone.frozen_blocks = parts.blocks
    if parts.ffn or parts.blocks:
        _stop(backbone.patch_embed)
        backbone.pos_embed.requires_grad_(False)
    model.train(model.training)


def _stop(*modules: nn.Module) -> None:
    for module in modules:
        module.requires_grad_(False)
