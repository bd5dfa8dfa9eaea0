"""`config.json` of a transformers folder: the part of it that our models can hold."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, model_validator
from pydantic import ValidationError as PydanticError
from pydantic.dataclasses import dataclass

from vitpose_plus.checkpoints.destination import CONFIG
from vitpose_plus.checkpoints.differences import cut
from vitpose_plus.errors import CheckpointError
from vitpose_plus.geometry.input_size import InputSize
from vitpose_plus.models import Task


def _both_sides(value: Any) -> Any:
    """Folders write a square as one number."""
    return (value, value) if isinstance(value, int) else value


_BothSides = BeforeValidator(_both_sides)


@dataclass(frozen=True, kw_only=True)
class BackboneConfig:
    """Their `VitPoseBackboneConfig`. Defaults are theirs: a folder may leave them unsaid.

    A field that our models cannot hold has one permitted value. Dropout is not read: it acts in
    training alone.

    Attributes:
        image_size: (height, width) in pixels.
        num_experts: 1 in a plain ViTPose.
        part_features: the width of an expert's output, where there are several.
        layer_norm_eps: of every LayerNorm; the default is not the 1e-6 of ViTPose.
        out_indices: blocks, counted from 1, whose output is a feature map; the last is used.
        out_features: the same as `stage1`, `stage2`, ....
    """

    model_type: Literal["vitpose_backbone"] = "vitpose_backbone"
    image_size: Annotated[InputSize, _BothSides] = (256, 192)
    patch_size: Annotated[tuple[Literal[16], Literal[16]], _BothSides] = (16, 16)
    num_channels: Literal[3] = 3
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    mlp_ratio: int = 4
    num_experts: int = Field(default=1, ge=1)
    part_features: int = 256
    hidden_act: Literal["gelu"] = "gelu"
    layer_norm_eps: float = Field(default=1e-12, gt=0)
    qkv_bias: Literal[True] = True
    out_indices: tuple[int, ...] | None = None
    out_features: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _check(self) -> "BackboneConfig":
        stages = self.num_hidden_layers + 1
        used = {index % stages for index in self.out_indices or ()}
        named = set(self.out_features or ())
        if (
            used | named
            and self.num_hidden_layers not in used
            and f"stage{stages - 1}" not in named
        ):
            raise ValueError(
                f"out_indices {self.out_indices}: not the features of the last of "
                f"{self.num_hidden_layers} blocks"
            )
        return self


@dataclass(frozen=True, kw_only=True)
class TasksConfig:
    """What our export adds: the tasks in the order of their experts, and the decoder's own."""

    tasks: tuple[Task, ...] = Field(min_length=1)
    decoder: str

    @model_validator(mode="after")
    def _check(self) -> "TasksConfig":
        if self.decoder not in (names := [task.name for task in self.tasks]):
            raise ValueError(f"decoder {self.decoder!r} is none of the tasks {names}")
        return self


@dataclass(frozen=True, kw_only=True)
class FolderConfig:
    """Their `VitPoseConfig`, with transformers' defaults, and one key of ours.

    Attributes:
        use_simple_decoder: bilinear upsampling; else two transposed convolutions.
        scale_factor: of the simple decoder's upsampling.
        id2label: the keypoints' names by index.
        vitpose_plus: ours; other folders lack it.
    """

    model_type: Literal["vitpose"] = "vitpose"
    backbone_config: BackboneConfig
    use_simple_decoder: bool = True
    scale_factor: int = 4
    id2label: dict[int, str] = Field(default_factory=dict)
    vitpose_plus: TasksConfig | None = None

    @model_validator(mode="after")
    def _check(self) -> "FolderConfig":
        if self.use_simple_decoder and self.scale_factor != 4:
            raise ValueError(f"scale_factor {self.scale_factor}: our simple decoder's is 4")
        return self


_CONFIG = TypeAdapter(FolderConfig)


def is_huggingface(folder: Path) -> bool:
    """Whether this is a folder of transformers' VitPose."""
    try:
        return json.loads((folder / CONFIG).read_text()).get("model_type") == "vitpose"
    # No such folder or file, no JSON, or JSON that is no object.
    except (OSError, ValueError, AttributeError):
        return False


def read_config(folder: Path) -> FolderConfig:
    """The configuration of a folder of transformers' VitPose.

    Raises:
        CheckpointError: it is another folder, or says what our models cannot be; the message
            names the keys.
    """
    path = folder / CONFIG
    if not is_huggingface(folder):
        raise CheckpointError(f'{path} is missing or does not say "model_type": "vitpose"')
    found = json.loads(path.read_text(), object_pairs_hook=_without_nulls)
    # transformers' own default takes the features of the fourth block.
    found.setdefault("backbone_config", {"out_indices": [4]})
    try:
        return _CONFIG.validate_python(found)
    except PydanticError as error:
        reasons = [_reason(tuple(one["loc"]), one["msg"]) for one in error.errors()]
        raise CheckpointError(
            f"{path} says what our models cannot be: {cut(reasons)}. "
            "Correct it if it is wrong, or use this model with transformers"
        ) from error


def dump_config(config: FolderConfig) -> dict[str, Any]:
    """As JSON takes it."""
    return _CONFIG.dump_python(config, mode="json", exclude_none=True)


def _without_nulls(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A null means the default."""
    return {key: value for key, value in pairs if value is not None}


def _reason(where: tuple[int | str, ...], what: str) -> str:
    return f"{'.'.join(map(str, where))}: {what.removeprefix('Value error, ')}"
