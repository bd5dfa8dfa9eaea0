"""A training where it belongs: in this process, or in workers that torch elastic starts."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines.curves import write_curves
from pipelines.following import following
from pipelines.tracking import log_parameters, named, open_run
from vitpose_plus.engine.config import Run

if TYPE_CHECKING:
    from vitpose_plus.engine.world import World

T = TypeVar("T")


def run_training(
    work: "Callable[[Any, World], T]",
    job: Any,
    run: Run,
    folder: Path,
    worker: str,
    result: type[T],
    *,
    prefix: str = "",
) -> T:
    """Run a training, follow its history into the open MLflow run, and write its curves.

    Args:
        work: does it, given the job and the world.
        job: its settings, whole.
        run: whose `launch` tells the processes.
        folder: the job's, where its history appears.
        worker: the module that does the same in a process of its own.
        result: what it returns.
        prefix: before the names of its figures, in MLflow.
    """
    from vitpose_plus.engine.launch import launch
    from vitpose_plus.engine.precision import resolve_precision
    from vitpose_plus.engine.world import joined

    prefix = named(prefix)
    log_parameters({f"{prefix}resolved_precision": resolve_precision(run.precision)})
    with following(folder, open_run(), prefix):
        if run.launch.world_size > 1:
            done = launch(worker, job, run.launch, folder, result)
        else:
            with joined() as alone:
                done = work(job, alone)
    write_curves(folder)
    return done
