"""What `vitpose plan` can be told."""

import re
from pathlib import Path
from typing import Any

import click

from vitpose_plus.cli.options import Command, InputSizeOption

SIZES = ("tiny", "s", "b", "l", "h", "g")
PRICES = Path("conf/prices.yml")


class GpuOption(click.ParamType):
    """A GPU, and how many a machine has, as `h100:8`."""

    name = "GPU[:N]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int | None]:
        """`h100:8` -> ("H100", 8)."""
        from vitpose_plus.errors import ConfigurationError
        from vitpose_plus.planning.machines import card

        found = re.fullmatch(r"([\w-]+)(?::([1-9]\d*))?", value)
        if not found:
            self.fail(f"{value!r} is no GPU and number, such as h100:8", param, ctx)
        try:
            return card(found[1])[0], int(found[2]) if found[2] else None
        except ConfigurationError as error:
            self.fail(str(error), param, ctx)


class DataOption(click.ParamType):
    """A data set, and how many instances of it are trained on and scored."""

    name = "NAME[=TRAIN[,VAL]]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[int, int] | None]:
        """`coco=149813,6352` -> ("coco", (149813, 6352)); `coco` -> ("coco", None)."""
        found = re.fullmatch(r"([A-Za-z][\w-]*)(?:=([1-9]\d*)(?:,(\d+))?)?", value, re.ASCII)
        if not found:
            reason = f"{value!r} is no data set with its counts, such as coco=149813,6352"
            self.fail(reason, param, ctx)
        return found[1], (int(found[2]), int(found[3] or 0)) if found[2] else None


def _each_once(ctx: click.Context, param: click.Parameter, given: Any) -> Any:
    names = [name for name, _ in given]
    if again := sorted({name for name in names if names.count(name) > 1}):
        raise click.BadParameter(f"{', '.join(again)} is named more than once")
    return given


_WORK = (
    click.option(
        "--kind",
        type=click.Choice(["train", "pretrain", "distill"]),
        default="train",
        show_default=True,
        help="Heatmaps, the masked auto-encoder, or a student with its teacher.",
    ),
    click.option("--size", type=click.Choice(SIZES), help="What learns: else b, a student s."),
    click.option(
        "--teacher", type=click.Choice(SIZES), help="Of --kind distill, who teaches: else b."
    ),
    click.option(
        "--input-size",
        type=InputSizeOption(),
        default="256x192",
        show_default=True,
        metavar="HxW",
        help="Pixels of the input.",
    ),
    click.option(
        "--data",
        type=DataOption(),
        multiple=True,
        callback=_each_once,
        help="A data set; without counts, the published ones. Several make a ViTPose+. "
        "None: the six of ViTPose+; of MAE, coco and aic.",
    ),
    click.option(
        "--tables",
        type=click.Path(path_type=Path),
        help="Count what was ingested into this folder, such as data/full/tables.",
    ),
    click.option("--epochs", type=click.IntRange(1), help="Else the recipe's: 210, or MAE's 1600."),
    click.option(
        "--batch-size",
        type=click.IntRange(1),
        help="Of all GPUs; else the recipe's: 1024, a single data set's 512, MAE's 4096.",
    ),
    click.option(
        "--validate-every",
        type=click.IntRange(1),
        help="Epochs between two scorings; else the recipe's: 10, or MAE's 20.",
    ),
    click.option(
        "--recompute/--keep",
        default=None,
        help="Compute blocks twice to save memory, or not; else as the recipe: for h and g.",
    ),
)
_MACHINES = (
    click.option(
        "--gpu",
        "gpus",
        type=GpuOption(),
        multiple=True,
        default=["h100:8", "a100:8"],
        show_default=True,
        help="A GPU and how many a machine has; several are laid side by side.",
    ),
    click.option("--nodes", type=click.IntRange(1), default=1, show_default=True, help="Machines."),
    click.option("--strategy", type=click.Choice(["ddp", "fsdp"]), help="Else as the recipe."),
    click.option(
        "--accumulate", type=click.IntRange(1), help="Parts of a step; else 1, or MAE's 2."
    ),
    click.option(
        "--prices",
        type=click.Path(path_type=Path),
        default=PRICES,
        show_default=True,
        help="A table of prices.",
    ),
    click.option("--cloud", help="Only this one's offers."),
    click.option(
        "--price",
        type=click.FloatRange(0, min_open=True),
        help="Dollars a GPU-hour, instead of a table.",
    ),
    click.option(
        "--efa",
        is_flag=True,
        help="AWS's fast network, set up by you; else TCP, which the shipped image speaks.",
    ),
    click.option(
        "--network",
        type=click.FloatRange(0, min_open=True),
        help="Gbit/s that really get from a machine to another, instead of either.",
    ),
)
_KNOWN = (
    click.option(
        "--measured",
        type=click.Path(path_type=Path),
        help="A run's history.jsonl on such GPUs: its MFU instead of an assumed one.",
    ),
    click.option(
        "--measured-gpus", type=click.IntRange(1), help="That run's GPUs; else one machine's."
    ),
    click.option(
        "--mfu", type=click.FloatRange(0, 1, min_open=True), help="The MFU of one machine."
    ),
    click.option(
        "--interruptions",
        type=click.FloatRange(0),
        default=0.05,
        show_default=True,
        help="Of a spot machine in an hour.",
    ),
    click.option(
        "--restart",
        type=click.FloatRange(0),
        default=40,
        show_default=True,
        help="Minutes from an order of machines to the first step: to rent and boot, for the "
        "packages, archives, ingestion and crops of empty disks.",
    ),
    click.option("--json", "as_json", is_flag=True, help="The same as JSON."),
)


def plan_options(command: Command) -> Command:
    """Give the command what it can be told of the work, the machines and what is known."""
    for option in reversed((*_WORK, *_MACHINES, *_KNOWN)):
        command = option(command)
    return command
