"""`vitpose node`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vitpose_plus.cli.progress import with_times

if TYPE_CHECKING:
    from vitpose_plus.nodes.settings import Node


@click.command(context_settings={"allow_interspersed_args": False})
@click.argument("command", metavar="COMMAND...", nargs=-1, required=True)
@click.option(
    "--store",
    envvar="VITPOSE_STORE",
    metavar="s3://…",
    help="Keep what COMMAND makes there while it runs, and go on from it on an empty disk. "
    "An address of its own for each run.  [VITPOSE_STORE]",
)
@click.option(
    "--keep",
    multiple=True,
    type=click.Path(),
    metavar="FOLDER",
    help="What is kept in the store, such as data/full/models. May be given several times.",
)
@click.option(
    "--from",
    "sources",
    multiple=True,
    metavar="s3://…=FOLDER",
    help="Bring a folder that another job keeps in its store, and leave that as it is. May be "
    "given several times.",
)
@click.option(
    "--every",
    type=click.FloatRange(min=1),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Between two looks for something new to store.",
)
@click.option(
    "--pull",
    multiple=True,
    metavar="TARGET",
    help="What `dvc pull` brings first: stages, folders, .dvc files. May be given several times.",
)
@click.option(
    "--remote",
    envvar="VITPOSE_DVC_REMOTE",
    metavar="s3://…",
    help="DVC's remote, where its configuration names none.  [VITPOSE_DVC_REMOTE]",
)
@click.option(
    "--prepare",
    metavar="COMMAND",
    help="What the other nodes run first, to have the data that the head's COMMAND makes for "
    "itself: 'kedro run … --to-nodes=cut_crops'. It is tracked nowhere.",
)
@click.option(
    "--shared-disk",
    is_flag=True,
    envvar="VITPOSE_SHARED_DISK",
    help="All nodes see this folder: the head alone brings data.  [VITPOSE_SHARED_DISK]",
)
@click.option(
    "--port",
    type=int,
    default=29400,
    show_default=True,
    help="Of the head: processes meet there; on the next one it tells nodes what to do.",
)
@click.option(
    "--patience",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    metavar="MINUTES",
    help="That nodes wait for one another, and for a head that is gone.",
)
@click.option(
    "--grace",
    type=click.FloatRange(min=0, min_open=True),
    default=110.0,
    show_default=True,
    envvar="VITPOSE_GRACE",
    metavar="SECONDS",
    help="From SIGTERM to the moment when the machine may be gone.  [VITPOSE_GRACE]",
)
def node(**options: Any) -> None:
    """Do one node's part of a job that SkyPilot, AWS Batch or Slurm started on each of them.

    The first node, the head, brings the newest checkpoints and the data, runs COMMAND, such as
    kedro run --env=full --pipeline=train_vitpose_plus, and keeps what it makes in the store. The
    others bring the data, too, and lend their processes to its trainings. Without an engine it is
    the only node.

    Exit code 75 says that it was interrupted and everything is stored: start it again.
    """
    from vitpose_plus.nodes.run import run_node

    with_times()
    sys.exit(run_node(_node(options)))


def _node(options: dict[str, Any]) -> "Node":
    from pydantic import ValidationError

    from vitpose_plus.cli.options import reason
    from vitpose_plus.mirror.settings import Store
    from vitpose_plus.nodes.settings import Node, Source
    from vitpose_plus.storage.settings import S3Access

    store, every, minutes = (options.pop(name) for name in ("store", "every", "patience"))
    sources = [source.rpartition("=") for source in options.pop("sources")]
    try:
        # A request that hangs must not outlast what a spot node has left.
        access = S3Access(timeout=20.0)
        kept = None if store is None else Store(address=store, period=every, s3=access)
        brought = tuple(
            Source(store=Store(address=address, s3=access), folder=Path(folder))
            for address, _, folder in sources
        )
        return Node(store=kept, sources=brought, patience=60 * minutes, **options)
    except ValidationError as error:
        raise click.UsageError(reason(error)) from error
