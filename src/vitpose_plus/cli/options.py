"""Options that several commands have: what a checkpoint's shapes cannot say."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pydantic import ValidationError

    from vitpose_plus.models import Task, ViTPoseConfig

Command = Callable[..., Any]


class InputSizeOption(click.ParamType):
    """Height and width in pixels, as `256x192`."""

    name = "HxW"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """`256x192` -> (256, 192)."""
        from pydantic import TypeAdapter, ValidationError

        from vitpose_plus.geometry.input_size import InputSize

        found = re.fullmatch(r"(\d+)x(\d+)", value)
        if not found:
            self.fail(f"{value!r} is not a height and a width, such as 256x192", param, ctx)
        try:
            return TypeAdapter(InputSize).validate_python((int(found[1]), int(found[2])))
        except ValidationError as error:
            self.fail(reason(error), param, ctx)


class TasksOption(click.ParamType):
    """Data sets, separated by commas: built-in names, or .yml files of skeletons."""

    name = "NAMES"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "list[str | Task]":
        """`coco,my.yml` -> names of built-in tasks as they are, others read."""
        return [self._task(name, param, ctx) for name in value.split(",")]

    def _task(
        self, name: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> "str | Task":
        if Path(name).suffix not in {".yml", ".yaml"}:
            return name
        from pydantic import ValidationError

        from vitpose_plus.models import Task
        from vitpose_plus.skeletons import load_skeleton

        skeleton = load_skeleton(name)
        try:
            return Task(name=skeleton.name, skeleton=skeleton)
        except ValidationError as error:
            self.fail(f"{name}: its name {skeleton.name!r}: {reason(error)}", param, ctx)


_HINTS = (
    click.option(
        "--tasks",
        type=TasksOption(),
        help="What the decoders draw, in their order, where the checkpoint does not say: "
        "data sets, or .yml files of skeletons, separated by commas.",
    ),
    click.option(
        "--input-size",
        type=InputSizeOption(),
        metavar="HxW",
        help="Pixels of the input; positions of another size are resized.",
    ),
    click.option(
        "--ratio",
        type=click.IntRange(1, 2),
        metavar="1|2",
        help="2 for overlapping patches, features at 1/8.",
    ),
    click.option(
        "--heads",
        type=click.IntRange(min=1),
        metavar="N",
        help="Attention heads, for a width of your own.",
    ),
)


def hints(command: Command) -> Command:
    """Give a command the keyword arguments of `load_model`."""
    for option in reversed(_HINTS):
        command = option(command)
    return command


def check_task(config: "ViTPoseConfig", task: str | None) -> None:
    """Refuse a task that the model does not serve.

    Raises:
        BadParameter: the message lists those there are.
    """
    try:
        if task is not None:
            config.task_index(task)
    except KeyError as error:
        raise click.BadParameter(error.args[0], param_hint="--task") from error


def reason(error: "ValidationError") -> str:
    """What the first of its complaints says."""
    return error.errors()[0]["msg"].removeprefix("Value error, ")
