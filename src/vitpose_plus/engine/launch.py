"""A job handed to processes of their own, and its result brought back."""

import logging
import os
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from vitpose_plus.engine.agent import (
    Ended,
    end_with_launcher,
    joining_command,
    run_agent,
    speak_aloud,
)
from vitpose_plus.engine.config import Launch
from vitpose_plus.engine.failures import Failure, last_words, mendable_failure
from vitpose_plus.engine.offer import offered
from vitpose_plus.engine.stopping import Interrupted
from vitpose_plus.errors import ConfigurationError, VitposeError
from vitpose_plus.typed_json import read_typed, write_typed

if TYPE_CHECKING:
    from vitpose_plus.engine.world import World

log = logging.getLogger(__name__)

T = TypeVar("T")


def launch(
    worker: str,
    job: Any,
    launch: Launch,
    folder: Path,
    result: type[T],
    *,
    tick: Callable[[], None] | None = None,
) -> T:
    """Run a worker module in this node's processes, and wait for what it returns.

    SIGTERM is passed on: the processes save and stop. They do likewise if this one dies. If one
    of them dies all are started again, from the newest checkpoint.

    Args:
        worker: a module whose main program is `work`.
        job: its settings.
        launch: processes, nodes and restarts.
        folder: gets this node's `launch-<host>/`, which goes away when all went well.
        result: the settings class that the worker returns.
        tick: called twice a second meanwhile, and once after.

    Raises:
        VitposeError: a process raised it.
        Interrupted: SIGTERM came; exit code 75.
        RuntimeError: the processes died too often. Tells the last words and where the log is.
    """
    own = folder / f"launch-{socket.gethostname()}"
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir(parents=True)
    given, returned = own / "job.json", own / "result.json"
    write_typed(job, given)
    (own / "began").touch()
    tick = tick or (lambda: None)
    ended = _run_on(worker, (given, returned), launch, own, tick)
    while ended.code and not ended.stopped and _got_on(folder, own):
        log.warning("the processes died often, but the training got on: they are started again")
        ended = _run_on(worker, (given, returned), launch, own, tick)
    tick()
    if not returned.exists():
        _tell_why(own, worker, stopped=ended.stopped)
    answer = _read(result, returned)
    shutil.rmtree(own, ignore_errors=True)
    if ended.stopped:
        raise Interrupted("stopped by SIGTERM; the training is done and its models written")
    return answer


def _run_on(
    worker: str, files: tuple[Path, Path], launch: Launch, own: Path, tick: Callable[[], None]
) -> Ended:
    """On this node and those that are offered it, until the processes end or die too often."""
    with offered(worker, files[0], launch) as meeting:
        if launch.nodes > 1 and not meeting.number:
            log.info(
                "on each of the other nodes run: %s", joining_command(worker, files, launch, own)
            )
        return run_agent(worker, files, launch, own, tick, meeting=meeting)


def _got_on(folder: Path, own: Path) -> bool:
    """Whether a checkpoint was written since the processes were first started.

    Then the deaths were of weeks, by nodes that come and go, and of no fault that comes again.
    """
    if mendable_failure(own / "errors") is not None:
        return False
    began = own / "began"
    newest = max((path.stat().st_mtime_ns for path in folder.glob("checkpoints/*.pt")), default=0)
    if newest <= began.stat().st_mtime_ns:
        return False
    began.touch()
    return True


class Job(Protocol):
    """What a worker is given to do."""

    @property
    def weights(self) -> tuple[Path, ...]:
        """Files and folders that every process reads, wherever the main one made them."""


J = TypeVar("J", bound=Job)


def work(job: type[J], run: "Callable[[J, World], Any]") -> None:
    """The main program of a worker module, which `launch` started: `job.json result.json`.

    Args:
        job: the settings class; its weights are brought to nodes that lack them.
        run: what to do, on every process; the main one's result is returned.
    """
    from torch.distributed.elastic.multiprocessing.errors import record

    speak_aloud()
    end_with_launcher()
    given, returned = map(Path, sys.argv[1:])
    try:
        record(_work)(_read(job, given), run, returned)
    except VitposeError:
        sys.exit(1)  # the launcher shows it, once


def _work(job: J, run: "Callable[[J, World], Any]", returned: Path) -> None:
    from torch.distributed.elastic.multiprocessing.errors import get_error_handler

    from vitpose_plus.engine.delivery import deliver
    from vitpose_plus.engine.world import joined

    with joined() as world:
        _log_to_terminal(world)
        if (failure := _refused_before(world)) is not None:
            get_error_handler().record_exception(failure.error())
            return  # as if all were well: to start once more would not help
        deliver(job.weights, world)
        result = world.broadcast(run(job, world))
        if world.main:
            write_typed(result, returned)


def _log_to_terminal(world: "World") -> None:
    """The main process's steps, and everyone's warnings."""
    shape = "%(asctime)s %(message)s" if world.main else f"process {world.rank}: %(message)s"
    level = logging.INFO if world.main else logging.WARNING
    logging.basicConfig(level=level, format=shape, datefmt="%H:%M:%S")
    count = int(os.environ["TORCHELASTIC_RESTART_COUNT"])
    if count and world.main:
        most = os.environ["TORCHELASTIC_MAX_RESTARTS"]
        log.warning("a process died: all are started again (%d of %s times)", count, most)


def _refused_before(world: "World") -> Failure | None:
    """What any process of any node raised before a restart, if the user must mend it."""
    mine = mendable_failure(Path(os.environ["TORCHELASTIC_ERROR_FILE"]).parents[2])
    return next((failure for failure in world.gather(mine) if failure is not None), None)


def _tell_why(own: Path, worker: str, *, stopped: bool) -> None:
    """Raise what fits that there is no result."""
    failure = mendable_failure(own / "errors")
    if failure is not None:
        raise failure.error()
    if stopped:
        raise Interrupted("stopped by SIGTERM; run the same command again to go on")
    raise RuntimeError(
        f"the processes of {worker} ended without a result. {own / 'launcher.log'} has torch "
        f"elastic's report, {own / 'errors'} each process's last error. The last words were:\n"
        f"{last_words(own)}"
    )


def _read(kind: type[T], path: Path) -> T:
    return read_typed(
        kind,
        path,
        error=ConfigurationError,
        absent="launch writes it",
        stale="is not what this version's processes hand to one another",
    )
