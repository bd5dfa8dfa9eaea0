"""How a masked auto-encoder is trained. The defaults are the MAE authors' recipe."""

from typing import Literal

from pydantic import Field, model_validator

from vitpose_plus.engine.config import Optimisation, Run
from vitpose_plus.geometry import Augmentation
from vitpose_plus.geometry.input_size import InputSize
from vitpose_plus.models.mae_config import MAEConfig
from vitpose_plus.models.sizes import Size, SizeName
from vitpose_plus.settings import settings
from vitpose_plus.training.config import Sampling


@settings
class MaskedOptimisation(Optimisation):
    """AdamW as MAE's authors set it (He et al. 2022, table 8): see `Optimisation`.

    The warm-up takes 40 of 1,600 epochs. All layers learn alike, and nothing is clipped.
    """

    learning_rate: float = Field(default=1.5e-4, gt=0)
    rate_for_batch: int | None = Field(default=256, ge=1)
    layer_decay: float = Field(default=1.0, gt=0, le=1)
    weight_decay: float = Field(default=0.05, ge=0)
    betas: tuple[float, float] = (0.9, 0.95)
    clip_norm: float | None = Field(default=None, gt=0)
    warmup_steps: int | None = Field(default=None, ge=0)
    warmup_share: float = Field(default=40 / 1600, ge=0, le=1)
    schedule: Literal["steps", "cosine"] = "cosine"

    @model_validator(mode="after")
    def _check(self) -> "MaskedOptimisation":
        if self.layer_decay != 1:
            raise ValueError(
                f"layer_decay {self.layer_decay}: layers that begin at random learn at one rate; "
                "leave it out"
            )
        return self


@settings
class PersonAugmentation(Augmentation):
    """How views of instances stray from their boxes: see `Augmentation`.

    Scale and half bodies are pose training's; every centre strays; nothing is turned, as in the
    authors' recipe: a turned picture's empty corners would be patches to guess.
    """

    rotation: float = Field(default=0.0, ge=0)
    rotated: float = Field(default=0.0, ge=0, le=1)
    centre_jitter: float = Field(default=1.0, ge=0, le=1)
    jitter_each_pass: bool = True


@settings
class RandomPart:
    """The part of a whole picture that is looked at (the authors' random resized crop).

    Attributes:
        area: least and most share of the picture.
        stretch: least and most times that the part is wider than the input's shape.
        flip: chance of mirroring.
    """

    area: tuple[float, float] = (0.2, 1.0)
    stretch: tuple[float, float] = (3 / 4, 4 / 3)
    flip: float = Field(default=0.5, ge=0, le=1)

    @model_validator(mode="after")
    def _check(self) -> "RandomPart":
        if not 0 < self.area[0] <= self.area[1] <= 1:
            raise ValueError(f"area {self.area}: shares of a picture, the smaller one first")
        if not 0 < self.stretch[0] <= self.stretch[1]:
            raise ValueError(f"stretch {self.stretch}: factors, the smaller one first")
        return self


@settings
class MaskedDecoder:
    """What guesses the masked patches; no pose model takes it over.

    Attributes:
        width: channels of a token.
        depth: blocks.
        heads: attention heads.
    """

    width: int = Field(default=512, gt=0)
    depth: int = Field(default=8, gt=0)
    heads: int = Field(default=16, gt=0)


@settings
class Pretraining(Run):
    """One training of a masked auto-encoder.

    Attributes:
        mask_ratio: share of the patches that is hidden.
        normalise_pixels: guess each patch's pixels after taking its own mean and deviation out.
        decoder: what guesses.
        view: instances, each one a crop, the papers' "with cropping"; pictures, each one once an
            epoch, "without".
        augmentation: of instances.
        part: of pictures.
        sampling: how several data sets share an epoch.
        reconstructions: held-out views that are drawn at each scoring; 0, none.
    """

    epochs: int = Field(default=1600, ge=1)
    batch_size: int = Field(default=4096, ge=1)
    validate_every: int = Field(default=20, ge=1)
    optimisation: MaskedOptimisation = MaskedOptimisation()
    mask_ratio: float = Field(default=0.75, gt=0, lt=1)
    normalise_pixels: bool = True
    decoder: MaskedDecoder = MaskedDecoder()
    view: Literal["instances", "pictures"] = "instances"
    augmentation: PersonAugmentation = PersonAugmentation()
    part: RandomPart = RandomPart()
    sampling: Sampling = Sampling()
    reconstructions: int = Field(default=8, ge=0)

    def model(self, size: SizeName | Size, input_size: InputSize) -> MAEConfig:
        """The auto-encoder around an encoder of this size."""
        return MAEConfig(
            size=size,
            input_size=input_size,
            mask_ratio=self.mask_ratio,
            decoder_width=self.decoder.width,
            decoder_depth=self.decoder.depth,
            decoder_heads=self.decoder.heads,
            normalise_pixels=self.normalise_pixels,
        )
