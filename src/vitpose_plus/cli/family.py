"""A member of the family by its size, without a checkpoint."""

from collections.abc import Sequence
from typing import cast

import click

from vitpose_plus.checkpoints import Inspection
from vitpose_plus.checkpoints.hints import as_tasks
from vitpose_plus.checkpoints.tasks import OFFICIAL_ORDER
from vitpose_plus.models import SIZES, SizeName, Task, ViTPoseConfig


def is_member(name: str) -> bool:
    """Whether this is a size, or a size and a plus."""
    return name.removesuffix("+") in SIZES


def member(
    name: str,
    *,
    tasks: Sequence[str | Task] | None = None,
    input_size: tuple[int, int] | None = None,
    ratio: int | None = None,
    heads: int | None = None,
) -> Inspection:
    """A ViTPose (`s`) for COCO, or a ViTPose+ (`s+`) for six tasks, unless others are given.

    Raises:
        CheckpointError: no such task.
        UsageError: heads are given, which a size states.
    """
    if heads is not None:
        raise click.UsageError(f"--heads: size {name} states its own")
    plus = name.endswith("+")
    config = ViTPoseConfig(
        size=cast(SizeName, name.removesuffix("+")),
        ffn="partially_shared" if plus else "plain",
        input_size=input_size or (256, 192),
        ratio=2 if ratio == 2 else 1,
        tasks=as_tasks(tasks or (OFFICIAL_ORDER if plus else ["coco"])),
    )
    return Inspection(format=f"ViTPose{'+' * plus} of the family", config=config, left_out={})
