"""What a masked auto-encoder is made of; its encoder is a ViTPose's backbone to be."""

from pydantic import Field, model_validator

from vitpose_plus.geometry.input_size import PATCH, InputSize
from vitpose_plus.models.sizes import SIZES, Size, SizeName
from vitpose_plus.settings import settings


@settings
class MAEConfig:
    """A masked auto-encoder (He et al. 2022); the defaults are the published decoder and mask.

    Attributes:
        size: the encoder's: a key of `SIZES`, or dimensions of one's own.
        input_size: (height, width) in pixels, multiples of 16.
        mask_ratio: share of the patches that the encoder does not see.
        decoder_width: channels of a token in the decoder; its FFN is four times as wide.
        decoder_depth: blocks of the decoder.
        decoder_heads: attention heads of the decoder.
        normalise_pixels: the target is each patch's pixels less their mean, over their deviation.
    """

    size: SizeName | Size
    input_size: InputSize = (256, 192)
    mask_ratio: float = Field(default=0.75, gt=0, lt=1)
    decoder_width: int = Field(default=512, gt=0)
    decoder_depth: int = Field(default=8, ge=1)
    decoder_heads: int = Field(default=16, gt=0)
    normalise_pixels: bool = True

    @model_validator(mode="after")
    def _check(self) -> "MAEConfig":
        if self.dimensions.convolutions:
            raise ValueError(
                f"size {self.size!r} has convolutions, which need the masked neighbours too: "
                "take a size without"
            )
        if self.decoder_width % self.decoder_heads or self.decoder_width % 4:
            raise ValueError(
                f"decoder_width {self.decoder_width} must be a multiple of 4 and of "
                f"decoder_heads ({self.decoder_heads})"
            )
        if not 0 < self.visible < self.patches:
            raise ValueError(
                f"mask_ratio {self.mask_ratio} leaves {self.visible} of {self.patches} patches "
                "visible: at least one must be visible and one masked"
            )
        return self

    @property
    def dimensions(self) -> Size:
        """Width, depth and heads of the encoder."""
        return SIZES[self.size] if isinstance(self.size, str) else self.size

    @property
    def grid(self) -> tuple[int, int]:
        """(rows, columns) of patches."""
        return self.input_size[0] // PATCH, self.input_size[1] // PATCH

    @property
    def patches(self) -> int:
        """Patches of a picture."""
        return self.grid[0] * self.grid[1]

    @property
    def visible(self) -> int:
        """Patches that the encoder sees, rounded as the authors do."""
        return int(self.patches * (1 - self.mask_ratio))
