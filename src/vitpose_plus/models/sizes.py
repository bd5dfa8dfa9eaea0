"""The family's sizes: numbers that a configuration names and never spells out."""

from typing import Literal

from pydantic import Field, model_validator

from vitpose_plus.settings import settings

SizeName = Literal["tiny", "s", "b", "l", "h", "g"]


@settings
class Size:
    """Dimensions of a backbone and its decoder.

    Attributes:
        width: channels of a token.
        depth: blocks.
        heads: attention heads. Stated: they leave no trace in a weight's shape.
        hidden: channels inside an FFN.
        expert_width: the last channels of an FFN's output, each task's own (ViTPose+, table 2).
        decoder_width: filters of the classic decoder.
        convolutions: whether ViTAE's convolutions run beside the attention.
    """

    width: int = Field(gt=0)
    depth: int = Field(gt=0)
    heads: int = Field(gt=0)
    hidden: int = Field(gt=0)
    expert_width: int = Field(gt=0)
    decoder_width: int = Field(default=256, gt=0)
    convolutions: bool = False

    @model_validator(mode="after")
    def _check(self) -> "Size":
        if self.width % (2 * self.heads) or self.width % 4:
            raise ValueError(
                f"width {self.width} must be a multiple of 4 and of twice the heads ({self.heads})"
            )
        if self.expert_width >= self.width:
            raise ValueError(f"expert_width {self.expert_width} leaves nothing to be shared")
        return self


SIZES: dict[SizeName, Size] = {
    # Ours, for the sample: it learns on two CPU cores in minutes.
    "tiny": Size(width=192, depth=6, heads=3, hidden=768, expert_width=48, decoder_width=64),
    # 12 heads, where timm's vit_small has 6.
    "s": Size(width=384, depth=12, heads=12, hidden=1536, expert_width=192),
    "b": Size(width=768, depth=12, heads=12, hidden=3072, expert_width=192),
    "l": Size(width=1024, depth=24, heads=16, hidden=4096, expert_width=256),
    "h": Size(width=1280, depth=32, heads=16, hidden=5120, expert_width=320),
    # ViTAE-G was never published: the shape is ViT-g's (Zhai et al. 2022, table 2), whose FFN is
    # 6144 wide, with ViTAE's convolutions. See docs/model.md for what could be checked.
    "g": Size(width=1408, depth=40, heads=16, hidden=6144, expert_width=352, convolutions=True),
}
