"""From an objective and a loader to a trained model in a folder, whatever stops it on the way."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torch.utils.data import DataLoader

from vitpose_plus.engine.agreement import refuse_disagreement
from vitpose_plus.engine.batches import GlobalBatches
from vitpose_plus.engine.checkpoints import Checkpoints
from vitpose_plus.engine.config import Run
from vitpose_plus.engine.finished import (
    Optimised,
    begin_anew,
    code_checksum,
    find_finished,
    write_finished,
)
from vitpose_plus.engine.learner import Learner
from vitpose_plus.engine.loop import Examine, Loop, Surroundings
from vitpose_plus.engine.objective import Objective
from vitpose_plus.engine.precision import resolve_precision
from vitpose_plus.engine.speed import Speed, peak_flops
from vitpose_plus.engine.stopping import StopRequests
from vitpose_plus.engine.world import World
from vitpose_plus.errors import StorageError
from vitpose_plus.replacement import replacing


def optimise(
    objective: Objective,
    loader: DataLoader,
    run: Run,
    folder: Path,
    *,
    world: World,
    seed: int,
    fingerprint: str,
    examine: Examine | None = None,
    progress: bool = True,
) -> Optimised:
    """Train, or go on with a training of the same fingerprint that was stopped in this folder.

    The weights, the history and the figures are those of a run that nothing stopped: bit for bit
    on one CPU process. Every process calls this; the main one writes. A training that this very
    code has finished here is not done again.

    Args:
        objective: on `world.device`.
        loader: its `batch_sampler` is a `GlobalBatches`.
        run: how.
        folder: gets `best`, `last` and `history.jsonl`, and `checkpoints` while it runs.
        world: this process among all.
        seed: of what is random in a step, such as dropped paths.
        fingerprint: of all that decides the outcome: only a training with the same one goes on.
        examine: scores epoch n on held-out samples; all processes call it and get the same.
        progress: show a bar, in a terminal.

    Raises:
        DivergenceError: a loss is no number.
        ConfigurationError: the processes have not the same code, data or weights.
        StorageError: a checkpoint could not be written, or another training writes here.
        Interrupted: SIGTERM came and the checkpoint is written; exit code 75.
    """
    with _alone(folder, world), StopRequests() as stop:
        code = code_checksum()  # now: it may be edited while it runs
        refuse_disagreement({"version of this code": code, "job": fingerprint}, world)
        checkpoints = Checkpoints(folder / "checkpoints")
        if (done := find_finished(folder, fingerprint, code, world)) is not None:
            if world.main:
                checkpoints.clear_if_of(fingerprint)  # killed before it could
            return done
        around = Surroundings(folder, checkpoints, world, stop, fingerprint, code, progress)
        assert isinstance(loader.batch_sampler, GlobalBatches)
        learner = Learner(objective, run, loader.batch_sampler.steps, world, seed)
        loop = Loop(learner, loader, _speed(objective, run, world), around)
        loop.resume()
        loop.run_through(examine)
        done = _publish(loop, examined=examine is not None)
        loop.end_if_asked()
    return done


def _speed(objective: Objective, run: Run, world: World) -> Speed:
    if run.peak_tflops is not None:
        peak: float | None = run.peak_tflops * 1e12
    else:
        peak = peak_flops(world.device, resolve_precision(run.precision))
    return Speed(objective.multiply_adds, peak and peak * world.size)


def _publish(loop: Loop, *, examined: bool) -> Optimised:
    """The models take their places; until then the checkpoints can do it again."""
    around, reached = loop.around, loop.reached
    done = Optimised(reached.best_epoch, reached.best_score, loop.seconds, reached.step)
    if loop.world.main:
        begin_anew(around.folder)
    loop.write_model(around.folder / "last")
    best = loop.best_folder if examined else around.folder / "last"
    if loop.world.main:
        try:
            # Only copied: a run that is killed here finishes the next time.
            with replacing(around.folder / "best") as part:
                shutil.copytree(best, part, dirs_exist_ok=True)
            write_finished(around.folder, around.fingerprint, loop.code, done)
        except OSError as error:
            raise StorageError(
                f"{around.folder}: the models could not be put in their places: {error}. Make room "
                "and run the same command again: it goes on from the newest checkpoint."
            ) from error
        around.checkpoints.clear()
    return done


@contextmanager
def _alone(folder: Path, world: World) -> Iterator[None]:
    """Two trainings in one folder would overwrite each other's checkpoints."""
    if not world.main:
        yield
        return
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".training.lock")
    try:
        lock.acquire(timeout=10)
    except Timeout as error:
        raise StorageError(
            f"{folder}: another training writes here. Wait for it, or give this one another folder."
        ) from error
    try:
        yield
    finally:
        lock.release()
