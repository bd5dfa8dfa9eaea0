"""A worker that fails, dies or waits as its job says; run with a job, it is a parent of workers."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Literal

import torch

from vitpose_plus.engine.agent import HEAD
from vitpose_plus.engine.config import Launch
from vitpose_plus.engine.launch import launch, work
from vitpose_plus.engine.stopping import Interrupted, StopRequests
from vitpose_plus.engine.world import World
from vitpose_plus.errors import CheckpointError
from vitpose_plus.settings import settings

Act = Literal["count", "die_once", "refuse", "err", "wait"]


@settings
class Order:
    act: Act
    folder: Path
    weights: tuple[Path, ...] = ()


@settings
class Report:
    ranks: tuple[int, ...]
    total: float
    threads: tuple[str, ...]
    mains: tuple[str, ...]  # who says that it is the head's first process
    weights: tuple[str, ...]  # what each process has read of them


def obey(job: Order, world: World) -> Report:
    with (job.folder / f"starts-{world.rank}").open("a") as file:
        file.write(f"{os.getpid()}\n")
    if world.rank == 1:
        misbehave(job)
    if job.act == "wait":
        wait(job, world)
    total = world.sum(torch.tensor(float(world.rank + 1)))
    threads = world.gather(os.environ.get("OMP_NUM_THREADS", ""))
    main = os.environ.get(HEAD, "") and os.environ["LOCAL_RANK"]
    read = " ".join(path.read_text() for path in job.weights)
    return Report(
        ranks=tuple(world.gather(world.rank)),
        total=float(total),
        threads=tuple(threads),
        mains=tuple(world.gather(main)),
        weights=tuple(world.gather(read)),
    )


def misbehave(job: Order) -> None:
    if job.act == "die_once" and len((job.folder / "starts-1").read_text().split()) == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if job.act == "refuse":
        raise CheckpointError("weights.pt: line one\nis cut off. Bring it again.")
    if job.act == "err":
        raise ZeroDivisionError("the toy divided")


def wait(job: Order, world: World) -> None:
    """Until the stop is asked for; then save, as a training does."""
    with StopRequests() as stop:
        while not world.sum(torch.tensor(float(stop.requested))):
            time.sleep(0.05)
        (job.folder / f"saved-{world.rank}").touch()
        raise Interrupted("saved")


def lead(folder: Path) -> None:
    launch("toy_work", Order(act="wait", folder=folder), Launch(processes=2), folder, Report)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        lead(Path(sys.argv[1]))
    else:
        work(Order, obey)
