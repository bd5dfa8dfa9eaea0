"""`vitpose info`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vitpose_plus.cli.options import check_task, hints

if TYPE_CHECKING:
    from vitpose_plus.checkpoints import Inspection


@click.command()
@click.argument("source", metavar="SRC")
@click.option(
    "--task", metavar="NAME", help="Whose picture the arithmetic is counted for; else the first's."
)
@hints
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def info(source: str, task: str | None, as_json: bool, **hints: Any) -> None:
    """Describe a checkpoint, or a member of the family.

    SRC is a folder or a file of any known format, or a size: s, b, l, h, g or tiny for a ViTPose
    with COCO's keypoints, s+, b+, ... for a ViTPose+ with the six published tasks.
    """
    found = _found(source, hints)
    check_task(found.config, task)
    from vitpose_plus.cli.description import as_dict, as_text
    from vitpose_plus.models.cost import count

    cost = count(found.config, task)
    click.echo(json.dumps(as_dict(found, cost), indent=1) if as_json else as_text(found, cost))


def _found(source: str, hints: dict[str, Any]) -> "Inspection":
    from vitpose_plus.cli.family import is_member, member

    if is_member(source) and not Path(source).exists():
        return member(source, **hints)
    from vitpose_plus.checkpoints import inspect

    return inspect(source, **hints)
