"""What a ViTPose is made of: its size, its input and the tasks it serves."""

from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from vitpose_plus.datasets.source import DatasetName
from vitpose_plus.geometry.input_size import PATCH, InputSize
from vitpose_plus.settings import settings
from vitpose_plus.skeletons import Skeleton

HEATMAP_STRIDE = 4


class Size(NamedTuple):
    """Derived numbers of a named size. Heads are stated: they leave no trace in a weight's shape.

    Attributes:
        width: channels of a token.
        depth: blocks.
        heads: attention heads.
        expert_width: the last channels of an FFN's output, each task's own (ViTPose+, table 2).
        decoder_width: filters of the classic decoder.
    """

    width: int
    depth: int
    heads: int
    expert_width: int
    decoder_width: int = 256


SIZES = {
    "tiny": Size(192, 6, 3, 48, 64),  # ours, for the sample: learns on two CPU cores in minutes
    "s": Size(384, 12, 12, 192),
    "b": Size(768, 12, 12, 192),
    "l": Size(1024, 24, 16, 256),
    "h": Size(1280, 32, 16, 320),
}


@settings
class Task:
    """One data set as the model sees it: a name, and the keypoints its decoder draws."""

    name: DatasetName
    skeleton: Skeleton


@settings
class ViTPoseConfig:
    """A ViTPose (`ffn: plain`) or a ViTPose+ (`ffn: partially_shared`).

    Attributes:
        size: a key of `SIZES`.
        input_size: (height, width) in pixels, multiples of 16.
        ffn: plain, one FFN for all tasks; partially_shared, ViTPose+'s task experts.
        drop_path: rate of stochastic depth in the last block, rising linearly from 0.
        tasks: the data sets in the order of their experts.
    """

    size: Literal["tiny", "s", "b", "l", "h"]
    input_size: InputSize = (256, 192)
    ffn: Literal["plain", "partially_shared"]
    drop_path: float = Field(default=0.0, ge=0.0, lt=1.0)
    tasks: tuple[Task, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> "ViTPoseConfig":
        names = [task.name for task in self.tasks]
        if len(set(names)) != len(names):
            raise ValueError(f"tasks {names}: a name stands twice")
        return self

    @property
    def dimensions(self) -> Size:
        """Width, depth and heads of this size."""
        return SIZES[self.size]

    @property
    def grid(self) -> tuple[int, int]:
        """(rows, columns) of tokens."""
        return self.input_size[0] // PATCH, self.input_size[1] // PATCH

    @property
    def heatmap_size(self) -> tuple[int, int]:
        """(height, width) of a heatmap."""
        return self.input_size[0] // HEATMAP_STRIDE, self.input_size[1] // HEATMAP_STRIDE

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
