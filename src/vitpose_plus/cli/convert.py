"""`vitpose convert`."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vitpose_plus.cli.options import check_task, hints
from vitpose_plus.cli.targets import refuse_to_overwrite, size_on_disk

if TYPE_CHECKING:
    from vitpose_plus.models import ViTPose

log = logging.getLogger(__name__)


@click.command()
@click.argument("source", metavar="SRC")
@click.argument("target", metavar="DST", type=click.Path(path_type=Path))
@click.option(
    "--to",
    type=click.Choice(["huggingface", "onnx", "native"]),
    help="The format; needed unless DST ends in .onnx.",
)
@click.option(
    "--task",
    metavar="NAME",
    help="One task alone: its expert is folded in, the others are left out.",
)
@click.option("--experts", is_flag=True, help="Keep all experts in a huggingface folder.")
@click.option("--force", is_flag=True, help="Replace DST.")
@hints
def convert(
    source: str,
    target: Path,
    to: str | None,
    task: str | None,
    experts: bool,
    force: bool,
    **hints: Any,
) -> None:
    """Write a checkpoint in another format.

    SRC is a folder or a file of any known format. DST becomes a folder for transformers
    (huggingface), a file for ONNX Runtime (onnx), or our own folder (native). What other
    programs will compute from it is compared with our own heatmaps before DST appears.
    """
    to = to or _told_by(target)
    if experts and to != "huggingface":
        raise click.UsageError("--experts is for huggingface: native keeps them, onnx has one task")
    refuse_to_overwrite(target, force=force, folder=to != "onnx")
    from vitpose_plus.checkpoints import load_model

    log.info("reading %s", source)
    model = load_model(source, **hints)
    check_task(model.config, task)
    log.info("writing %s as %s", target, to)
    _write(model, target, to, task, experts)
    click.echo(f"{target}: {to}, {size_on_disk(target) / 1e6:.1f} MB")


def _told_by(target: Path) -> str:
    if target.suffix != ".onnx":
        raise click.UsageError("--to is needed, as DST does not end in .onnx")
    return "onnx"


def _write(model: "ViTPose", target: Path, to: str, task: str | None, experts: bool) -> None:
    if to == "onnx":
        from vitpose_plus.checkpoints.onnx import export_onnx

        export_onnx(model, target, task)
    elif to == "huggingface":
        from vitpose_plus.checkpoints.huggingface import export_huggingface

        export_huggingface(model, target, task, experts=experts)
    else:
        from vitpose_plus.checkpoints import save_model

        save_model(model.for_task(task) if task else model, target)
