"""How a model is trained. The defaults are the published single-task recipe's."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from vitpose_plus.engine.config import Run
from vitpose_plus.geometry import Augmentation
from vitpose_plus.settings import settings


@settings
class Freeze:
    """What does not learn (ViTPose, table 7).

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


@settings
class Start:
    """Weights to start from; see `checkpoints.load_backbone`.

    Attributes:
        weights: a .pth of MAE, timm or ViTPose, a transformers folder, or one of ours.
        origin: where a file that is not there is brought from, as an address of `data`'s origins.
        heads: attention heads the weights were trained with, where their format is silent.
        task: whose expert a plain model takes from a ViTPose+.
        decoders: take the decoders of tasks that both have, too.
        tasks: the data sets of the weights' decoders in order, where they do not tell.
    """

    weights: Path
    origin: str | None = None
    heads: int | None = None
    task: str | None = None
    decoders: bool = False
    tasks: tuple[str, ...] | None = None


@settings
class Sampling:
    """How the samples of several data sets share an epoch, which is as long as they are together.

    Attributes:
        kind: proportional, every instance once (the official concatenation); balanced, as many of
            each set; temperature, a set of n instances weighs n ** (1 / temperature).
        temperature: 1 is proportional; the higher, the nearer to balanced.
    """

    kind: Literal["proportional", "balanced", "temperature"] = "proportional"
    temperature: float = Field(default=2.0, ge=1, allow_inf_nan=False)


@settings
class Training(Run):
    """One training of poses.

    Attributes:
        augmentation: how views stray from their boxes.
        sampling: how the data sets share an epoch.
        decode: who decodes and warps the crops of crop stores: the loader's processes, or the
            training's device (nvJPEG on a graphics card). Held-out pictures are the loader's.
        start: weights to start from; None, from scratch.
        freeze: what does not learn.
        activation_checkpointing: recompute blocks in the backward pass: less memory, more time.
        panels: held-out instances of each set whose poses and heatmaps are drawn at each scoring.
    """

    augmentation: Augmentation = Augmentation()
    sampling: Sampling = Sampling()
    decode: Literal["loader", "device"] = "loader"
    start: Start | None = None
    freeze: Freeze = Freeze()
    activation_checkpointing: bool = False
    panels: int = Field(default=2, ge=0)

    @property
    def weights(self) -> tuple[Path, ...]:
        """What it starts from: at most one file or folder."""
        return () if self.start is None else (self.start.weights,)
