"""Partial fine-tuning: parts of a backbone that keep their weights (ViTPose, table 7)."""

from pydantic import Field
from torch import nn

from vitpose_plus.models.vitpose import ViTPose
from vitpose_plus.settings import settings


@settings
class Freeze:
    """What does not learn.

    Attributes:
        attention: every block's attention and the norm before it.
        ffn: every block's FFN and the norm before it, and the embeddings, as the official
            `freeze_ffn` has it.
        blocks: the first so many blocks as a whole, and the embeddings. The official
            `frozen_stages` leaves block 0 trainable; here the first block is the first.
    """

    attention: bool = False
    ffn: bool = False
    blocks: int = Field(default=0, ge=0)


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
