"""A checkpoint of another project, once its names are ours."""

from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor

from vitpose_plus.geometry.input_size import InputSize
from vitpose_plus.models import Task, ViTPoseConfig


@dataclass(frozen=True)
class Foreign:
    """What a reader of one format found.

    Attributes:
        weights: tensors by the names of `ViTPose.state_dict`.
        left_out: the file's own names of what is not used, and why.
        heads: attention heads, where the format states them.
        layer_norm_eps: where the format states it.
        input_size: (height, width) in pixels, where the format states it.
        tasks: in the order of experts and decoders, where the format states them.
        format: what the checkpoint is, for people.
        config: all of the above, where the format states it: our own.
        wide_decoders: a decoder may draw more than its task's keypoints; the first ones count.
        is_vitpose: not another project's vision transformer.
        their_name: the file's name for one of ours, whether the file has it or not.
    """

    weights: dict[str, Tensor]
    left_out: dict[str, str] = field(default_factory=dict)
    heads: int | None = None
    layer_norm_eps: float | None = None
    input_size: InputSize | None = None
    tasks: tuple[Task, ...] | None = None
    format: str = ""
    config: ViTPoseConfig | None = None
    wide_decoders: bool = False
    is_vitpose: bool = True
    their_name: Callable[[str], str] = str
