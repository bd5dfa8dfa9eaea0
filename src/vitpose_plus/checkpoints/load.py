"""A ready model from any ViTPose checkpoint."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from pydantic import ValidationError as PydanticError

from vitpose_plus.checkpoints.destination import CONFIG
from vitpose_plus.checkpoints.differences import differences, naming
from vitpose_plus.checkpoints.foreign import Foreign
from vitpose_plus.checkpoints.grids import POSITIONS, stored_grid, with_grid
from vitpose_plus.checkpoints.hints import Hints, agreed, as_tasks
from vitpose_plus.checkpoints.shapes import infer_config
from vitpose_plus.checkpoints.sources import read_checkpoint
from vitpose_plus.checkpoints.tasks import agreed_tasks, with_own_rows
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import Task, ViTPose, ViTPoseConfig
from vitpose_plus.models.folding import with_weights

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Inspection:
    """What a checkpoint is.

    Attributes:
        format: whose it is, for people.
        config: of the model that `load_model` makes of it.
        left_out: the file's own names of what is not used, and why.
    """

    format: str
    config: ViTPoseConfig
    left_out: dict[str, str]


def load_model(
    path: Path | str,
    *,
    tasks: Sequence[str | Task] | None = None,
    input_size: tuple[int, int] | None = None,
    ratio: int | None = None,
    heads: int | None = None,
) -> ViTPose:
    """A ViTPose in evaluation mode, on the CPU, from weights of any known format.

    Args:
        path: a folder of ours or of transformers, or an official file (a torch pickle or
            safetensors; told by content). Code in a pickle is never run.
        tasks: the data sets of the decoders in order, names of built-in ones or `Task`s; by
            default what the checkpoint states, or six in the official order, or one told by
            the file's name or, with a warning, by its number of keypoints alone.
        input_size: (height, width) in pixels; positions of another size are resized. Positions
            of as many tokens are taken as they lie: with a warning where the file states no
            size and another one is usual, as (256, 192) is for the 192 of (384, 128).
        ratio: 2 for features at 1/8, where the decoder does not tell; by default 1.
        heads: attention heads, for a width that is none of the family's.

    Raises:
        CheckpointError: it cannot be read, is no ViTPose, or contradicts what is said of it.
    """
    foreign, config = _fitted(Path(path), tasks, input_size, ratio, heads)
    for reason, count in Counter(foreign.left_out.values()).items():
        log.info("%s: %d tensors left out: %s", path, count, reason)
    return with_weights(config, foreign.weights).eval()


def inspect(
    path: Path | str,
    *,
    tasks: Sequence[str | Task] | None = None,
    input_size: tuple[int, int] | None = None,
    ratio: int | None = None,
    heads: int | None = None,
) -> Inspection:
    """What `load_model` would make of a checkpoint, without the model.

    Raises:
        CheckpointError: as `load_model`.
    """
    foreign, config = _fitted(Path(path), tasks, input_size, ratio, heads)
    return Inspection(foreign.format, config, foreign.left_out)


def _fitted(
    path: Path,
    tasks: Sequence[str | Task] | None,
    input_size: tuple[int, int] | None,
    ratio: int | None,
    heads: int | None,
) -> tuple[Foreign, ViTPoseConfig]:
    """A checkpoint whose tensors are a model's, and the model's configuration."""
    named = as_tasks(tasks) if tasks is not None else None
    hints = Hints(named, input_size, ratio, heads, stem=path.stem)
    only = named[0].name if named and len(named) == 1 else None
    foreign = _with_counters(read_checkpoint(path, only))
    with naming(path):
        config = _stated(foreign.config, hints) if foreign.config else infer_config(foreign, hints)
        foreign = with_own_rows(foreign, config.tasks)
        if POSITIONS in foreign.weights:
            stored = stored_grid(foreign, config.input_size, config.ratio)
            foreign = with_grid(foreign, stored, config.grid)
        _refuse_differences(foreign, config)
    return foreign, config


def _with_counters(foreign: Foreign) -> Foreign:
    """PyTorch before 0.4.1 did not count a BatchNorm's batches; nothing here reads the count."""
    means = [name for name in foreign.weights if name.endswith(".running_mean")]
    counters = {
        name.replace("running_mean", "num_batches_tracked"): torch.tensor(0) for name in means
    }
    return replace(foreign, weights=counters | foreign.weights)


def _stated(config: ViTPoseConfig, hints: Hints) -> ViTPoseConfig:
    """Our own configuration, for another input size if one is wanted."""
    agreed("heads", hints.heads, config.dimensions.heads)
    agreed("ratio", hints.ratio, config.ratio)
    agreed_tasks(hints.tasks, config.tasks)
    if hints.input_size is None:
        return config
    try:
        return replace(config, input_size=hints.input_size)
    except PydanticError as error:
        raise CheckpointError("; ".join(each["msg"] for each in error.errors())) from error


def _refuse_differences(foreign: Foreign, config: ViTPoseConfig) -> None:
    with torch.device("meta"):
        wanted = ViTPose(config).state_dict()
    if found := differences(foreign.weights, wanted, foreign.their_name):
        raise CheckpointError(f"does not fit {_described(foreign, config)}: {found}")


def _described(foreign: Foreign, config: ViTPoseConfig) -> str:
    if foreign.config:
        return CONFIG
    size = config.dimensions
    return (
        f"a {config.ffn} {config.decoder} ViTPose, as its first tensors tell it "
        f"(width {size.width}, {size.depth} blocks, {len(config.tasks)} tasks)"
    )
