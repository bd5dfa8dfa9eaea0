"""What a ViTPose is made of: its size, its input, its attention and the tasks it serves."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from vitpose_plus.datasets.source import DatasetName
from vitpose_plus.geometry.input_size import PATCH, InputSize
from vitpose_plus.models.sizes import SIZES, Size, SizeName
from vitpose_plus.settings import settings
from vitpose_plus.skeletons import Skeleton

if TYPE_CHECKING:
    from vitpose_plus.heatmaps import HeatmapCodec

HEATMAP_STRIDE = 4
LAYER_NORM_EPS = 1e-6  # the official code's; transformers' default is 1e-12

FFN = Literal["plain", "partially_shared", "independent", "shared_and_independent"]
Decoder = Literal["classic", "simple"]
AttentionKind = Literal["full", "window", "shift", "pool", "shift_pool"]


@settings
class Task:
    """One data set as the model sees it: a name, and the keypoints its decoder draws."""

    name: DatasetName
    skeleton: Skeleton


@settings
class AttentionPattern:
    """Which tokens see one another (ViTPose, section 3.3 and table 5).

    Attributes:
        kind: full, all see all; window, those of one window; shift, as window, and every other
            block's windows lie half a window further; pool, as window, and each window also sees
            every window's mean; shift_pool, both.
        window: (rows, columns) of tokens in a window.
    """

    kind: AttentionKind = "full"
    window: tuple[int, int] = (8, 8)

    @model_validator(mode="after")
    def _check(self) -> "AttentionPattern":
        if min(self.window) < 2:
            raise ValueError(f"window {self.window}: at least 2 tokens a side")
        return self


@settings
class ViTPoseConfig:
    """Any ViTPose or ViTPose+.

    Attributes:
        size: a key of `SIZES`, or dimensions of one's own.
        input_size: (height, width) in pixels, multiples of 16.
        ratio: 1, patches side by side, features at 1/16; 2, overlapping by half, at 1/8.
        attention: which tokens see one another.
        ffn: plain, one FFN for all tasks; partially_shared, ViTPose+: the last channels are the
            task's own; independent, an FFN a task; shared_and_independent, the sum of a shared
            FFN and the task's own.
        decoder: classic, two transposed convolutions; simple, bilinear and one convolution.
        drop_path: rate of stochastic depth in the last block, rising linearly from 0.
        knowledge_tokens: learned tokens beside the visual ones, the same for all tasks (ViTPose,
            section 3.4, takes one to pass a teacher's knowledge on).
        layer_norm_eps: of every LayerNorm.
        sigma: of the Gaussians it draws, in heatmap pixels: of its targets in training, and of
            the smoothing before they are decoded.
        tasks: the data sets in the order of their experts.
    """

    size: SizeName | Size
    input_size: InputSize = (256, 192)
    ratio: Literal[1, 2] = 1
    attention: AttentionPattern = AttentionPattern()
    ffn: FFN
    decoder: Decoder = "classic"
    drop_path: float = Field(default=0.0, ge=0.0, lt=1.0)
    knowledge_tokens: int = Field(default=0, ge=0)
    layer_norm_eps: float = Field(default=LAYER_NORM_EPS, gt=0)
    sigma: float = Field(default=2.0, gt=0)
    tasks: tuple[Task, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> "ViTPoseConfig":
        names = [task.name for task in self.tasks]
        if len(set(names)) != len(names):
            raise ValueError(f"tasks {names}: a name stands twice")
        check_windows(self.attention, self.input_size, self.ratio)
        check_knowledge(self.knowledge_tokens, self.attention, self.dimensions)
        return self

    @property
    def dimensions(self) -> Size:
        """Width, depth and heads of this size."""
        return SIZES[self.size] if isinstance(self.size, str) else self.size

    @property
    def grid(self) -> tuple[int, int]:
        """(rows, columns) of tokens."""
        return token_grid(self.input_size, self.ratio)

    @property
    def heatmap_size(self) -> tuple[int, int]:
        """(height, width) of a heatmap."""
        return self.input_size[0] // HEATMAP_STRIDE, self.input_size[1] // HEATMAP_STRIDE

    @property
    def codec(self) -> "HeatmapCodec":
        """Between keypoints and this model's heatmaps."""
        from vitpose_plus.heatmaps import HeatmapCodec

        return HeatmapCodec(self.input_size, self.heatmap_size, self.sigma)

    @property
    def upsampling(self) -> int:
        """How many times finer than the tokens' grid the heatmaps are."""
        return PATCH // (self.ratio * HEATMAP_STRIDE)

    @property
    def drop_rates(self) -> list[float]:
        """Rate of stochastic depth of each block."""
        last = max(1, self.dimensions.depth - 1)
        return [self.drop_path * block / last for block in range(self.dimensions.depth)]

    @property
    def experts(self) -> int:
        """Experts an FFN holds; 0 in a plain ViTPose."""
        return 0 if self.ffn == "plain" else len(self.tasks)

    def task_index(self, name: str) -> int:
        """Index of a task by its name.

        Raises:
            KeyError: there is no such task; the message lists those there are.
        """
        names = [task.name for task in self.tasks]
        if name not in names:
            raise KeyError(f"unknown task {name!r}: this model serves {', '.join(names)}")
        return names.index(name)


def token_grid(input_size: tuple[int, int], ratio: int) -> tuple[int, int]:
    """(rows, columns) of tokens of an input of (height, width) pixels."""
    height, width = input_size
    return height * ratio // PATCH, width * ratio // PATCH


def check_windows(attention: AttentionPattern, input_size: tuple[int, int], ratio: int) -> None:
    """Refuse windows that do not tile the grid of tokens.

    Raises:
        ValueError: a side of the grid is no multiple of the window's.
    """
    grid, window = token_grid(input_size, ratio), attention.window
    if attention.kind != "full" and (grid[0] % window[0] or grid[1] % window[1]):
        raise ValueError(
            f"attention.window {window} does not tile the grid of {grid} tokens: "
            "take divisors of its sides, or another input_size"
        )


def check_knowledge(tokens: int, attention: AttentionPattern, size: Size) -> None:
    """Refuse tokens without a place in the grid to a backbone that needs every token's place.

    Raises:
        ValueError: attention in windows, or ViTAE's convolutions.
    """
    if tokens and attention.kind != "full":
        raise ValueError(
            f"knowledge_tokens {tokens}: attention of kind {attention.kind!r} joins the tokens of "
            "a window, and a knowledge token lies in none. Take attention.kind: full, or 0 tokens"
        )
    if tokens and size.convolutions:
        raise ValueError(
            f"knowledge_tokens {tokens}: ViTAE's convolutions (as size g has them) see a grid of "
            "tokens, and a knowledge token has no place in it. Take another size, or 0 tokens"
        )
